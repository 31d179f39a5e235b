"""What the quarantine does later: the post slot."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="quarantine.reinject")
def reinject(customer_id: str, hold_id: str) -> None:
    """Hand a claimed hold to its next hop."""
