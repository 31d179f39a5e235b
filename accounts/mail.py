"""Every mail that the portal itself sends.

A template is plain text in `templates/accounts/mail/`; its first line is the subject.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import claims, invitation_links
from accounts.errors import AlreadyMember, MailUnsure
from accounts.log_in_names import is_mailable
from accounts.models import Domain, Invitation, Membership, SignIn, User
from accounts.tenancy import Role


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


def portal_address(path: str) -> str:
    """Return the path as people reach it from outside."""
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def send_password_reset(user: User, _at: datetime) -> None:
    """Send a fresh link to set a new password, if the person may log in."""
    if user.is_active:
        _send(
            user,
            "password_reset",
            link=password_link(user),
            minutes=settings.PASSWORD_RESET_TIMEOUT // 60,
        )


def send_invitation(user: User, _at: datetime) -> None:
    """Send a fresh link to set the first password, if the person may log in."""
    if user.is_active:
        _send(
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
    _send(
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
        _send(user, "factor_demanded", customer=customer, due_on=due)


def send_sms_budget(user: User, at: datetime, *, used: str, budget: str) -> None:
    """Tell an operator how many of the day's SMS are used."""
    context = {"used": int(used), "budget": int(budget), "is_over": used == budget}
    _send(user, "sms_budget", at=at, **context)


def send_unknown_domain(user: User, at: datetime, *, domain: str) -> None:
    """Tell an operator of mail for a domain that nobody has proved."""
    _send(user, "unknown_domain", at=at, domain=domain)


def send_domain_notice(
    user: User, at: datetime, *, notice: str, domain_id: str
) -> None:
    """Tell an admin what happened to a domain; `notice` is the template's name."""
    domain = Domain.objects.filter(pk=domain_id).first()
    if domain is not None and user.is_active:
        _send(user, notice, domain=domain, at=at)


def send_new_sign_in(
    user: User, at: datetime, *, browser: str, system: str, network: str
) -> None:
    """Tell of a log-in from where the person was never seen before."""
    seen = SignIn(browser=browser, system=system, network=network)
    page = portal_address(reverse("accounts:sign_ins"))
    _send(user, "new_sign_in", at=at, seen=seen, page=page)


def send_code_tried(user: User, at: datetime) -> None:
    """Tell that somebody has the password and tries codes."""
    page = portal_address(reverse("accounts:change_password"))
    _send(user, "code_tried", at=at, page=page)


def send_step_up_tried(user: User, at: datetime) -> None:
    """Tell that somebody in a session of the person's tries codes or passwords."""
    page = portal_address(reverse("accounts:sign_ins"))
    _send(user, "step_up_tried", at=at, page=page)


def send_digest(
    user: User, _at: datetime, *, subject: str, text: str, html: str, **links: str
) -> None:
    """Send a digest, already worded, with the way out of it that RFC 8058 asks for.

    Not to whom its customer has let go while it waited.
    Raise MailUnsure if the session broke while the mail was on its way.
    """
    is_theirs = Membership.objects.filter(
        user=user,
        customer_id=links["customer_id"],
        user__is_active=True,
        customer__is_active=True,
    )
    if not is_theirs.exists():
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
        _send(user, "requests_waiting", count=int(count), page=page)


def send_request_answered(
    user: User, _at: datetime, *, outcome: str, answer: str, subject: str, path: str
) -> None:
    """Tell a person what came of the release they asked for."""
    if user.is_active:
        _send(
            user,
            "request_answered",
            is_granted=outcome == "granted",
            answer=answer,
            subject=subject,
            page=portal_address(path),
        )


def send_case_moved(
    user: User, _at: datetime, *, number: str, event: str, path: str
) -> None:
    """Tell an admin that support did something about the case of that number."""
    if user.is_active:
        page = portal_address(path)
        _send(user, "case_moved", number=number, event=event, page=page)


def send_case_waiting(
    _user: User | None, _at: datetime, *, number: str, event: str, path: str
) -> None:
    """Tell the operator's support that the case of that number waits for it."""
    if settings.SUPPORT_ADDRESS:
        desk = User(email=settings.SUPPORT_ADDRESS)
        page = portal_address(path)
        _send(desk, "case_waiting", number=number, event=event, page=page)


def send_monitor_changed(
    user: User, at: datetime, *, customer_id: str, monitor_id: str, **words: str
) -> None:
    """Tell an admin what a monitor found, already worded; not who is none any more."""
    is_admin = Membership.objects.filter(
        user=user,
        customer_id=customer_id,
        role=Role.ADMIN,
        user__is_active=True,
        customer__is_active=True,
    )
    if is_admin.exists():
        page = portal_address(reverse("diagnostics:monitor", args=[monitor_id]))
        _send(user, "monitor_changed", at=at, page=page, **words)


def send_our_fault(
    user: User, _at: datetime, *, probes: str, customers: str, path: str, **cause: str
) -> None:
    """Tell an operator that probes name a cause which we must mend."""
    counts = {"probes": int(probes), "customers": int(customers)}
    _send(user, "our_fault", page=portal_address(path), **counts, **cause)


def _send_plain(template: str, user: User, at: datetime) -> None:
    """Tell what the template says, which needs no more than the time."""
    _send(user, template, at=at)


def _send(user: User, template: str, **context: object) -> None:
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


# Told of what has happened, by `actions.history.notify`: nothing but the person, the
# time and the words of the template of that name.
PLAIN_NOTICES = (
    "password_changed",
    "factor_added",
    "factor_removed",
    "factor_reset",
    "factor_reset_by_admin",
    "passkey_cloned",
    "recovery_used",
    "recovery_renewed",
    "role_changed",
    "grants_changed",
    "address_asked",
    "membership_ended",
    "outbound_created",
    "outbound_ended",
    "password_tried",
    "sign_ins_ended",
)
# The others have details, which are keyword arguments.
NOTICES: dict[str, Callable[..., None]] = {
    name: partial(_send_plain, name) for name in PLAIN_NOTICES
} | {
    "new_sign_in": send_new_sign_in,
    "code_tried": send_code_tried,
    "step_up_tried": send_step_up_tried,
    "sms_budget": send_sms_budget,
    "unknown_domain": send_unknown_domain,
}
MAILS: dict[str, Callable[..., None]] = NOTICES | {
    "password_reset": send_password_reset,
    "invitation": send_invitation,
    "domain_notice": send_domain_notice,
    "joining": send_joining,
    "claim": send_claim,
    "factor_demanded": send_factor_demanded,
    "digest": send_digest,
    "requests_waiting": send_requests_waiting,
    "request_answered": send_request_answered,
    "case_moved": send_case_moved,
    "case_waiting": send_case_waiting,
    "our_fault": send_our_fault,
    "monitor_changed": send_monitor_changed,
}
# Rather not at all than twice: the next one tells the same.
SENT_ONCE = frozenset({"digest"})
# Sent to an address that perhaps has no account yet, or to the operator's support.
WITHOUT_ACCOUNT = frozenset({"joining", "claim", "case_waiting"})
