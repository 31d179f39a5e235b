"""What a header section says, read by regular expressions: bounded, and never raising.

The standard library's parsers cost ten times as much and raise on what senders invent
(`performance.md` 1); nothing here is trusted, it is only shown.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

# What lies further down is not looked at.
SECTION_BYTES_MAX = 1024 * 1024
VALUE_BYTES_MAX = 16_000
FIELD = re.compile(
    rb"^(from|to|subject|date|message-id|x-spamd-result|x-rspamd-queue-id|x-spam-status"
    rb"|authentication-results)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
# Any field, at its place.
NEXT_FIELD = re.compile(rb"([!-9;-~]{1,80}):([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
LEADING_MAX = 60
ENCODED_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?\s]*)\?=")
BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[\w.:-]{1,40}(?:\*[\w-]*)?\?[bBqQ]\?)")
# Codecs that turn bytes into text and nothing else; no "unicode_escape", no "zlib".
CHARSETS = frozenset(
    """
    ascii us-ascii utf-8 utf8 utf-16 utf-16le utf-16be utf-7 iso-8859-1 iso-8859-2
    iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-9
    iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 iso-8859-8-i
    iso-8859-11 tis-620 latin-1 latin1 windows-1250 windows-1251 windows-1252
    windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258
    windows-874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437
    cp850 cp852 cp866 koi8-r koi8-u macintosh mac-roman gb2312 gbk gb18030 big5
    big5-hkscs euc-jp iso-2022-jp shift_jis shift-jis sjis cp932 euc-kr cp949
    ks_c_5601-1987 iso-2022-kr
    """.split()  # noqa: SIM905 (a table of words)
)
CODEC_NAMES = {
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "macintosh": "mac-roman",
}
# They reorder what stands around them: a name could seem to be another.
BIDI_CONTROLS = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]
)
MAILBOX_PARTS = re.compile(
    r'"(?P<quoted>(?:\\.|[^"\\])*)"?'
    r"|\((?P<comment>(?:\\.|[^()\\])*)\)?"
    r"|<(?P<angle>[^<>]*)>?"
    r"|(?P<comma>,)"
    r'|(?P<text>[^"(<,]+)'
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Who a From field names: the first mailbox in it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its place: its name in lower case, its text, where it ends."""

    name: str
    text: str
    end: int

    @property
    def one_line(self) -> str:
        """Its text unfolded."""
        return " ".join(self.text.split())


class Section:
    """The header section of a message: the fields of interest, in their order."""

    def __init__(self, head: bytes) -> None:
        head = _before_blank_line(head[:SECTION_BYTES_MAX])
        self._head = head
        self._fields: list[tuple[str, bytes]] = []
        for match in FIELD.finditer(head):
            name = match[1].decode("ascii").lower()
            self._fields.append((name, match[2][:VALUE_BYTES_MAX]))

    def find_all(self, name: str) -> list[tuple[int, str]]:
        """Return place and raw text of each field of that name."""
        return [
            (place, _text(value))
            for place, (field, value) in enumerate(self._fields)
            if field == name
        ]

    def get_raw(self, name: str) -> str:
        """Return the first field's text, not decoded; empty if there is none."""
        for field, value in self._fields:
            if field == name:
                return _text(value)
        return ""

    def get(self, name: str, characters: int) -> str:
        """Return the first field's text decoded and cleaned, cut to the length."""
        return clean(decode_words(self.get_raw(name)), characters)

    def text_without(self, name: str) -> str:
        """Return the whole section but the fields of that name."""

        def keep(match: re.Match[bytes]) -> bytes:
            return b"" if match[1].decode("ascii").lower() == name else match[0]

        return _text(FIELD.sub(keep, self._head))

    def leading(self, is_wanted: Callable[[str], bool]) -> list[Field]:
        """Return the fields on top that are wanted, and the two below them: whole."""
        found: list[Field] = []
        place, unwanted = 0, 0
        while unwanted < 2 and len(found) < LEADING_MAX:
            match = NEXT_FIELD.match(self._head, place)
            if match is None:
                break
            name, place = match[1].decode("ascii").lower(), match.end()
            found.append(Field(name, _text(match[2]), place))
            unwanted += unwanted > 0 or not is_wanted(name)
        return found

    def get_mailbox(self) -> Mailbox:
        """Return whom From names."""
        return parse_mailbox(self.get_raw("from"))


def _before_blank_line(head: bytes) -> bytes:
    if head.startswith((b"\n", b"\r\n")):
        return b""
    end = head.find(b"\n\r\n")
    head = head[:end] if end >= 0 else head
    end = head.find(b"\n\n")
    return head[:end] if end >= 0 else head


def _text(value: bytes) -> str:
    """Read header bytes: UTF-8 if they are, else as the commonest 8-bit charset."""
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace").strip()


def clean(text: str, characters: int) -> str:
    """Make text fit to store and show: one line, no controls, no lone surrogates."""
    if text.isprintable():  # then there is nothing of all that in it
        return " ".join(text[: characters * 4].split())[:characters]
    kept = text[: characters * 4].translate(BIDI_CONTROLS)
    kept = kept.encode("utf-8", "replace").decode("utf-8")
    printable = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in kept
    )
    return " ".join(printable.split())[:characters]


def decode_words(text: str) -> str:
    """Decode RFC 2047's encoded words; what cannot be decoded stays as it is."""
    if "=?" not in text:
        return text
    joined = BETWEEN_WORDS.sub(r"\1", text)
    parts: list[str] = []
    # Bytes of adjacent words of one charset: senders cut inside characters.
    waiting, charset, end = b"", "", 0
    for match in ENCODED_WORD.finditer(joined):
        raw, name = _word_bytes(match), match[1].lower()
        if raw is None:
            continue
        if match.start() != end or name != charset:
            parts += [_decode(waiting, charset), joined[end : match.start()]]
            waiting, charset = b"", name
        waiting, end = waiting + raw, match.end()
    parts += [_decode(waiting, charset), joined[end:]]
    return "".join(parts)


def _word_bytes(match: re.Match[str]) -> bytes | None:
    charset, encoding, data = match[1].lower(), match[2].lower(), match[3]
    if charset not in CHARSETS:
        return None
    try:
        packed = data.encode("ascii")
        if encoding == "q":
            return binascii.a2b_qp(packed, header=True)
        return binascii.a2b_base64(packed.rstrip(b"=") + b"==")
    except (ValueError, binascii.Error):
        return None


def _decode(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(CODEC_NAMES.get(charset, charset or "ascii"), "replace")
    except (LookupError, UnicodeError):
        return raw.decode("latin-1")


def parse_mailbox(field: str) -> Mailbox:
    """Read the first mailbox of a From field, structure first, encoded words after."""
    words: list[str] = []
    found = {"angle": "", "comment": ""}
    for match in MAILBOX_PARTS.finditer(field):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0].strip()
        if kind == "comma" and (found["angle"] or any("@" in word for word in words)):
            break
        if kind in found:
            found[kind] = found[kind] or text
        elif kind == "quoted":
            words.append(re.sub(r"\\(.)", r"\1", text))
        elif kind == "text" and text:
            words.append(text)
    name, address = " ".join(words), found["angle"]
    if not address and "@" in name:
        name, address = "", name
    name = name or found["comment"]
    return Mailbox(clean(decode_words(name), 255), clean(address, 320))
