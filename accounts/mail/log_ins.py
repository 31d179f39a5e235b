"""Mails about accounts, their log-ins and second factors."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import claims, invitation_links
from accounts.errors import AlreadyMember
from accounts.mail.letters import portal_address, send
from accounts.models import Invitation, SignIn, User


def password_link(user: User) -> str:
    """Return the address where the person sets a password; it works once and expires.

    It starts with `PORTAL_URL`, never with the host that a request named.
    """
    path = reverse(
        "accounts:password_reset_confirm",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        },
    )
    return portal_address(path)


def send_password_reset(user: User, _at: datetime) -> None:
    """Send a fresh link to set a new password, if the person may log in."""
    if user.is_active:
        send(
            user,
            "password_reset",
            link=password_link(user),
            minutes=settings.PASSWORD_RESET_TIMEOUT // 60,
        )


def send_invitation(user: User, _at: datetime) -> None:
    """Send a fresh link to set the first password, if the person may log in."""
    if user.is_active:
        send(
            user,
            "invitation",
            link=password_link(user),
            minutes=settings.PASSWORD_RESET_TIMEOUT // 60,
        )


def send_joining(_user: User | None, _at: datetime, *, invitation_id: str) -> None:
    """Send the link of an invitation that is still open, to who reads that address."""
    invitation = Invitation.objects.select_related("customer").filter(
        pk=invitation_id, accepted_at=None, withdrawn_at=None
    )
    found = invitation.first()
    if found is not None:
        _send_joining(found)


def send_claim(_user: User | None, at: datetime, *, email: str, language: str) -> None:
    """Send a link to the account of an address, if it may have one; else nothing.

    Whoever has one already gets the link to a new password instead.
    """
    try:
        found = claims.take_up(email, language=language)
    except AlreadyMember:
        found = None
    account = User.objects.filter(email=email).first()
    if found is not None:
        _send_joining(found)
    elif account is not None:
        send_password_reset(account, at)


def _send_joining(found: Invitation) -> None:
    addressee = User(email=found.email, language=found.language)
    send(
        addressee,
        "joining",
        link=invitation_links.make_link(found),
        customer=found.customer.name,
        expires_at=found.expires_at,
        is_asked_for=found.invited_by_id is None,
    )


def send_factor_demanded(
    user: User, _at: datetime, *, customer: str, due_on: str
) -> None:
    """Remind of the day from which a second factor is demanded."""
    if user.is_active:
        due = date.fromisoformat(due_on)
        send(user, "factor_demanded", customer=customer, due_on=due)


def send_new_sign_in(
    user: User, at: datetime, *, browser: str, system: str, network: str
) -> None:
    """Tell of a log-in from where the person was never seen before."""
    seen = SignIn(browser=browser, system=system, network=network)
    page = portal_address(reverse("accounts:sign_ins"))
    send(user, "new_sign_in", at=at, seen=seen, page=page)


def send_code_tried(user: User, at: datetime) -> None:
    """Tell that somebody has the password and tries codes."""
    page = portal_address(reverse("accounts:change_password"))
    send(user, "code_tried", at=at, page=page)


def send_step_up_tried(user: User, at: datetime) -> None:
    """Tell that somebody in a session of the person's tries codes or passwords."""
    page = portal_address(reverse("accounts:sign_ins"))
    send(user, "step_up_tried", at=at, page=page)
