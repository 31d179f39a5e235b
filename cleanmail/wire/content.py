"""Message content on its way to the wire: line ends and dots, chunk by chunk."""

import re
from typing import Iterable, Iterator

_ANY_LINE_END = re.compile(rb"\r\n|\r|\n")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def has_bare_line_ends(content: bytes) -> bool:
    """Say whether there is a CR or LF that is not part of CRLF."""
    return _BARE_LINE_END.search(content) is not None


def crlf_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content with each bare CR and each bare LF made CRLF.

    A server that reads LF.LF as the end of data cannot be smuggled into by this
    (RFC 5321 section 2.3.8 allows CR and LF as CRLF only).
    """
    pending = b""
    for chunk in chunks:
        piece = pending + chunk
        # A CR at the very end may be half of a CRLF: it waits for the next chunk.
        pending = b"\r" if piece.endswith(b"\r") else b""
        piece = piece[: len(piece) - len(pending)]
        if piece:
            yield piece if _is_clean(piece) else _ANY_LINE_END.sub(b"\r\n", piece)
    if pending:
        yield b"\r\n"


def dot_stuffed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content with the dots of RFC 5321 section 4.5.2, ended by CRLF.

    Only CRLF begins a new line here. A content without its last CRLF gets one: DATA
    cannot carry it otherwise. The final dot is not part of it.
    """
    # The last two bytes so far; the content begins at the start of a line.
    tail = b"\r\n"
    for chunk in chunks:
        if not chunk:
            continue
        piece = (tail + chunk).replace(b"\r\n.", b"\r\n..")
        yield piece[len(tail) :]
        tail = (tail + chunk)[-2:]
    if tail != b"\r\n":
        yield b"\r\n"


def _is_clean(piece: bytes) -> bool:
    # Counting is many times faster than the pattern, and nearly all mail is clean.
    pairs = piece.count(b"\r\n")
    return piece.count(b"\r") == pairs == piece.count(b"\n")
