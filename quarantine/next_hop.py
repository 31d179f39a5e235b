"""Where a hold is handed to: the domain's next hop, or the operator's own relay."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import Domain
from accounts.models.customers import NextHopTls
from cleanmail.wire import dns, guard

RESOLVE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class NextHop:
    """A host to hand messages to."""

    host: str
    port: int
    tls: NextHopTls
    is_own_relay: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def resolve(self) -> tuple[str, ...]:
        """Return the addresses to connect to; raise AddressRefused, NameNotResolved.

        The operator's own relay may be anywhere; what a customer names may not.
        """
        if self.is_own_relay:
            return dns.resolve(self.host, timeout=RESOLVE_SECONDS)
        return guard.checked_addresses(
            self.host,
            self.port,
            allowed_ports=settings.ALLOWED_PORTS,
            allowed_networks=settings.ALLOWED_NETWORKS,
            timeout=RESOLVE_SECONDS,
        )


def find_next_hop(domain: Domain) -> NextHop:
    """Return where mail for the domain goes: `REINJECT_VIA` comes first."""
    if settings.REINJECT_VIA:
        relay = urlsplit(f"//{settings.REINJECT_VIA}")
        return NextHop(
            host=relay.hostname or "",
            port=relay.port or settings.NEXT_HOP_PORT,
            tls=NextHopTls.OPPORTUNISTIC,
            is_own_relay=True,
        )
    return NextHop(
        host=domain.next_hop_host.strip(),
        port=domain.next_hop_port,
        tls=NextHopTls(domain.next_hop_tls),
        is_own_relay=False,
    )
