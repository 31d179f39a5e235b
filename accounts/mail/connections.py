"""Mails about the way mail takes: domains, monitors, cases, faults of ours."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts.mail.letters import is_still_with, portal_address, send
from accounts.models import Domain, User
from accounts.tenancy import Role


def send_domain_notice(
    user: User, at: datetime, *, notice: str, domain_id: str
) -> None:
    """Tell an admin what happened to a domain; `notice` is the template's name."""
    domain = Domain.objects.filter(pk=domain_id).first()
    if domain is not None and user.is_active:
        send(user, notice, domain=domain, at=at)


def send_case_moved(
    user: User, _at: datetime, *, number: str, event: str, path: str
) -> None:
    """Tell an admin that support did something about the case of that number."""
    if user.is_active:
        page = portal_address(path)
        send(user, "case_moved", number=number, event=event, page=page)


def send_case_waiting(
    _user: User | None, _at: datetime, *, number: str, event: str, path: str
) -> None:
    """Tell the operator's support that the case of that number waits for it."""
    if settings.SUPPORT_ADDRESS:
        desk = User(email=settings.SUPPORT_ADDRESS)
        page = portal_address(path)
        send(desk, "case_waiting", number=number, event=event, page=page)


def send_monitor_changed(
    user: User, at: datetime, *, customer_id: str, monitor_id: str, **words: str
) -> None:
    """Tell an admin what a monitor found, already worded; not who is none any more."""
    if is_still_with(user, customer_id, role=Role.ADMIN):
        page = portal_address(reverse("diagnostics:monitor", args=[monitor_id]))
        send(user, "monitor_changed", at=at, page=page, **words)
