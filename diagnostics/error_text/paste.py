"""Turns what somebody pasted into clean lines, whatever it was wrapped in."""

import binascii
import html
import re
from typing import List

# What is read of a paste: its beginning and, as logs grow at the end, its end.
HEAD_CHARACTERS, TAIL_CHARACTERS = 65536, 196608
LINE_CHARACTERS = 4000
# So many lines of its beginning and of its end are looked at.
HEAD_LINES, TAIL_LINES = 1000, 4000
# A wrapped line is what was pasted, not a part of a long log.
JOINED_LINES = 400
# A line that a terminal or a mail program broke up is put together from so many.
WRAPPED_LINES = 4

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff]"
)
_ESCAPE = re.compile("\x1b\\[[0-9;]{0,20}[A-Za-z]")
_BLANKS = re.compile("[ \t\xa0\u2007\u202f]{1,4000}")
_TAG = re.compile(
    r"</?(?:p|br|div|span|td|tr|b|i|font|a|table|html|body|pre)\b[^<>]{0,400}>",
    re.IGNORECASE,
)
_QUOTED = re.compile("=([0-9A-Fa-f]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{40,100}={0,2}\Z")
_STRAIGHT = {
    ord("\u2019"): "'", ord("\u2018"): "'", ord("\u201c"): '"', ord("\u201d"): '"',
    ord("\u201e"): '"', ord("\xab"): '"', ord("\xbb"): '"', ord("\u2010"): "-",
    ord("\u2011"): "-", ord("\u2013"): "-",
}  # fmt: skip


# Below these lines of a bounce stands the message itself: nobody's error.
_ORIGINAL = (
    "content-type: message/rfc822", "content-type: text/rfc822-headers",
    "--- original message", "----- original message", "--- below this line is a copy",
    "------ this is a copy of", "--- the following is a copy",
    "original message headers", "--- message header follows",
    "----- message header follows", "--- returned message",
)  # fmt: skip


def read_paste(text: str) -> List[str]:
    """Return the clean lines of a paste, without empty ones."""
    if len(text) > HEAD_CHARACTERS + TAIL_CHARACTERS:
        text = text[:HEAD_CHARACTERS] + "\n" + text[-TAIL_CHARACTERS:]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", _ESCAPE.sub("", text)).translate(_STRAIGHT)
    raw = text.split("\n")
    if "quoted-printable" in text.lower():
        raw = _unquote(raw)
    if "base64" in text.lower():
        raw = _decode_base64(raw)
    raw = _without_original(raw)
    lines = [line for line in _unfold(raw) if line.strip()]
    if len(lines) > HEAD_LINES + TAIL_LINES:
        lines = lines[:HEAD_LINES] + lines[-TAIL_LINES:]
    return [line for line in map(_clean, lines) if line]


def _without_original(raw: List[str]) -> List[str]:
    for number, line in enumerate(raw):
        if number and line[:80].strip().lower().startswith(_ORIGINAL):
            return raw[:number]
    return raw


def join_wrapped(lines: List[str]) -> List[str]:
    """Return windows of neighbouring lines, each as one: a paste may be wrapped."""
    found = []
    lines = lines[-JOINED_LINES:]
    for start in range(len(lines)):
        window = lines[start : start + WRAPPED_LINES]
        if len(window) > 1:
            found.append(" ".join(window)[:LINE_CHARACTERS])
    return found


def _clean(line: str) -> str:
    line = line[:LINE_CHARACTERS]
    if "</" in line or "<br" in line.lower():
        line = _TAG.sub(" ", line)
    if "&" in line:
        line = html.unescape(line)
    return _BLANKS.sub(" ", line).strip().lstrip("> ")


def _unfold(raw: List[str]) -> List[str]:
    """Join what stands indented below a header of a delivery report."""
    lines: List[str] = []
    is_report = False
    for line in raw:
        is_folded = is_report and line[:1] in (" ", "\t") and line.strip()
        if is_folded and len(lines[-1]) < LINE_CHARACTERS:
            lines[-1] += " " + line.strip()[:LINE_CHARACTERS]
            continue
        head = line[:20].lower().lstrip("> ")
        is_report = head.startswith(("diagnostic-code", "status:", "last-attempt"))
        lines.append(line)
    return lines


def _unquote(raw: List[str]) -> List[str]:
    lines: List[str] = []
    is_open = False
    for line in raw:
        ends_open = line.endswith("=")
        part = line[:-1] if ends_open else line
        if is_open and len(lines[-1]) < LINE_CHARACTERS:
            lines[-1] += part
        else:
            lines.append(part)
        is_open = ends_open
    return [_unquote_line(line[:LINE_CHARACTERS]) for line in lines]


def _unquote_line(line: str) -> str:
    if not _QUOTED.search(line):
        return line
    raw = line.encode("utf-8", "surrogatepass")
    plain = re.sub(
        b"=([0-9A-Fa-f]{2})", lambda found: bytes([int(found.group(1), 16)]), raw
    )
    return _CONTROL.sub("", plain.decode("utf-8", "replace").replace("\n", " "))


def _decode_base64(raw: List[str]) -> List[str]:
    """Put the text of encoded parts in place of their lines."""
    lines: List[str] = []
    block: List[str] = []
    for line in [*raw, ""]:
        if _BASE64.match(line.strip()):
            block.append(line.strip())
            continue
        if block:
            last = line.strip()
            is_end = len(last) < 100 and re.match(r"[A-Za-z0-9+/]{2,99}={0,2}\Z", last)
            lines += _decoded("".join(block) + (last if is_end else ""))
            block = []
        lines.append(line)
    return lines


def _decoded(block: str) -> List[str]:
    try:
        plain = binascii.a2b_base64(block).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return []
    return _CONTROL.sub("", plain).replace("\r", "\n").split("\n")
