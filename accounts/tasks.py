"""What accounts does in the background."""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from accounts import audit, mail, sms, throttles
from accounts.enqueue import enqueue
from accounts.models import Domain, User

logger = logging.getLogger(__name__)

# For a mail server that is away for a moment.
MAIL_RETRIES: dict[str, Any] = {
    "autoretry_for": (OSError, SMTPException),
    "retry_backoff": 15,
    "max_retries": 6,
    "soft_time_limit": 30,
    "time_limit": 40,
}


@shared_task(name="accounts.send_sms", soft_time_limit=40, time_limit=50)
def send_sms(message_id: str) -> None:
    """Send one SMS of the outbox."""
    sms.deliver(message_id)


@shared_task(name="accounts.send_password_reset", **MAIL_RETRIES)
def send_password_reset(user_id: str) -> None:
    """Send the link; an id of nobody is what an unknown address leads to."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None:
        mail.send_password_reset(user)


@shared_task(name="accounts.send_invitation", **MAIL_RETRIES)
def send_invitation(user_id: str) -> None:
    """Send the link to the first password."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None:
        mail.send_invitation(user)


@shared_task(name="accounts.send_notice", **MAIL_RETRIES)
def send_notice(user_id: str, notice: str, at: str) -> None:
    """Tell the person what happened to the account."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        logger.info("person %s is gone, no notice", user_id)
        return
    mail.NOTICES[notice](user, datetime.fromisoformat(at))


@shared_task(name="accounts.send_domain_notice", **MAIL_RETRIES)
def send_domain_notice(user_id: str, notice: str, domain_id: str, at: str) -> None:
    """Tell an admin what happened to a domain."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    domain = Domain.objects.filter(pk=domain_id).first()
    if user is None or domain is None:
        logger.info("person %s or domain %s is gone, no notice", user_id, domain_id)
        return
    mail.send_domain_notice(user, notice, domain, datetime.fromisoformat(at))


@shared_task(name="accounts.sweep", soft_time_limit=30, time_limit=40)
def sweep() -> None:
    """Send the SMS that the broker lost; end and forget old ones, tries, sessions."""
    sms.end_stale()
    for message_id in sms.list_due():
        enqueue(send_sms, message_id)
    sms.forget_old()
    throttles.forget_old()
    # Everybody who opens the log-in page gets one.
    SessionStore.clear_expired()


@shared_task(name="accounts.seal_audit", soft_time_limit=60, time_limit=70)
def seal_audit() -> None:
    """Chain the audit events that are not chained yet."""
    audit.seal_events()
