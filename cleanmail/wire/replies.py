"""An SMTP reply and how it is read from lines (RFC 5321 section 4.2)."""

import re
from typing import List, NamedTuple, Tuple

_LINE = re.compile(r"([2-5][0-9][0-9])(?:([ -])(.*))?\Z", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s|\Z)")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# Postfix, Exim, Sendmail and qmail, Exchange: how each says what it calls the message.
_QUEUE_IDS = (
    re.compile(r"queued as ([A-Za-z0-9._-]{4,64})", re.IGNORECASE),
    re.compile(r"\bid=([A-Za-z0-9._-]{4,64})"),
    re.compile(r"([A-Za-z0-9]{10,64}) Message accepted for delivery"),
    re.compile(r"ok [0-9]+ qp ([0-9]{1,64})"),
    re.compile(r"\[InternalId=([0-9]{1,64})"),
)


class Reply(NamedTuple):
    """A complete reply: its code, and the text of each line as the server wrote it."""

    code: int
    lines: Tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the lines as one text, enhanced status code included."""
        return "\n".join(self.lines)

    @property
    def enhanced_status_code(self) -> str:
        """Return class.subject.detail of RFC 2034, empty if there is none."""
        found = _ENHANCED.match(self.lines[0]) if self.lines else None
        return found.group(1) if found else ""

    @property
    def queue_id(self) -> str:
        """Return what the server says it calls the message, empty if it does not."""
        for pattern in _QUEUE_IDS:
            found = pattern.search(self.text)
            if found:
                return found.group(1)
        return ""

    @property
    def is_positive(self) -> bool:
        """Say whether the command was done (2yz)."""
        return self.code // 100 == 2

    @property
    def is_intermediate(self) -> bool:
        """Say whether the server waits for more (3yz)."""
        return self.code // 100 == 3

    @property
    def is_transient(self) -> bool:
        """Say whether the same may work later (4yz)."""
        return self.code // 100 == 4

    @property
    def is_permanent(self) -> bool:
        """Say whether the same will not work later either (5yz)."""
        return self.code // 100 == 5


class ReplyLine(NamedTuple):
    """One line of a reply."""

    code: int
    is_last: bool
    text: str


def printable(raw: bytes) -> str:
    """Decode what a stranger sent so that it can be stored and shown."""
    text = raw.decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: "\\x%02x" % ord(found.group()), text)


def parse_line(raw: bytes) -> ReplyLine:
    """Parse one line without its line end; raise ValueError if it is no reply line."""
    found = _LINE.match(printable(raw))
    if found is None:
        raise ValueError("no reply line")
    code, mark, text = found.groups()
    return ReplyLine(int(code), mark != "-", text or "")


def join_lines(lines: List[ReplyLine]) -> Reply:
    """Make a reply of its lines; raise ValueError if their codes differ."""
    if len({line.code for line in lines}) != 1:
        raise ValueError("codes differ within a reply")
    return Reply(lines[0].code, tuple(line.text for line in lines))
