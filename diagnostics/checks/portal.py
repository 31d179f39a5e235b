"""The internet beyond the scanner, and the right time: the head of the portal's page.

The certificate is looked at by nobody: where the clock is wrong it would never be
believed, and nothing is said or taken on trust but the time of day.
"""

import http.client
import socket
import ssl
import time
from email.utils import parsedate_to_datetime
from functools import partial
from typing import NamedTuple, Optional
from urllib.parse import urlsplit

from diagnostics.checks.configured import clean_host, is_literal
from diagnostics.checks.contexts import looking_context
from diagnostics.checks.evidence import (
    FAILED,
    OK,
    SKIPPED,
    Emit,
    Evidence,
    Facts,
    Target,
)
from diagnostics.checks.names import ask_system
from diagnostics.checks.side_by_side import side_by_side
from diagnostics.checks.wording import error_facts

SECONDS = 2.5
# The system's resolver knows no limit of its own.
RESOLVE_SECONDS = 2.5
# Whatever stands in the URL, a token perhaps, is not said here.
PATH = "/healthz"
# Certificates and log-ins by ticket take so much (RFC 4120, 1.6).
SKEW_SECONDS = 300.0


class Place(NamedTuple):
    """Where a URL leads, in the words of http.client."""

    host: str
    port: int
    is_secure: bool


def place_of(url: str) -> Optional[Place]:
    """Return where an http or https URL leads; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    is_secure = parts.scheme == "https"
    return Place(parts.hostname, port or (443 if is_secure else 80), is_secure)


def check_portal(target: Target, emit: Emit) -> None:
    """Ask for the head of the portal's page; report the way there and the clock."""
    place = place_of(target.portal_url)
    shown = target.portal_time
    if place is not None:
        since = time.monotonic()
        facts: Facts = {"host": place.host, "port": place.port}
        try:
            facts.update(_head(place, target))
            status = FAILED if facts.get("error") else OK
        except (OSError, http.client.HTTPException, ValueError) as error:
            facts.update(_failure(error))
            status = FAILED
        spent = round(time.monotonic() - since, 4)
        subject = "{}:{}".format(place.host, place.port)
        emit(Evidence("portal", subject, status, spent, facts, []))
        shown = facts.get("portal_time") or shown
    emit(check_clock(shown, time.time()))


def _head(place: Place, target: Target) -> Facts:
    """Ask at the name's address, else at a known one: dead names are no dead line."""
    if is_literal(place.host):
        return _ask(place, clean_host(place.host))
    (answer,) = side_by_side([partial(ask_system, place.host)], RESOLVE_SECONDS)
    found = answer[0] if answer else []
    addresses = [*found, *target.portal_addresses]
    if not addresses:
        return {"error": "unresolved"}
    return _ask(place, addresses[0])


def _ask(place: Place, address: str) -> Facts:
    sock = socket.create_connection((address, place.port), SECONDS)
    with sock:
        facts: Facts = {"address": str(sock.getpeername()[0])}
        facts["local_address"] = str(sock.getsockname()[0])
        line = sock
        if place.is_secure:
            line = looking_context().wrap_socket(sock, server_hostname=place.host)
        connection = http.client.HTTPConnection(place.host, place.port, timeout=SECONDS)
        connection.sock = line
        connection.request("HEAD", PATH, headers={"Connection": "close"})
        response = connection.getresponse()
        facts["code"] = response.status
        date = response.getheader("Date")
        if date:
            facts["portal_time"] = parsedate_to_datetime(date).timestamp()
        connection.close()
    return facts


def _failure(error: Exception) -> Facts:
    if isinstance(error, ssl.SSLError) and not isinstance(error, socket.timeout):
        return {"error": "tls", "text": str(error)}
    return error_facts(error)


def check_clock(portal_time: float, own_time: float) -> Evidence:
    """Hold this machine's clock against the portal's."""
    if not portal_time:
        return Evidence("clock", "", SKIPPED, 0.0, {"error": "unknown"}, [])
    offset = round(own_time - portal_time, 1)
    facts: Facts = {"offset_seconds": offset, "is_wrong": abs(offset) > SKEW_SECONDS}
    status = FAILED if facts["is_wrong"] else OK
    return Evidence("clock", "", status, 0.0, facts, [])
