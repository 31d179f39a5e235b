"""Finds which server, address, port and program a line is about."""

import ipaddress
import re
from typing import NamedTuple, Optional, Tuple

_NAME = r"([A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?)"
# Postfix: name[address]:port; Exim and others: name [address]:port.
_BRACKETS = re.compile(
    _NAME + r"(\.? |\.?)\[([0-9A-Fa-f:.]{3,45})\](?::(\d{1,5}))?", re.ASCII
)
_BARE = re.compile(
    r"(?<![\w.:])\[?(\d{1,3}(?:\.\d{1,3}){3})\]?(?:[: ](\d{1,5})(?!\d))?"
)
# Exchange's protocol log: its own end of the connection, then the server's.
_ENDPOINTS = re.compile(
    r",(?:\[?[0-9A-Fa-f:.]{3,45}\]?:\d{1,5})?,"
    r"\[?([0-9A-Fa-f:.]{3,45}?)\]?:(\d{1,5}),[*<>+-],"
)
# An address that the server complains about is the sender's own.
_CLIENT = re.compile(
    r"(?:from|ip|ip=|client|client host|sending ip|ip address|for|messages from) "
    r"?\[?\d{1,3}(?:\.\d{1,3}){3}\]?",
    re.IGNORECASE,
)
_HOSTS = (
    re.compile(r"look up host " + _NAME, re.IGNORECASE),
    re.compile(r"lookup of host \"" + _NAME + r"\"", re.IGNORECASE),
    re.compile(r"host lookup for " + _NAME, re.IGNORECASE),
    re.compile(r"name service error for (?:name=|domain )" + _NAME, re.IGNORECASE),
    re.compile(
        r"(?:timed out with|refused by|reset by|of server|offered by host) " + _NAME,
        re.IGNORECASE,
    ),
    re.compile(r"couldn't find any host named " + _NAME, re.IGNORECASE),
    re.compile(r"name server: " + _NAME, re.IGNORECASE),
    re.compile(
        r"(?:remote server at|receiving server:|remote-mta: dns;|server:) ?" + _NAME,
        re.IGNORECASE,
    ),
    re.compile(r"dns type '\w{1,8}' lookup of " + _NAME, re.IGNORECASE),
    re.compile(r"unknownhostexception: " + _NAME, re.IGNORECASE),
    re.compile(r"(?:enotfound|eai_again) " + _NAME, re.IGNORECASE),
)  # fmt: skip
_PORTS = (
    re.compile(r"\bport[:=]? ?(\d{1,5})\b", re.IGNORECASE),
    re.compile(r"\]:(\d{1,5})\b"),
    re.compile(_NAME + r":(25|465|587|2525)\b"),
)
_RECIPIENT = re.compile(r"to=<[^<>@\s]{0,200}@([^<>\s]{1,255})>", re.IGNORECASE)
# Our own end of a connection and what listens here are not the place.
_LOCAL = re.compile(r"client=|from unknown\[|connect from ", re.IGNORECASE)

_PROGRAMS: Tuple[Tuple[str, Tuple[str, ...]], ...] = (
    ("scanner", ("postfix/smtpd", "postfix/submission", "dovecot", "disconnect from ")),
    ("postfix", (
        "postfix", "status=deferred", "status=bounced", "delays=", "(in reply to ",
        "refused to talk to me", "sasl authentication failed; server",
        "unable to look up host", "server certificate not", "ssl_connect error to",
        "relayhost configuration", "but was not offered by host")),
    ("exim", (
        "exim", " defer (", " r=smarthost", " t=remote_smtp", "smtp error from remote",
        "(gnutls_handshake)", "tls session is required", "unrouteable address",
        "retry timeout exceeded")),
    ("exchange", (
        "led=", "primary target ip address", "send connector", "smtpsend",
        "winsock error code", "remote server returned", "lasterror", "#smtp#",
        "diagnostic information for admin", "target host responded", "resolver.",
        "socket error code")),
    ("mdaemon", ("mdaemon", "winsock error", "attempting smtp connection")),
    ("outlook", ("0x800ccc", "0x80042", "outlook")),
    ("sendmail", (
        "sendmail", "sm-mta", "stat=", "while talking to", "starttls=client")),
    ("qmail", ("qmail", "remote host said:", "i'm not going to try again")),
)  # fmt: skip


class Place(NamedTuple):
    """Where it happened; empty and None where the text does not say."""

    host: str = ""
    address: str = ""
    port: Optional[int] = None
    recipient_domain: str = ""


def read_place(text: str) -> Place:
    """Return server, address and port that a line names."""
    recipient = _RECIPIENT.search(text)
    domain = recipient.group(1).lower() if recipient else ""
    host, address, port = _named(text)
    if not host:
        host = next((one for one in (_search(p, text) for p in _HOSTS) if one), "")
    log = _ENDPOINTS.search(text)
    if log and not address:
        address, port = _address(log.group(1)), _port(log.group(2))
    if not address:
        bare = _BARE.search(_CLIENT.sub("", text))
        address = _address(bare.group(1)) if bare else ""
        port = port or (_port(bare.group(2) or "") if bare and address else None)
    if port is None:
        ports = (pattern.search(text) for pattern in _PORTS)
        port = next(
            (_port(hit.group(hit.lastindex or 1)) for hit in ports if hit), None
        )
    return Place(host.lower().rstrip("."), address, port, domain)


def read_program(text: str) -> str:
    """Return the program whose words these are, empty if they could be anybody's."""
    lower = text.lower()
    for program, marks in _PROGRAMS:
        if any(mark in lower for mark in marks):
            return program
    return ""


def _named(text: str) -> Tuple[str, str, Optional[int]]:
    """Return the first name with an address, one with a port before all others."""
    best: Tuple[str, str, Optional[int]] = ("", "", None)
    for hit in _BRACKETS.finditer(text):
        address = _address(hit.group(3))
        if hit.group(2).endswith(" ") and "." not in hit.group(1):
            continue  # a word before an address, no name
        if not address or _LOCAL.search(text[max(0, hit.start() - 30) : hit.end()]):
            continue
        port = _port(hit.group(4) or "")
        if not best[0] or (port is not None and best[2] is None):
            best = (hit.group(1), address, port)
    return best


def _search(pattern: "re.Pattern[str]", text: str) -> str:
    hit = pattern.search(text)
    return hit.group(1) if hit else ""


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _port(text: str) -> Optional[int]:
    return int(text) if text.isdigit() and 0 < int(text) <= 65535 else None
