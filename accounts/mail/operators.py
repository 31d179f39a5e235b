"""Mails to who runs the installation."""

from __future__ import annotations

from datetime import datetime

from accounts.mail.letters import portal_address, send
from accounts.models import User


def send_sms_budget(user: User, at: datetime, *, used: str, budget: str) -> None:
    """Tell an operator how many of the day's SMS are used."""
    context = {"used": int(used), "budget": int(budget), "is_over": used == budget}
    send(user, "sms_budget", at=at, **context)


def send_unknown_domain(user: User, at: datetime, *, domain: str) -> None:
    """Tell an operator of mail for a domain that nobody has proved."""
    send(user, "unknown_domain", at=at, domain=domain)


def send_our_fault(
    user: User, _at: datetime, *, probes: str, customers: str, path: str, **cause: str
) -> None:
    """Tell an operator that probes name a cause which we must mend."""
    counts = {"probes": int(probes), "customers": int(customers)}
    send(user, "our_fault", page=portal_address(path), **counts, **cause)
