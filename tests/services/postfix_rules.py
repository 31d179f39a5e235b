"""What Postfix changes in content that passes through it, rule by rule.

Found by sending the corpus through Postfix 3.7.11 with its defaults and
`smtpd_forbid_bare_newline = normalize`; where its documentation has a name for the
rule, that is the rule's name here.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from tests.services.intake import stuff

BARE_LF = re.compile(rb"(?<!\r)\n")
BARE_CR = re.compile(rb"\r(?!\n)")
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
DROPPED = (b"bcc", b"content-length", b"resent-bcc", b"return-path")
HEADER_BYTES_MAX = 102_400
LINE_BYTES_MAX = 2048  # how much it reads at once
AFTER_NUL = re.compile(rb"\0[^\r]*")
RECEIVED = re.compile(rb"Received:[^\n]*\r\n(?:[ \t][^\n]*\r\n)*")


def below_received(stored: bytes) -> bytes:
    """Take off the Received field that Postfix put on top."""
    found = RECEIVED.match(stored)
    assert found, stored[:200]
    return stored[found.end() :]


def pass_through(content: bytes, *, by_bdat: bool = False) -> tuple[bytes, list[str]]:
    """Return content as Postfix hands it on, and the rules that changed it.

    Fields over the size limit are left whole: `agrees` allows for them.
    """
    rules = []

    def note(rule: str, before: bytes, after: bytes) -> bytes:
        if after != before:
            rules.append(rule)
        return after

    crlf = BARE_LF.sub(b"\r\n", content)
    note("bare LF becomes CRLF", content, crlf)
    received = crlf if by_bdat else _receive(content)
    now = note("dot after a bare LF", crlf, received)
    now = note("cleanup_replace_stray_cr_lf", now, BARE_CR.sub(b" ", now))
    if now.startswith(b"From "):
        now = note("X-Mailbox-Line", now, b"X-Mailbox-Line: " + now)
    fields, rest = split_fields(now)
    if rest and not rest.startswith(b"\r\n"):
        rest = b"\r\n" + rest
    now = note("blank line before the body", now, b"".join(fields) + rest)
    fields = [f for f in fields if _name(f) not in DROPPED]
    now = note("message_drop_headers", now, b"".join(fields) + rest)
    fields = [FIELD.sub(rb"\1:", f, count=1) for f in fields]
    now = note("space before the colon", now, b"".join(fields) + rest)
    fields = [_until_nul(f) for f in fields]
    now = note("field ends at NUL", now, b"".join(fields) + rest)
    if any(len(field) > HEADER_BYTES_MAX for field in fields):
        rules.append("header_size_limit")
    return now, rules


def agrees(expected: bytes, found: bytes) -> bool:
    """Say whether both are the same but for fields cut at the size limit."""
    if expected == found:
        return True
    fields, rest = split_fields(expected)
    found_fields, found_rest = split_fields(found)
    if rest != found_rest and b"\0" in rest:
        # Fields of MIME parts end at NUL as well.
        rest, found_rest = (AFTER_NUL.sub(b"", each) for each in (rest, found_rest))
    return rest == found_rest and all(
        _is_cut(mine, theirs)
        for mine, theirs in zip_longest(fields, found_fields, fillvalue=b"")
    )


def split_fields(content: bytes) -> tuple[list[bytes], bytes]:
    """Part the header fields from what follows, their continuation lines included."""
    fields: list[bytes] = []
    start = at = 0
    while at < len(content):
        end = content.find(b"\r\n", at) + 2
        is_more = at > start and content[at : at + 1] in (b" ", b"\t")
        if not is_more:
            if at > start:
                fields.append(content[start:at])
            start = at
            if not FIELD.match(content, at):
                return fields, content[at:]
        at = end
    return [*fields, content[start:]] if start < len(content) else fields, b""


def _receive(content: bytes) -> bytes:
    """Read the wire as smtpd does: every LF ends a line and sets a dot free."""
    wire = stuff(content)[: -len(b".\r\n")]
    kept = []
    for line in wire.split(b"\n")[:-1]:
        text = line.removesuffix(b"\r")
        if text != b".":
            kept.append(text.removeprefix(b".") + b"\r\n")
    return b"".join(kept)


def _is_cut(whole: bytes, cut: bytes) -> bool:
    enough = HEADER_BYTES_MAX - LINE_BYTES_MAX
    is_long = len(whole) > enough and len(cut) > enough
    return whole == cut or (is_long and whole.startswith(cut.removesuffix(b"\r\n")))


def _until_nul(field: bytes) -> bytes:
    before, nul, _ = field.partition(b"\0")
    return before + b"\r\n" if nul else field


def _name(field: bytes) -> bytes:
    found = FIELD.match(field)
    return found[1].lower() if found else b""
