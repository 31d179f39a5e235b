"""Domains: what a check of their records means for the customer."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Domain


@transaction.atomic(durable=True)
def note_control(domain_id: UUID, *, found: bool | None) -> None:
    """Note what a check of the control record found; None changes nothing.

    True verifies the domain. False is said by its name servers, not by their silence.
    """
    if found:
        unverified = Domain.objects.filter(pk=domain_id, verified_at=None)
        unverified.update(verified_at=timezone.now())
