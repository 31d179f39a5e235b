"""What the client says about a message: MAIL, RCPT and XFORWARD, as records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from quarantine.intake.spool import Spool

ADDRESS_CHARACTERS_MAX = 1000
# A quoted local part may hold spaces and angle brackets (RFC 5321 4.1.2).
PATH = re.compile(
    r"\s*<(?:@[^<>\s:]*:)?"
    r"""((?:"(?:\\[^\x00-\x1f\x7f]|[^"\\\x00-\x1f\x7f])*"|[^"<>\x00-\x20\x7f])*)>"""
    r"(?:\s+(.*))?"
)
XTEXT = re.compile(r"\+([0-9A-F]{2})")
BODY_TYPES = ("7BIT", "8BITMIME")
DSN_RETURNS = ("FULL", "HDRS")
NOTIFY = re.compile(
    r"NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2}"
)
FORWARDED = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE")
UNKNOWN = ("[UNAVAILABLE]", "[TEMPUNAVAIL]")


class ArgumentRefused(Exception):
    """A command's argument is not acceptable; the text is the reply."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who brought the message to the filter, as XFORWARD says."""

    name: str = ""
    address: str = ""
    helo: str = ""
    queue_id: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """The arguments of MAIL."""

    address: str
    declared_size: int = 0
    body_type: str = ""
    is_smtputf8: bool = False
    envelope_id: str = ""
    dsn_return: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The arguments of one RCPT."""

    address: str
    original: str = ""
    notify: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A whole message as it came in, not yet durable."""

    sender: Sender
    recipients: tuple[Recipient, ...]
    client: Client
    content: Spool = field(repr=False)
    # So many bytes on top are the filter's, not the message's.
    skip: int = 0


def decode_xtext(value: str) -> str:
    """Undo RFC 3461's xtext, which XFORWARD uses too; what is not UTF-8 shows as �."""
    raw = XTEXT.sub(lambda match: chr(int(match[1], 16)), value)
    try:
        return raw.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return raw


def _path(argument: str, keyword: str) -> tuple[str, dict[str, str]]:
    """Split `FROM:<path> KEY=value …`."""
    head, colon, rest = argument.partition(":")
    match = PATH.fullmatch(rest) if colon and head.strip().upper() == keyword else None
    if match is None or len(match[1]) > ADDRESS_CHARACTERS_MAX:
        message = f"501 5.5.4 Syntax: {keyword}:<address>"
        raise ArgumentRefused(message)
    parameters = {}
    for item in (match[2] or "").split():
        key, _, value = item.partition("=")
        parameters[key.upper()] = value
    return match[1], parameters


def parse_sender(argument: str) -> Sender:
    """Read what follows MAIL; raise ArgumentRefused with the reply otherwise."""
    address, parameters = _path(argument, "FROM")
    size = parameters.pop("SIZE", "0")
    body = parameters.pop("BODY", "").upper()
    returned = parameters.pop("RET", "").upper()
    sender = Sender(
        address=address,
        declared_size=int(size) if re.fullmatch("[0-9]{1,20}", size) else -1,
        body_type=body,
        is_smtputf8="SMTPUTF8" in parameters,
        envelope_id=decode_xtext(parameters.pop("ENVID", ""))[:200],
        dsn_return=returned,
    )
    parameters.pop("SMTPUTF8", None)
    parameters.pop("AUTH", None)
    if sender.declared_size < 0 or returned not in ("", *DSN_RETURNS):
        raise ArgumentRefused("501 5.5.4 Bad SIZE or RET")
    if parameters or body not in ("", *BODY_TYPES):
        raise ArgumentRefused("555 5.5.4 Parameter not supported")
    return sender


def parse_recipient(argument: str) -> Recipient:
    """Read what follows RCPT; raise ArgumentRefused with the reply otherwise."""
    address, parameters = _path(argument, "TO")
    original = decode_xtext(parameters.pop("ORCPT", ""))[:ADDRESS_CHARACTERS_MAX]
    notify = parameters.pop("NOTIFY", "").upper()
    if not address:
        raise ArgumentRefused("501 5.1.3 The recipient is empty")
    if notify and not NOTIFY.fullmatch(notify):
        raise ArgumentRefused("501 5.5.4 Bad NOTIFY")
    if parameters:
        raise ArgumentRefused("555 5.5.4 Parameter not supported")
    return Recipient(address, original, notify)


def parse_forwarded(argument: str, client: Client) -> Client:
    """Read what follows XFORWARD, on top of what earlier ones said."""
    told = {}
    for item in argument.split():
        key, equals, value = item.partition("=")
        if not equals or key.upper() not in FORWARDED:
            raise ArgumentRefused("501 5.5.4 Bad XFORWARD attribute")
        told[key.upper()] = "" if value.upper() in UNKNOWN else decode_xtext(value)
    return replace(
        client,
        name=told.get("NAME", client.name),
        address=told.get("ADDR", client.address).removeprefix("IPv6:"),
        helo=told.get("HELO", client.helo),
        queue_id=told.get("IDENT", client.queue_id),
    )
