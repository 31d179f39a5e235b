"""Line ends and dots, whatever the content and wherever it is cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanmail.wire.content import crlf_lines, dot_stuffed, has_bare_line_ends

tricky = st.lists(
    st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"..", b"a", b"\0", b"\xff", b""])
)
END = b"\r\n.\r\n"


def receive(wire: bytes) -> tuple[bytes, bytes]:
    """Read as RFC 5321 section 4.5.2 says; return content and what is left over."""
    lines, rest = [], wire
    while True:
        line, found, rest = rest.partition(b"\r\n")
        assert found, "no end of data"
        if line == b".":
            return b"".join(lines), rest
        lines.append((line[1:] if line.startswith(b".") else line) + b"\r\n")


@given(tricky)
def test_dot_stuffing_comes_back_as_it_went(chunks):
    content = b"".join(chunks)

    received, rest = receive(b"".join(dot_stuffed(chunks)) + b".\r\n")

    missing = b"" if content.endswith(b"\r\n") or not content else b"\r\n"
    assert (received, rest) == (content + missing, b"")


@given(tricky)
def test_the_end_of_data_stands_nowhere_else(chunks):
    wire = b"\r\n" + b"".join(dot_stuffed(chunks)) + b".\r\n"

    assert wire.find(END) == len(wire) - len(END)


@given(tricky)
def test_crlf_lines_leave_no_bare_line_end_for_anybody_to_read_as_an_end(chunks):
    wire = b"\r\n" + b"".join(dot_stuffed(crlf_lines(chunks)))

    assert not has_bare_line_ends(wire)
    assert re.search(rb"[\r\n]\.[\r\n]", wire) is None


@given(tricky)
def test_crlf_lines_do_not_depend_on_where_the_content_is_cut(chunks):
    content = b"".join(chunks)

    assert b"".join(crlf_lines(chunks)) == re.sub(rb"\r\n|\r|\n", b"\r\n", content)


@pytest.mark.parametrize(
    ("content", "has"),
    [
        (b"", False),
        (b"a\r\nb\r\n", False),
        (b"a\nb", True),
        (b"a\rb", True),
        (b"\r\r\n", True),
        (b"\n", True),
        (b"\r", True),
    ],
)
def test_finds_bare_line_ends(content, has):
    assert has_bare_line_ends(content) is has
