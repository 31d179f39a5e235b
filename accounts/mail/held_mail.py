"""Mails about what is held: digests, and releases that are asked for."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPServerDisconnected

from django.core.mail import EmailMultiAlternatives, get_connection

from accounts.errors import MailUnsure
from accounts.mail.letters import is_still_with, portal_address, send
from accounts.models import User


def send_digest(
    user: User, _at: datetime, *, subject: str, text: str, html: str, **links: str
) -> None:
    """Send a digest, already worded, with the way out of it that RFC 8058 asks for.

    Not to whom its customer has let go while it waited.
    Raise MailUnsure if the session broke while the mail was on its way.
    """
    if not is_still_with(user, links["customer_id"]):
        return
    letter = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[user.email],
        headers={
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{links['unsubscribe_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    letter.attach_alternative(html, "text/html")
    with get_connection() as letter.connection:
        try:
            letter.send()
        except (SMTPServerDisconnected, ConnectionError, TimeoutError) as error:
            raise MailUnsure from error


def send_requests_waiting(user: User, _at: datetime, *, count: str, path: str) -> None:
    """Tell an admin how many releases were newly asked for."""
    if user.is_active:
        page = portal_address(path)
        send(user, "requests_waiting", count=int(count), page=page)


def send_request_answered(
    user: User, _at: datetime, *, outcome: str, answer: str, subject: str, path: str
) -> None:
    """Tell a person what came of the release they asked for."""
    if user.is_active:
        send(
            user,
            "request_answered",
            is_granted=outcome == "granted",
            answer=answer,
            subject=subject,
            page=portal_address(path),
        )
