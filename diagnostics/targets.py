"""What may be probed: the operator's outbound scanner, where the guard allows it."""

from __future__ import annotations

from django.conf import settings

from accounts.models import OutboundScanner
from cleanmail.wire import guard
from cleanmail.wire.errors import AddressRefused
from diagnostics.checks.evidence import Target
from diagnostics.errors import NoScanner
from diagnostics.models import Probe

TOTAL_SECONDS = 15.0


def make_target(probe: Probe, *, password: str | None) -> Target:
    """Return what the checks are told; the typed host is never connected to."""
    scanner = probe.scanner
    if scanner is None:
        raise NoScanner(probe.customer_id)
    return Target(
        host=scanner.host,
        nonce=probe.nonce,
        configured_host=probe.configured_host,
        configured_ports=(probe.configured_port,) if probe.configured_port else (),
        known_hosts=(scanner.host,),
        known_ports=tuple(scanner.ports),
        addresses=tuple(scanner.addresses),
        pins=(scanner.pin_sha256,) if scanner.pin_sha256 else (),
        cafile=scanner.ca_file,
        username=probe.username,
        password=password,
        allows=lambda address, port: is_allowed(address, port, scanner),
        is_sender=False,
        total_seconds=min(TOTAL_SECONDS, settings.PROBE_SECONDS),
    )


def is_allowed(address: str, port: int, scanner: OutboundScanner) -> bool:
    """Say whether the portal may connect there, by the operator's settings."""
    try:
        guard.check_port(port, [*settings.ALLOWED_PORTS, *scanner.ports])
        guard.check_address(address, settings.ALLOWED_NETWORKS)
    except AddressRefused:
        return False
    return True
