"""What accounts does in the background."""

from __future__ import annotations

import logging

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from accounts import (
    audit_chain,
    browsers,
    factor_reminders,
    outbox,
    people_import,
    sessions,
    sms,
    throttles,
)
from accounts.enqueue import enqueue
from accounts.errors import AuditBroken

logger = logging.getLogger(__name__)


@shared_task(name="accounts.send_sms", soft_time_limit=40, time_limit=50)
def send_sms(message_id: str) -> None:
    """Send one SMS of the outbox."""
    sms.deliver(message_id)


@shared_task(name="accounts.send_mail", soft_time_limit=60, time_limit=70)
def send_mail(mail_id: str) -> None:
    """Send one mail of the outbox."""
    outbox.deliver(mail_id)


@shared_task(name="accounts.import_people", soft_time_limit=500, time_limit=510)
def import_people(import_id: str) -> None:
    """Invite everybody on a confirmed list."""
    people_import.run(import_id)


@shared_task(name="accounts.sweep", soft_time_limit=30, time_limit=40)
def sweep() -> None:
    """Send what the broker lost; end and forget old SMS, mails, tries, sessions."""
    sms.end_stale()
    for message_id in sms.list_due():
        enqueue(send_sms, message_id)
    sms.forget_old()
    outbox.end_stale()
    for mail_id in outbox.list_due():
        enqueue(send_mail, mail_id)
    outbox.forget_old()
    for import_id in people_import.list_due():
        enqueue(import_people, import_id)
    people_import.forget_old()
    throttles.forget_old()
    sessions.forget_old()
    browsers.forget_old()
    # Everybody who opens the log-in page gets one.
    SessionStore.clear_expired()


@shared_task(name="accounts.remind", soft_time_limit=600, time_limit=620)
def remind() -> None:
    """Remind who has no second factor although one will be demanded soon."""
    factor_reminders.remind()


@shared_task(name="accounts.seal_audit", soft_time_limit=60, time_limit=70)
def seal_audit() -> None:
    """Chain what is not chained yet; a broken chain stays as it is."""
    try:
        audit_chain.seal_events()
    except AuditBroken as error:
        logger.critical("audit chain broken (%s), nothing sealed", error.fault)


@shared_task(name="accounts.verify_audit", soft_time_limit=3500, time_limit=3600)
def verify_audit() -> None:
    """Read the whole audit chain and keep what was found, for the page."""
    finding = audit_chain.verify()
    audit_chain.keep_finding(finding)
    if finding.fault:
        logger.critical(
            "audit chain broken (%s) at %s", finding.fault, finding.sequence
        )
