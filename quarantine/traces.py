"""The trace a release carries on top: keyed, so that we know our own when it returns.

    X-Cleanmail-Released: <hold>; <date>; k=<key id>; t=<HMAC>

The HMAC is over hold, recipient and content hash. It says who released what to whom,
not that nothing was changed since: that is compared with what is stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID

from django.conf import settings

from accounts import keyring
from quarantine.models import Hold

PURPOSE = "release.trace"
NAME = "x-cleanmail-released"
# Enough for aliases and retries on the way back; more is a circle.
RELEASES_MAX = 3
# RFC 5321 section 6.3 wants at least 100 before a mail counts as one in a circle.
HOPS_MAX = 100
# What MTAs and filters put above a message without changing it. All else up there,
# another Subject say, was put by somebody who wants our trace to vouch for it.
ABOVE = re.compile(
    r"received|return-path|delivered-to|x-original-to|x-received|received-spf"
    r"|x-spam|x-spam-[a-z-]+|x-spamd-[a-z-]+|x-rspamd-[a-z-]+|x-virus-[a-z-]+"
    r"|x-amavis-[a-z-]+|x-quarantine-id|x-envelope-[a-z-]+|authentication-results"
    r"|arc-[a-z-]+|dkim-signature"
)
# Above the trace and in the message itself, a filter may take these out or put them in.
OF_FILTERS = re.compile(
    r"x-spam|x-spam-[a-z-]+|x-spamd-[a-z-]+|x-rspamd-[a-z-]+|x-virus-[a-z-]+"
    r"|x-amavis-[a-z-]+|authentication-results|arc-[a-z-]+|dkim-signature"
)
_FIELD = re.compile(rb"([!-9;-~]{1,80}):([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_VALUE = re.compile(
    rb"\s*([0-9a-f-]{36});[^;]{1,60};\s*k=([!-:<-~]{1,64});\s*t=([0-9a-f]{64})\s*"
)
_OURS = re.compile(rb"^x-cleanmail-released[ \t]*:", re.IGNORECASE | re.MULTILINE)
_HOPS = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_ABOVE_FIELDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace as it was found: nothing in it is true before `is_genuine` says so."""

    hold_id: UUID
    key_id: str
    token: str
    # Where the message begins that was released.
    end: int


def make_trace(hold: Hold, at: datetime) -> bytes:
    """Return our own lines above the content; they name no recipient."""
    date = format_datetime(at)
    key_id, token = keyring.sign(_told(hold), purpose=PURPOSE)
    lines = (
        f"X-Cleanmail-Released: {hold.pk}; {date}; k={key_id}; t={token}\r\n"
        f"Received: by {settings.RELEASE_HELO} (Cleanmail) with LMTP\r\n"
        f"\tid {hold.message_id}; {date}\r\n"
    )
    return lines.encode("ascii")


def find_trace(head: bytes, start: int = 0) -> Trace | None:
    """Return our trace nearest to the top; None below anything but trace and filters.

    Never raises, whatever the bytes are.
    """
    place = start
    for _number in range(_ABOVE_FIELDS_MAX):
        field = _FIELD.match(head, place)
        if field is None:
            return None
        name, place = field[1].decode("ascii").lower(), field.end()
        if name == NAME:
            return _read(field[2], _after_received(head, place))
        if not ABOVE.fullmatch(name):
            return None
    return None


def is_genuine(trace: Trace, hold: Hold, recipient: str) -> bool:
    """Say whether we released this hold, to this very recipient."""
    local_part, _, domain = recipient.rpartition("@")
    known_part, _, known_domain = hold.envelope_recipient.rpartition("@")
    is_addressed = (local_part, domain.lower()) == (known_part, known_domain.lower())
    return is_addressed and keyring.is_signed(
        _told(hold), trace.key_id, trace.token, purpose=PURPOSE
    )


def is_circling(head: bytes) -> bool:
    """Say whether the message has gone round: by our own traces, or by all."""
    blank = _BLANK.search(head)
    section = head[: blank.start()] if blank else head
    ours = sum(1 for _ in _OURS.finditer(section))
    return ours >= RELEASES_MAX or sum(1 for _ in _HOPS.finditer(section)) > HOPS_MAX


def _told(hold: Hold) -> str:
    message = hold.message
    return f"{hold.pk}\n{hold.envelope_recipient}\n{message.content_sha256}"


def _read(value: bytes, end: int) -> Trace | None:
    found = _VALUE.fullmatch(value)
    if found is None:
        return None
    try:
        hold_id = UUID(found[1].decode("ascii"))
    except ValueError:
        return None
    return Trace(hold_id, found[2].decode("ascii"), found[3].decode("ascii"), end)


def _after_received(head: bytes, place: int) -> int:
    """Return where our Received field ends, which stands below the trace."""
    field = _FIELD.match(head, place)
    is_ours = field is not None and field[1].lower() == b"received"
    return field.end() if field is not None and is_ours else place
