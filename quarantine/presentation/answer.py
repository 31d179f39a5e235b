"""The one sentence that opens a hold's page: why it is held, how its release went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models.customers import Category
from quarantine.access.rights import Rights
from quarantine.models import Hold, HoldRequest, ReleaseAttempt
from quarantine.presentation.advice import advise
from quarantine.presentation.attempt import Reason, find_reason
from quarantine.presentation.request import tell_requests
from quarantine.presentation.rows import (
    category_mark,
    decider,
    full_date,
    reply_text,
    score_text,
    told_time,
)
from quarantine.presentation.rule import tell_rule
from quarantine.states import OPEN, State
from quarantine.visible import show_line

Outcome = ReleaseAttempt.Outcome
# Longer than the sweep needs to wake a worker once more.
LATE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Answer:
    """The one sentence that opens the page, and what it rests on."""

    tone: str
    icon: str
    kicker: str
    cause: str
    todo: str
    reply: str = ""
    hints: tuple[str, ...] = ()
    is_advice: bool = False


def make_answer(
    hold: Hold,
    last: ReleaseAttempt | None,
    *,
    rights: Rights,
    requests: Sequence[HoldRequest] = (),
) -> Answer:
    """Return the answer for the state; `last` is the latest try to deliver."""
    answer = _make_answer(hold, last, rights=rights, requests=requests)
    return replace(answer, hints=(*answer.hints, *tell_rule(hold)))


def _make_answer(
    hold: Hold,
    last: ReleaseAttempt | None,
    *,
    rights: Rights,
    requests: Sequence[HoldRequest],
) -> Answer:
    if hold.state in OPEN:
        return _verdict(hold, rights=rights, requests=requests)
    tell = {
        State.RELEASING: _releasing,
        State.RELEASED: _released,
        State.FAILED: _failed,
        State.UNSURE: _unsure,
        State.DISCARDED: _discarded,
        State.EXPIRED: _expired,
    }[State(hold.state)]
    return tell(hold, last)


def _verdict(hold: Hold, *, rights: Rights, requests: Sequence[HoldRequest]) -> Answer:
    mark = category_mark(hold.category)
    causes = {
        Category.SPAM: _("Der Filter hält diese E-Mail für unerwünschte Werbung."),
        Category.BULK: _("Das ist eine Massenmail, zum Beispiel ein Newsletter."),
        Category.PHISHING: _(
            "Diese E-Mail will Sie vermutlich täuschen, um an Geld oder Passwörter zu "
            "kommen."
        ),
        Category.VIRUS: _("In dieser E-Mail steckt Schadsoftware."),
        Category.ATTACHMENT: _(
            "Ein Anhang dieser E-Mail ist von einer Art, die Schaden anrichten kann."
        ),
        Category.POLICY: _(
            "Die Richtlinie Ihrer Firma hält E-Mails dieser Art zurück."
        ),
        Category.OTHER: _(
            "Der Filter hat diese E-Mail zurückgehalten, ohne einen Grund zu nennen."
        ),
    }
    return Answer(
        tone=mark.tone or "is-info",
        icon=mark.icon,
        kicker=_kicker(mark.label, hold.score),
        cause=causes[Category(hold.category)],
        todo=advise(hold, rights=rights),
        is_advice=True,
        hints=tell_requests(hold, requests, decides=rights.can_release),
    )


def _kicker(label: str, score: float | None) -> str:
    if score is None:
        return label
    said = {"label": label, "score": score_text(score)}
    return _("%(label)s, %(score)s Punkte") % said


def _releasing(hold: Hold, last: ReleaseAttempt | None) -> Answer:
    if _is_late(hold):
        return Answer(
            tone="is-warn",
            icon="clock",
            kicker=_("Wird freigegeben"),
            cause=_("Die Zustellung hat noch nicht begonnen."),
            todo=_(
                "Unser Zustelldienst ist im Moment nicht erreichbar. Die E-Mail geht "
                "hinaus, sobald er wieder da ist; Sie müssen nichts tun."
            ),
        )
    if last is None or hold.next_attempt_at is None:
        return Answer(
            tone="is-info",
            icon="spinner",
            kicker=_("Wird freigegeben"),
            cause=_("Die E-Mail wird zugestellt …"),
            todo=_(
                "Der empfangende Server hat noch nicht geantwortet. Sie können die "
                "Seite verlassen; wir bleiben dran."
            ),
        )
    due = hold.next_attempt_at > timezone.now()
    again = (
        _("Wir versuchen es um %(time)s wieder.")
        % {"time": told_time(hold.next_attempt_at)}
        if due
        else _("Wir versuchen es gerade wieder.")
    )
    return Answer(
        tone="is-warn",
        icon="clock",
        kicker=_("Noch nicht zugestellt"),
        cause=again,
        todo=_waiting_because(last),
        reply=reply_text(last),
    )


def _is_late(hold: Hold) -> bool:
    """Say whether no worker has come although the next try is long due."""
    due = hold.next_attempt_at or hold.decided_at or hold.received_at
    return hold.started_at is None and due < timezone.now() - LATE


def _waiting_because(last: ReleaseAttempt) -> str:
    reason = find_reason(last)
    if reason is not None:
        stays = _("%(reason)s Die E-Mail bleibt bei uns; Sie müssen nichts tun.")
        return stays % {"reason": reason.cause}
    return _(
        "Der empfangende Server bat um Geduld. Die E-Mail bleibt bei uns; Sie müssen "
        "nichts tun."
    )


def _released(hold: Hold, last: ReleaseAttempt | None) -> Answer:
    recipient = show_line(hold.envelope_recipient)
    if last is None or last.outcome != Outcome.ACCEPTED:
        return Answer(
            tone="is-good",
            icon="ok",
            kicker=_("Angekommen, gemeldet %(time)s")
            % {"time": told_time(hold.decided_at)},
            cause=_("Die E-Mail liegt im Postfach."),
            todo=_("Das hat %(who)s nachgesehen.") % {"who": decider(hold)},
        )
    cause = (
        _("An unseren Mailserver übergeben, der sie an %(recipient)s zustellt.")
        if last.is_own_relay
        else _(
            "Zugestellt. Der Mailserver von %(recipient)s hat die E-Mail angenommen."
        )
    )
    return Answer(
        tone="is-good",
        icon="ok",
        kicker=_("Freigegeben, angenommen %(time)s")
        % {"time": told_time(last.finished_at)},
        cause=cause % {"recipient": recipient},
        todo=_("Finden Sie sie nicht im Posteingang, sehen Sie im Ordner «Junk» nach."),
        reply=reply_text(last),
        hints=_alterations(last),
    )


def _alterations(last: ReleaseAttempt) -> tuple[str, ...]:
    if last.altered != "crlf":
        return ()
    return (
        _(
            "Die E-Mail enthielt unübliche Zeilenenden. Der empfangende Server nimmt "
            "sie nicht an; wir haben sie durch übliche ersetzt. Eine Unterschrift "
            "(DKIM) gilt danach vielleicht nicht mehr."
        ),
    )


def _failed(hold: Hold, last: ReleaseAttempt | None) -> Answer:
    reason = _failed_because(last)
    stays = _("Die E-Mail bleibt bis %(date)s hier. Sie ist nicht verloren.")
    return Answer(
        tone="is-bad",
        icon="fail",
        kicker=_("Nicht zugestellt"),
        cause=reason.cause,
        todo=reason.todo or stays % {"date": full_date(hold.expires_at)},
        reply=reply_text(last) if last else "",
    )


def _failed_because(last: ReleaseAttempt | None) -> Reason:
    reason = find_reason(last) if last else None
    if reason is not None:
        return reason
    if last is not None and last.outcome == Outcome.REJECTED:
        return Reason(_("Der empfangende Server lehnt die E-Mail ab."))
    return Reason(
        _("Der empfangende Server nahm die E-Mail trotz mehrerer Versuche nicht an.")
    )


def _unsure(_hold: Hold, last: ReleaseAttempt | None) -> Answer:
    reason = find_reason(last) if last else None
    return Answer(
        tone="is-warn",
        icon="alert",
        kicker=_("Unklar, ob zugestellt"),
        cause=reason.cause
        if reason
        else _("Niemand weiss, ob die E-Mail angekommen ist."),
        todo=_(
            "Bitte prüfen Sie das Postfach; ein zweiter Versuch könnte die E-Mail "
            "doppelt zustellen."
        ),
        reply=reply_text(last) if last else "",
    )


def _discarded(hold: Hold, _last: ReleaseAttempt | None) -> Answer:
    until = _("Bis %(date)s können Sie das rückgängig machen.")
    return Answer(
        tone="is-off",
        icon="trash",
        kicker=_("Verworfen, %(time)s") % {"time": told_time(hold.decided_at)},
        cause=_("Diese E-Mail wird nicht zugestellt."),
        todo=until % {"date": full_date(hold.expires_at)},
    )


def _expired(hold: Hold, _last: ReleaseAttempt | None) -> Answer:
    if hold.expires_at > timezone.now():
        return Answer(
            tone="is-off",
            icon="trash",
            kicker=_("Inhalt gelöscht"),
            cause=_("Der Inhalt dieser E-Mail wurde auf Wunsch gelöscht."),
            todo=_("Niemand kann sie mehr lesen oder freigeben."),
        )
    return Answer(
        tone="is-off",
        icon="glass",
        kicker=_("Abgelaufen"),
        cause=_("Die Aufbewahrungsfrist dieser E-Mail ist vorbei."),
        todo=_("Sie kann nicht mehr freigegeben werden."),
    )
