"""A hold made ready for the wire: envelope with its parameters, trace and content."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime

from cleanmail.wire.smtp import Path
from quarantine.errors import LoopFound
from quarantine.models import Hold, Message
from quarantine.store import open_content
from quarantine.traces import is_circling, make_trace

# RFC 3461 section 4: what stands for itself in xtext.
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for one envelope recipient."""

    hold: Hold
    at: datetime
    # Called when all was sent but the end of data; what it raises prevents that.
    before_end: Callable[[], None]

    @property
    def message(self) -> Message:
        """Return the message within."""
        return self.hold.message

    @property
    def needs_smtputf8(self) -> bool:
        """Say whether an address cannot be written without SMTPUTF8 (RFC 6531)."""
        addresses = self.message.envelope_sender + self.hold.envelope_recipient
        return not addresses.isascii()

    def sender(self, keywords: Mapping[str, str]) -> Path:
        """Return the envelope sender with what the next hop understands."""
        message = self.message
        parameters: list[str] = []
        if "SIZE" in keywords:
            parameters.append(f"SIZE={message.size + len(self.trace())}")
        # Without 8BITMIME the bytes go as they are: to change them would break every
        # signature, and RFC 6152 servers of today all are 8-bit clean.
        if message.has_8bit and "8BITMIME" in keywords:
            parameters.append("BODY=8BITMIME")
        if (message.is_smtputf8 or self.needs_smtputf8) and "SMTPUTF8" in keywords:
            parameters.append("SMTPUTF8")
        if "DSN" in keywords:
            if message.dsn_return:
                parameters.append(f"RET={message.dsn_return}")
            if message.envelope_id.isascii() and message.envelope_id:
                parameters.append(f"ENVID={_xtext(message.envelope_id)}")
        return Path(message.envelope_sender, tuple(parameters))

    def recipient(self, keywords: Mapping[str, str]) -> Path:
        """Return the recipient; its sender hears nothing of a release."""
        parameters: list[str] = []
        if "DSN" in keywords:
            parameters.append("NOTIFY=NEVER")
            kind, semicolon, address = self.hold.original_recipient.partition(";")
            if semicolon and kind.isalnum() and address and address.isascii():
                parameters.append(f"ORCPT={kind}{semicolon}{_xtext(address)}")
        return Path(self.hold.envelope_recipient, tuple(parameters))

    def trace(self) -> bytes:
        """Return our own lines above the content; they name no recipient."""
        return make_trace(self.hold, self.at)

    def content(self) -> Generator[bytes, None, None]:
        """Yield trace and content; raise what keeps the content from going out.

        That is LoopFound at its beginning, ContentErased or ContentLost.

        Its end calls `before_end`, and the session sends the end of data after that.
        Nothing is opened before the trace is taken; close the generator when done.
        """
        yield self.trace()
        content = open_content(self.message)
        for first in content:
            if is_circling(first):
                raise LoopFound(self.hold.pk)
            yield first
            break
        yield from content
        self.before_end()


def _xtext(text: str) -> str:
    return _NOT_XTEXT.sub(lambda found: f"+{ord(found.group()):02X}", text)
