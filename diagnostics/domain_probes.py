"""Probes of a domain and of its next hop as rows: made once, due again, forgotten."""

from __future__ import annotations

import secrets
from uuid import UUID

from accounts.models import Domain
from diagnostics.models import Probe


def is_own_recipient(domain: Domain, recipient: str) -> bool:
    """Say whether it is an address of this domain, fit to stand in RCPT."""
    local_part, at, name = recipient.rpartition("@")
    is_plain = recipient.isascii() and recipient.isprintable()
    is_plain = is_plain and not set(recipient) & set("<> \t")
    fits = 0 < len(local_part) <= 64 and len(recipient) <= 320
    return bool(at) and is_plain and fits and name.lower() == domain.name


def draw_nonce() -> str:
    """Return what the probe says in EHLO, so that its session is found in a log."""
    return secrets.token_hex(8)


def make_probe(
    domain: Domain,
    kind: Probe.Kind,
    *,
    test_recipient: str = "",
    created_by_id: UUID | None = None,
) -> Probe:
    """Return the probe that waits for the same answer, else a new one.

    Needs a transaction: the domain's row is locked, so that two make one.
    """
    domain = Domain.objects.select_for_update().get(pk=domain.pk)
    is_hop = kind == Probe.Kind.NEXT_HOP
    asked = {
        "kind": kind,
        "domain": domain,
        "monitor": None,
        "test_recipient": test_recipient,
        "configured_host": domain.next_hop_host if is_hop else "",
        "configured_port": domain.next_hop_port if is_hop else None,
    }
    waiting: Probe | None = Probe.objects.filter(
        **asked, state=Probe.State.QUEUED
    ).first()
    return waiting or Probe.objects.create(
        customer_id=domain.customer_id,
        nonce=draw_nonce(),
        created_by_id=created_by_id,
        **asked,
    )
