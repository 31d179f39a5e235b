"""Where content ends and what its dots mean, whatever pieces it comes in."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from quarantine.intake.data import DataDecoder
from quarantine.intake.spool import Spool
from quarantine.segments import FRAME_BYTES
from tests.services.intake import stuff

# What endings are made of, so that they meet often.
WIRE = st.lists(
    st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"a", b"\0", b"\r\n.\r\n"])
).map(b"".join)


def decode(pieces: list[bytes]) -> tuple[bytes, bytes | None]:
    decoder = DataDecoder()
    content = b""
    for number, piece in enumerate(pieces):
        part, after = decoder.feed(piece)
        content += part
        if after is not None:
            return content, after + b"".join(pieces[number + 1 :])
    return content, None


def reference(wire: bytes) -> tuple[bytes, bytes | None]:
    """Line by line, as RFC 5321 4.5.2 tells it."""
    content, rest = b"", wire
    while b"\r\n" in rest:
        line, _, rest = rest.partition(b"\r\n")
        if line == b".":
            return content, rest
        content += line.removeprefix(b".") + b"\r\n"
    return content, None


def cut(wire: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(wire) + 1) for place in places} | {0, len(wire)})
    return [wire[a:b] for a, b in pairwise(ends)]


@hypothesis_settings(max_examples=500, deadline=None)
@given(WIRE, st.lists(st.integers(0, 1000), max_size=30))
def test_agrees_with_the_reference_however_it_is_cut(wire: bytes, places: list[int]):
    wire += b"\r\n.\r\n"

    assert decode(cut(wire, places)) == reference(wire)


@hypothesis_settings(max_examples=300, deadline=None)
@given(WIRE, st.lists(st.integers(0, 1000), max_size=30))
def test_any_content_passes_the_wire_unaltered(text: bytes, places: list[int]):
    content = text if text.endswith(b"\r\n") or not text else text + b"\r\n"

    assert decode(cut(stuff(content) + b"NOOP", places)) == (content, b"NOOP")


@pytest.mark.parametrize(
    "ending",
    [
        b"\n.\n",
        b"\n.\r\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r\n.\n",
        b"\r\n.\r",
        b"\n\n.\r\n",
        b"\r\n\0.\r\n",
        b"\r\n.\0\r\n",
        b"\r\n. \r\n",
        b"\r\r\n.\n",
    ],
)
def test_smuggling_ending_is_content(ending: bytes):
    wire = b"text" + ending + b"MAIL FROM:<x@y>\r\n"

    content, after = decode([wire])

    assert after is None
    assert b"MAIL FROM" in content


def test_empty_content_ends_at_once():
    assert decode([b".\r\nQUIT\r\n"]) == (b"", b"QUIT\r\n")


def test_a_client_that_dribbles_costs_no_more_per_byte():
    def seconds(count: int) -> float:
        decoder, spool = DataDecoder(), Spool()
        began = time.process_time()
        for _ in range(count):
            spool.write(decoder.feed(b"\r\n."[_ % 3 : _ % 3 + 1])[0])
        return time.process_time() - began

    seconds(1000)
    small, large = seconds(20_000), seconds(200_000)

    assert large < 40 * small


def test_spool_keeps_what_was_written():
    for size in (0, 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES + 7):
        content = bytes(i % 251 for i in range(size))
        spool = Spool()
        for at in range(0, size, 300_000):
            spool.write(content[at : at + 300_000])
        spool.finish()

        assert b"".join(spool.read()) == content
        assert b"".join(spool.read()) == content
        assert spool.head == content[:FRAME_BYTES]
        spool.close()


def test_spilled_content_is_not_readable_on_disk(settings, tmp_path):
    spool = Spool()
    spool.write(b"geheim " * 400_000)
    spool.finish()

    spool._file.seek(0)
    assert b"geheim" not in spool._file.read()
    spool.close()


@pytest.mark.parametrize(
    ("pieces", "is_bare"),
    [
        ([b"a\r\nb\r\n"], False),
        ([b"a\r", b"\nb\r\n"], False),
        ([b"a\nb\r\n"], True),
        ([b"a\rb\r\n"], True),
        ([b"a\r", b"b\n"], True),
        ([b""], False),
    ],
)
def test_bare_line_ends_are_noticed(pieces: list[bytes], is_bare: bool):
    spool = Spool()
    for piece in pieces:
        spool.write(piece)

    assert spool.has_bare_line_ends is is_bare
