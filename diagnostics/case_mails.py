"""Mails about a support case: its number and a link, nothing of what it says."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from accounts import outbox
from accounts.access.people import list_admins
from accounts.models import OutgoingMail, User
from diagnostics.models import Case


def tell_support(case: Case, *, event: str) -> list[OutgoingMail]:
    """Put a mail to the operator's support address; none where there is no address."""
    if not settings.SUPPORT_ADDRESS:
        return []
    path = reverse("admin:diagnostics_case_change", args=[case.pk])
    put = outbox.put(None, "case_waiting", number=case.number, event=event, path=path)
    return [put]


def tell_customer(case: Case, *, event: str) -> list[OutgoingMail]:
    """Put a mail to who opened the case, to all admins once that person is none."""
    path = reverse("diagnostics:case", args=[case.pk])
    return [
        outbox.put(person, "case_moved", number=case.number, event=event, path=path)
        for person in _readers(case)
    ]


def _readers(case: Case) -> list[User]:
    admins = list_admins(case.customer_id).order_by("pk")
    opened_by = [one for one in admins if one.pk == case.opened_by_id]
    return opened_by or list(admins)
