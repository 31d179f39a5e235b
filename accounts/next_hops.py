"""Next hops as admins type them: resolved once and guarded before they are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

from accounts.domain_names import to_a_label
from accounts.errors import DomainNameRefused, NextHopRefused
from accounts.models.customers import NextHopTls
from cleanmail.wire import guard
from cleanmail.wire.errors import AddressRefused, NameNotResolved

RESOLVE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class NextHop:
    """A host that a domain's mail goes to."""

    host: str
    port: int
    tls: NextHopTls


def check_next_hop(next_hop: NextHop) -> NextHop:
    """Return it as it is kept; raise NextHopRefused unless it may be connected to.

    Every address of the name must be allowed. What is checked here may be another
    address tomorrow: whoever connects checks again, and connects to what was checked.
    """
    checked = replace(next_hop, host=_read_host(next_hop.host))
    if checked.host in {name.rstrip(".").lower() for name in settings.MAIL_EXCHANGERS}:
        raise NextHopRefused("loop")
    try:
        addresses = guard.checked_addresses(
            checked.host,
            checked.port,
            allowed_ports=settings.ALLOWED_PORTS,
            allowed_networks=settings.ALLOWED_NETWORKS,
            timeout=RESOLVE_SECONDS,
        )
    except AddressRefused as error:
        raise NextHopRefused("port" if error.reason == "port" else "network") from error
    except NameNotResolved as error:
        raise NextHopRefused(
            error.reason if error.reason in {"syntax", "missing"} else "temporary"
        ) from error
    if not addresses:
        raise NextHopRefused("missing")
    return checked


def _read_host(typed: str) -> str:
    """Return a literal without brackets, a name in A-labels; keep what is neither."""
    host = typed.strip().lower().removeprefix("[").removesuffix("]")
    if ":" in host:
        return host
    try:
        return to_a_label(host)
    except DomainNameRefused as error:
        raise NextHopRefused("syntax") from error
