"""Log-ins and log-outs: written down, told if they are news, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit, browsers, sessions, throttles
from accounts.actions.history import notify, put_mail, record_for
from accounts.browsers import Caller
from accounts.errors import RateLimited
from accounts.log_in_names import normalize
from accounts.models import KnownBrowser, Membership, SignIn, TrustedBrowser, User
from accounts.tenancy import Actor, Permission, require_permission

# More mails about log-ins than that a day help nobody.
NOTICES_A_DAY = 5
DAY = 86400
# Step of the log-in, and how many wrong ones within a day → what the owner is told.
# Whoever tries codes has the password: that is told sooner.
NOTICES_OF_TRIES = {
    ("auth", 10): "password_tried",
    ("token", 5): "code_tried",
    ("step_up", 5): "step_up_tried",
}


def open_sign_in(
    user: User, caller: Caller, *, kind: str, replaced: UUID | None = None
) -> SignIn:
    """Write a log-in down; tell its person by mail if it comes from somewhere new.

    `kind` says by which factor; the caller must hold a token, which its browser gets.
    `replaced` is the log-in that the same session held until now.
    """
    is_news = not browsers.is_familiar(user, caller) and _may_tell(user)
    if replaced is not None:
        _end_replaced(replaced)
    return _open_sign_in(user, caller, kind=kind, is_news=is_news)


def renew_token(caller: Caller) -> Caller:
    """Return the caller with the token that its browser shall hold from now on."""
    return caller if caller.token else replace(caller, token=browsers.new_token())


@transaction.atomic(durable=True)
def trust_browser(sign_in: SignIn, caller: Caller) -> Caller:
    """Ask that browser for no code for a while; return the caller with a new token.

    New, so that whoever planted or copied the old cookie gains nothing by it; all who
    got in from this browser keep being known there.
    """
    renewed = replace(caller, token=browsers.new_token())
    here = KnownBrowser.objects.filter(
        token_hash__in=browsers.list_hashes(caller.token)
    )
    here.update(token_hash=browsers.hash_token(renewed.token))
    now = timezone.now()
    TrustedBrowser.objects.update_or_create(
        user=sign_in.user,
        known=sign_in.known,
        defaults={
            "name": "trusted",
            "confirmed": True,
            "expires_at": now + timedelta(days=settings.REMEMBER_BROWSER_DAYS),
            "last_used_at": now,
        },
    )
    record_for(sign_in.user, "browser.trust", sign_in)
    return renewed


def note_failed_sign_in(email: str, *, step: str) -> None:
    """Write a refused password or code down; tell the owner once it goes on.

    The same is done for an address that is nobody's, which is not kept.
    """
    account = normalize(email)
    tried = throttles.tally(f"tried.{step}", account, seconds=DAY)
    notice = NOTICES_OF_TRIES.get((step, tried), "")
    _write_failure(account, step=step, notice=notice)


@transaction.atomic(durable=True)
def _write_failure(account: str, *, step: str, notice: str) -> None:
    user = User.objects.filter(email=account).first()
    membership = Membership.objects.filter(user__email=account).order_by("pk").first()
    audit.record_event(
        "auth.failed",
        user,
        user_id=user.pk if user else None,
        customer_id=membership.customer_id if membership else None,
        detail={"step": step},
    )
    if notice:
        put_mail(user, notice)


@transaction.atomic(durable=True)
def note_sign_out(user: User, sign_in_id: UUID | None) -> None:
    """Write the log-out down, and end its row."""
    if sign_in_id is not None:
        own = sessions.list_running(user).filter(pk=sign_in_id)
        own.update(ended_at=timezone.now(), end_reason=SignIn.End.LOGGED_OUT)
    record_for(user, "auth.logout", user)


@transaction.atomic(durable=True)
def end_sign_in(user: User, sign_in: SignIn) -> None:
    """End one of the person's own log-ins; its browser is a stranger again."""
    mine = sessions.list_running(user).filter(pk=sign_in.pk)
    ended = mine.update(ended_at=timezone.now(), end_reason=SignIn.End.ENDED)
    KnownBrowser.objects.filter(user=user, sign_ins=sign_in).delete()
    if ended:
        record_for(user, "auth.end", sign_in)


@transaction.atomic(durable=True)
def end_other_sign_ins(user: User, *, keep: UUID | None) -> int:
    """End all log-ins of the person but this one, and all trust; return how many."""
    ended = sessions.end(user, keep=keep)
    record_for(user, "auth.end_others", user, ended=ended)
    return ended


@transaction.atomic(durable=True)
def end_sign_ins_of(membership: Membership, *, actor: Actor) -> int:
    """End all log-ins of a person of the actor's customer; return how many there were.

    For a device that was lost or a person who left in anger; the person is told.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    user = membership.user
    ended = sessions.end(user)
    audit.record(actor, "auth.end_by_admin", user, ended=ended)
    notify(user, "sign_ins_ended")
    return ended


@transaction.atomic(durable=True)
def end_sign_ins_by_operator(user: User, *, reason: str) -> int:
    """End all log-ins of a person, from the shell; return how many there were."""
    ended = sessions.end(user)
    record_for(user, "auth.end_by_operator", user, reason=reason, ended=ended)
    notify(user, "sign_ins_ended")
    return ended


@transaction.atomic(durable=True)
def distrust_browser(user: User, trusted: TrustedBrowser) -> None:
    """Ask one of the person's own browsers for the code again."""
    TrustedBrowser.objects.filter(user=user, pk=trusted.pk).delete()
    record_for(user, "browser.distrust", user)


def _may_tell(user: User) -> bool:
    try:
        throttles.spend("notice.login", str(user.pk), limit=NOTICES_A_DAY, seconds=DAY)
    except RateLimited:
        return False
    return True


@transaction.atomic(durable=True)
def _end_replaced(sign_in_id: UUID) -> None:
    SignIn.objects.filter(pk=sign_in_id, ended_at=None).update(
        ended_at=timezone.now(), end_reason=SignIn.End.LOGGED_OUT
    )


@transaction.atomic(durable=True)
def _open_sign_in(user: User, caller: Caller, *, kind: str, is_news: bool) -> SignIn:
    record_for(user, "auth.login", user, factor=kind)
    known = browsers.find_known(user, caller)
    known, _made = KnownBrowser.objects.update_or_create(
        user=user,
        token_hash=known.token_hash if known else browsers.hash_token(caller.token),
        defaults={
            "browser": caller.browser,
            "system": caller.system,
            "network": caller.network,
            "network_hash": caller.network_hash,
            "last_seen_at": timezone.now(),
        },
    )
    sign_in = sessions.begin(user, caller, factor=kind, known=known)
    if is_news:
        notify(
            user,
            "new_sign_in",
            browser=caller.browser,
            system=caller.system,
            network=caller.network,
        )
    return sign_in
