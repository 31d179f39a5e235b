"""What may be probed: scanner, name servers, next hops, where the guard allows it."""

from __future__ import annotations

from functools import partial

from django.conf import settings

from accounts.models import Domain, OutboundAccount, OutboundScanner
from accounts.models.customers import NextHopTls
from cleanmail.wire import guard
from cleanmail.wire.errors import AddressRefused
from diagnostics.checks.evidence import Target
from diagnostics.domain_checks.next_hop import Hop
from diagnostics.domain_checks.subject import Subject
from diagnostics.errors import NoScanner
from diagnostics.models import Probe

TOTAL_SECONDS = 15.0
# Below the task's own limit, with time left to save.
DOMAIN_SECONDS = 20.0
RESOLVE_SECONDS = 5.0


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


def make_subject(domain: Domain) -> Subject:
    """Return what the checks of a domain's records are told."""
    return Subject(
        domain=domain.name,
        control_name=domain.control_record_name,
        control_value=domain.control_record_value,
        is_vouched=domain.is_vouched,
        mail_exchangers=tuple(settings.MAIL_EXCHANGERS),
        spf_include=settings.SPF_INCLUDE,
        sends_through_us=OutboundAccount.objects.filter(
            customer_id=domain.customer_id, ended_at=None
        ).exists(),
        dkim_selectors=tuple(settings.DKIM_SELECTORS),
        resolvers=tuple(settings.DNS_RESOLVERS),
        port=settings.DNS_PORT,
        allows=is_allowed_server,
        total_seconds=min(DOMAIN_SECONDS, settings.PROBE_SECONDS),
    )


def make_address_subject() -> Subject:
    """Return what questions about an address are asked with: the resolvers only."""
    return Subject(
        domain="",
        resolvers=tuple(settings.DNS_RESOLVERS),
        port=settings.DNS_PORT,
        allows=is_allowed_server,
        total_seconds=min(DOMAIN_SECONDS, settings.PROBE_SECONDS),
    )


def is_allowed_server(address: str) -> bool:
    """Say whether the portal may ask a name server that a domain's owner chose."""
    try:
        guard.check_address(address, settings.ALLOWED_NETWORKS)
    except AddressRefused:
        return False
    return True


def make_hop(probe: Probe, domain: Domain) -> Hop:
    """Return what the check of a next hop is told, as it was when it was asked for."""
    host, port = probe.configured_host, probe.configured_port or 0
    tls = NextHopTls(domain.next_hop_tls)
    return Hop(
        host=host,
        port=port,
        recipient=probe.test_recipient,
        helo=settings.RELEASE_HELO,
        nonce=probe.nonce,
        resolve=partial(
            guard.checked_addresses,
            host,
            port,
            allowed_ports=settings.ALLOWED_PORTS,
            allowed_networks=settings.ALLOWED_NETWORKS,
            timeout=RESOLVE_SECONDS,
        ),
        demands_tls=tls.is_demanded,
        demands_certificate=tls == NextHopTls.VERIFIED,
        cafile=settings.RELEASE_CA_FILE,
        ours=tuple(name.lower().rstrip(".") for name in settings.MAIL_EXCHANGERS),
        total_seconds=min(DOMAIN_SECONDS, settings.PROBE_SECONDS),
    )
