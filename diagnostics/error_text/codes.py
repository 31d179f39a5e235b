"""Finds the reply code and the enhanced status code of a line, and what they mean."""

import re
from typing import Dict, NamedTuple, Optional

from diagnostics.error_text.rule import USUAL, VAGUE

# A reply code stands at the start, after something that opens a quotation, or before
# an enhanced status code: other numbers of three digits are none.
_REPLY = re.compile(
    r"(?:^|[\"'`<(\[:;#>\]-] {0,2}|\s(?=[245]\d\d[ -]#?[245]\.\d))"
    r"([245][0-5]\d)(?=[\s\-:;,\"'`)>#]|\.(?!\d)|$)"
)
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_CODED = re.compile(
    r"(?:^|[^\d.])([245][0-5]\d)[ -]{1,3}#?([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"
)
# What comes after these words is what the server said; the last of them counts.
_SAID = (
    " said: ", "refused to talk to me: ", "refused to start tls: ", " -> ",
    "responded with: ", " returned '", "it responded as follows: ", "diagnostic-code: ",
    "error message: ", "lasterror",
)  # fmt: skip


class Codes(NamedTuple):
    """A reply code, None without one, and an enhanced status code, else empty."""

    reply: Optional[int]
    enhanced: str


def read_codes(text: str) -> Codes:
    """Return the codes that the server said, else those that the program gave."""
    lower = text.lower()
    start = max(lower.rfind(word) + len(word) if word in lower else 0 for word in _SAID)
    said = _read(text[start:])
    if said.reply is None or not said.enhanced:
        whole = _read(text)
        said = Codes(said.reply or whole.reply, said.enhanced or whole.enhanced)
    return said


def _read(text: str) -> Codes:
    pair = _CODED.search(text)
    if pair:
        return Codes(int(pair.group(1)), pair.group(2))
    reply = _REPLY.search(text)
    enhanced = _ENHANCED.search(text)
    return Codes(
        int(reply.group(1)) if reply else None,
        enhanced.group(0) if enhanced else "",
    )


class Meaning(NamedTuple):
    """What a code alone says."""

    group: str
    stage: str
    weight: int


# Class left out: 4 and 5 mean the same trouble (Postfix says 4.7.8 for a 535).
_TELLING: Dict[str, Meaning] = {
    "3.4": Meaning("T-SIZE", "mail", USUAL),
    "2.3": Meaning("T-SIZE", "mail", USUAL),
    "7.25": Meaning("T-PTR", "rcpt", USUAL),
    "7.57": Meaning("T-AUTHREQ", "mail", USUAL),
    "7.60": Meaning("T-SENDER", "mail", USUAL),
    "7.20": Meaning("T-DOWN", "data", USUAL),
    "7.23": Meaning("T-DOWN", "data", USUAL),
    "7.26": Meaning("T-DOWN", "data", USUAL),
    "7.27": Meaning("T-DOWN", "data", USUAL),
    "7.509": Meaning("T-DOWN", "data", USUAL),
    "7.515": Meaning("T-DOWN", "data", USUAL),
    "4.7": Meaning("T-OLD", "queue", VAGUE),
    "4.4": Meaning("T-NX", "names", VAGUE),
    "4.3": Meaning("T-DNS", "names", VAGUE),
    "4.2": Meaning("T-LOST", "ehlo", VAGUE),
    "4.1": Meaning("T-TMO", "tcp", VAGUE),
    "4.316": Meaning("T-REF", "tcp", VAGUE),
    "4.6": Meaning("T-DOWN", "rcpt", VAGUE),
    "3.1": Meaning("T-452", "mail", VAGUE),
    "7.11": Meaning("T-530", "auth", VAGUE),
    "1.8": Meaning("T-SENDER", "mail", VAGUE),
    "1.7": Meaning("T-SENDER", "mail", VAGUE),
    "5.3": Meaning("T-RATE", "rcpt", VAGUE),
}
_SUBJECTS: Dict[str, Meaning] = {
    "1": Meaning("T-DOWN", "rcpt", VAGUE),
    "2": Meaning("T-DOWN", "rcpt", VAGUE),
    "3": Meaning("T-DOWN", "data", VAGUE),
    "6": Meaning("T-DOWN", "data", VAGUE),
    "7": Meaning("T-POL", "rcpt", VAGUE),
}
_REPLIES: Dict[int, Meaning] = {
    421: Meaning("T-421", "greeting", VAGUE),
    452: Meaning("T-452", "mail", VAGUE),
    454: Meaning("T-REFTLS", "starttls", VAGUE),
    530: Meaning("T-AUTHREQ", "mail", VAGUE),
    534: Meaning("T-MECH", "auth", VAGUE),
    535: Meaning("T-535", "auth", USUAL),
    538: Meaning("T-530", "auth", USUAL),
    552: Meaning("T-SIZE", "mail", VAGUE),
}


def read_meaning(codes: Codes) -> Optional[Meaning]:
    """Return what the codes alone say; None where they say nothing."""
    if codes.reply in (535, 538):
        return _REPLIES[codes.reply]
    if codes.enhanced == "5.4.1":
        return Meaning("T-DOWN", "rcpt", VAGUE)  # so Exchange says for a recipient
    _class, _dot, detail = codes.enhanced.partition(".")
    subject = detail.partition(".")[0]
    if detail in _TELLING:
        return _TELLING[detail]
    if codes.reply in _REPLIES:
        return _REPLIES[codes.reply]
    if subject in _SUBJECTS:
        return _SUBJECTS[subject]
    return Meaning("T-POL", "rcpt", VAGUE) if is_refusal(codes) else None


def is_refusal(codes: Codes) -> bool:
    """Say whether a server refused something."""
    return codes.reply is not None and codes.reply >= 400


def is_status(text: str, codes: Codes) -> bool:
    """Say whether the codes are what a line is about, and no version or date."""
    if codes.enhanced.startswith("2"):
        return False
    marks = ("status:", "dsn=", "#" + codes.enhanced, "lasterror", "led=")
    lower = text.lower()
    return is_refusal(codes) or bool(
        codes.enhanced and any(mark in lower for mark in marks)
    )
