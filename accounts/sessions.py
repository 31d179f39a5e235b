"""Log-ins that run: begun, checked on each request, ended; the session holds their id.

A log-in ends after `SESSION_IDLE_SECONDS` without a request, after `SESSION_SECONDS` in
any case, and when its person ends it.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import browsers
from accounts.browsers import Caller
from accounts.models import KnownBrowser, SignIn, TrustedBrowser, User

SIGN_IN_KEY = "sign_in"
# What the log-in page says to whoever was logged out without asking for it.
ENDED_KEY = "sign_in_ended"
ENDED_TEXTS = {
    SignIn.End.IDLE: _(
        "Sie waren länger weg. Zu Ihrem Schutz haben wir Sie abgemeldet."
    ),
    SignIn.End.TOO_OLD: _(
        "Diese Anmeldung hat ihre Höchstdauer erreicht. Melden Sie sich neu an."
    ),
    SignIn.End.ENDED: _("Diese Anmeldung wurde beendet. Melden Sie sich neu an."),
}
# Noting each request would write as often as people click.
TOUCH_EVERY = timedelta(seconds=60)
KEPT = timedelta(days=90)


def current_id(request: HttpRequest) -> UUID | None:
    """Return the row of this very session, None if nobody is logged in."""
    kept = request.session.get(SIGN_IN_KEY)
    return UUID(kept) if kept else None


def begin(
    user: User, caller: Caller, *, factor: str, known: KnownBrowser | None
) -> SignIn:
    """Make the row of a log-in; the caller puts its id into the session."""
    return SignIn.objects.create(
        user=user,
        known=known,
        factor=factor,
        browser=caller.browser,
        system=caller.system,
        network=caller.network,
        last_seen_at=timezone.now(),
    )


def keep_up(request: HttpRequest, user: User) -> str:
    """Note that the person is still there; return why the log-in is over, if it is.

    A session that has no row yet gets one: it began before there were rows.
    """
    wanted = current_id(request)
    if wanted is None:
        made = begin(user, browsers.describe(request), factor="", known=None)
        request.session[SIGN_IN_KEY] = str(made.pk)
        return ""
    now = timezone.now()
    running = list_running(user).filter(pk=wanted)
    sign_in = running.first()
    if sign_in is None:
        return SignIn.End.ENDED
    over = _why_over(sign_in)
    if over:
        running.update(ended_at=now, end_reason=over)
    elif now - sign_in.last_seen_at > TOUCH_EVERY:
        running.update(last_seen_at=now)
    return over


def note_factor(request: HttpRequest, kind: str) -> None:
    """Remember by which factor the session has proved itself meanwhile."""
    own = current_id(request)
    if own is not None:
        SignIn.objects.filter(pk=own).update(factor=kind)


def list_running(user: User) -> QuerySet[SignIn]:
    """Return the person's log-ins that nobody has ended; some may have timed out."""
    return SignIn.objects.filter(user=user, ended_at=None).order_by("-last_seen_at")


def list_people_with_sign_ins() -> QuerySet[User]:
    """Return who is logged in somewhere, or known or trusted in some browser."""
    running = SignIn.objects.filter(ended_at=None)
    known = KnownBrowser.objects.all()
    return User.objects.filter(
        Q(pk__in=running.values("user")) | Q(pk__in=known.values("user"))
    )


def list_live(user: User) -> list[SignIn]:
    """Return where the person is logged in at this moment."""
    return [sign_in for sign_in in list_running(user) if not _why_over(sign_in)]


def list_trusted(user: User) -> QuerySet[TrustedBrowser]:
    """Return the browsers that are not asked for the code, the newest first."""
    trusted: QuerySet[TrustedBrowser] = TrustedBrowser.objects.filter(
        user=user, expires_at__gt=timezone.now()
    )
    return trusted.select_related("known").order_by("-created_at")


def end(user: User, *, keep: UUID | None = None) -> int:
    """End all log-ins and all trust of the person but the log-in to keep.

    Other browsers are strangers again. Call it inside the action's transaction.
    """
    running = list_running(user)
    others = running.exclude(pk=keep) if keep else running
    ended = others.update(ended_at=timezone.now(), end_reason=SignIn.End.ENDED)
    TrustedBrowser.objects.filter(user=user).delete()
    known = KnownBrowser.objects.filter(user=user)
    (known.exclude(sign_ins=keep) if keep else known).delete()
    return ended


def forget_old() -> int:
    """Delete log-ins that were last seen three months ago; return how many."""
    old = SignIn.objects.filter(last_seen_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


def _why_over(sign_in: SignIn) -> str:
    now = timezone.now()
    if now - sign_in.created_at > timedelta(seconds=settings.SESSION_SECONDS):
        return SignIn.End.TOO_OLD
    if now - sign_in.last_seen_at > timedelta(seconds=settings.SESSION_IDLE_SECONDS):
        return SignIn.End.IDLE
    return ""
