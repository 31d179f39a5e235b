"""Errors and sessions of the wire as facts and transcript lines."""

import errno
import socket
from typing import List, Sequence, Tuple

from cleanmail.wire.errors import (
    ConnectFailed,
    ConnectionLost,
    ReplyMalformed,
    SessionTimedOut,
    SmtpError,
    TlsFailed,
)
from cleanmail.wire.transcript import MASK, Exchange
from diagnostics.checks.evidence import Facts

TIMEOUT = "timeout"
CLOSED = "closed"
MALFORMED = "malformed"
TLS = "tls"
# A program that somebody ran by hand says that it failed and not how.
UNSAID = "unsaid"

TEXT_LIMIT = 300
# What is kept of a session whose other end talks without end.
LINES, LINE_LENGTH = 200, 500


def errno_name(number: int) -> str:
    """Return ECONNREFUSED and the like; a timed-out connect is a timeout."""
    if number == errno.ETIMEDOUT:
        return TIMEOUT
    return errno.errorcode.get(number, str(number))


def error_facts(error: Exception) -> Facts:
    """Return the kind of failure and what it said."""
    facts: Facts = {"error": _kind(error), "text": str(error)[:TEXT_LIMIT]}
    if isinstance(error, TlsFailed):
        facts["reason"] = error.reason
        facts["verify_code"] = error.verify_code
    if isinstance(error, ReplyMalformed):
        facts["received"] = error.received[:TEXT_LIMIT]
    return facts


def _kind(error: Exception) -> str:
    if isinstance(error, (SessionTimedOut, socket.timeout)):
        return TIMEOUT
    if isinstance(error, (ConnectFailed, ConnectionLost)):
        return errno_name(error.errno) if error.errno else CLOSED
    if isinstance(error, TlsFailed):
        return TLS
    if isinstance(error, SmtpError):
        return MALFORMED
    number = getattr(error, "errno", None)
    return errno_name(number) if number else type(error).__name__


def transcript_lines(exchanges: Sequence[Exchange]) -> List[str]:
    """Return `> command`, `< reply` and `# remark` lines as people read them."""
    lines: List[str] = []
    for exchange in exchanges:
        if exchange.command in ("<connect>", "<tls>"):
            word = exchange.command.strip("<>")
            lines.append("# {:.3f} s {}".format(exchange.at_seconds, word))
        elif exchange.command:
            lines.append("> " + exchange.command)
        last = len(exchange.lines) - 1
        for number, text in enumerate(exchange.lines):
            mark = " " if number == last else "-"
            lines.append("< {}{}{}".format(exchange.code, mark, text))
        if exchange.error:
            lines.append("! " + exchange.error[:TEXT_LIMIT])
    return [line[:LINE_LENGTH] for line in lines[:LINES]]


# Shorter ones would tear words of the transcript apart and so give themselves away.
SECRET_LENGTH = 4


def scrub(text: str, secrets: Tuple[str, ...]) -> str:
    """Mask what a server may have echoed."""
    for secret in secrets:
        if len(secret) >= SECRET_LENGTH:
            text = text.replace(secret, MASK)
    return text


def scrub_facts(facts: Facts, secrets: Tuple[str, ...]) -> Facts:
    """Mask secrets in all text values."""
    return {
        name: scrub(value, secrets) if isinstance(value, str) else value
        for name, value in facts.items()
    }
