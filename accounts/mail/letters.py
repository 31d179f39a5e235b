"""How a mail of the portal is written, and to whom one still may go."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.log_in_names import is_mailable
from accounts.models import Membership, User


def portal_address(path: str) -> str:
    """Return the path as people reach it from outside."""
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def is_still_with(user: User, customer_id: str, **more: object) -> bool:
    """Say whether its customer has not let the person go while a mail waited."""
    theirs = Membership.objects.filter(
        user=user,
        customer_id=customer_id,
        user__is_active=True,
        customer__is_active=True,
        **more,
    )
    return theirs.exists()


def send(user: User, template: str, **context: object) -> None:
    """Render in the person's language and hand over; raise what mail servers raise."""
    context |= {
        "user": user,
        "portal_name": settings.PORTAL_NAME,
        "portal_url": settings.PORTAL_URL,
    }
    if not is_mailable(user.email):
        raise SMTPRecipientsRefused({user.email: (553, b"no server reads it as we do")})
    language = user.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(user.zone):
        text = render_to_string(f"accounts/mail/{template}.txt", context)
    subject, _, body = text.strip().partition("\n")
    EmailMessage(
        subject=subject.strip(),
        body=body.strip() + "\n",
        to=[user.email],
        # RFC 3834: no vacation notice shall answer this.
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
