"""The column of decisions on a hold's page: which buttons, and why not others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from quarantine.access.rights import Rights
from quarantine.models import Hold, VerdictReport
from quarantine.presentation.rows import category_mark, full_date
from quarantine.reporting import may_report
from quarantine.states import OPEN, REPEATABLE, State


@dataclass(frozen=True, slots=True)
class Act:
    """A button: where it posts to and what it is called."""

    label: str
    icon: str
    url: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Acts:
    """The column of decisions."""

    title: str
    # Why a button is missing, and how long the mail is here.
    why: str = ""
    ends_on: str = ""
    first: tuple[Act, ...] = ()
    more: tuple[Act, ...] = ()
    more_why: str = ""
    # What one must tick for them: the category, and what one says to know of it.
    confirms: str = ""
    confirm_text: str = ""
    # What one may write along: for the admin, or for whoever asked.
    words_label: str = ""
    # Whether one may tell the filter along with the release.
    can_report: bool = False


def make_acts(hold: Hold, *, rights: Rights) -> Acts:
    """Return what the reader may do now; every move of states.py has its button."""
    if not rights.can_act:
        only = _(
            "Sie dürfen die E-Mails dieser Adresse ansehen, aber nicht freigeben oder "
            "verwerfen."
        )
        return Acts(_("Nur ansehen"), only, _ends_on(hold))
    if hold.state == State.EXPIRED or hold.is_over:
        return Acts(_("Abgelaufen"), _("Hier gibt es nichts mehr zu entscheiden."))
    if hold.state in OPEN:
        return _open_acts(hold, rights=rights)
    return _later_acts(hold, rights=rights)


def _later_acts(hold: Hold, *, rights: Rights) -> Acts:
    ends_on = _ends_on(hold)
    again = _act(hold, "release_again", _("Nochmals zustellen"), "release")
    guarded = (again,) if rights.can_release and rights.needs_proof else ()
    repeat = (again,) if rights.can_release and not rights.needs_proof else ()
    discard = _act(hold, "discard", _("Verwerfen"), "trash")
    arrived = _act(hold, "confirm_arrival", _("Ist angekommen"), "check", "primary")
    undo = _act(hold, "undo", _("Rückgängig"), "refresh")
    wait = _("Diese Seite sagt es, sobald der Server geantwortet hat.")
    acts = {
        State.RELEASING: Acts(_("Unterwegs"), wait, ends_on),
        State.RELEASED: Acts(_("Erledigt"), "", ends_on, repeat),
        State.FAILED: Acts(_("Entscheiden"), "", ends_on, (*repeat, discard)),
        State.UNSURE: Acts(_("Entscheiden"), "", ends_on, (arrived, *repeat, discard)),
        State.DISCARDED: Acts(_("Verworfen"), "", ends_on, (undo,)),
    }[State(hold.state)]
    if guarded and hold.state in REPEATABLE:
        return _with_care(acts, hold, guarded, rights=rights)
    return acts


def _with_care(
    acts: Acts, hold: Hold, releases: tuple[Act, ...], *, rights: Rights
) -> Acts:
    """Put releases of what is dangerous apart, and say what they take."""
    why = _(
        "Nur wenn Sie beim Absender auf anderem Weg nachgefragt haben. Vielleicht "
        "verlangen wir dafür nochmals Ihren Code."
    )
    careful = replace(acts, more=releases, more_why=why)
    if not rights.needs_confirmation:
        return careful
    knows = _(
        "Ich weiss, dass in dieser E-Mail Schadsoftware steckt und dass sie beim "
        "Empfänger Schaden anrichten kann."
    )
    return replace(careful, confirms=hold.category, confirm_text=knows)


def _open_acts(hold: Hold, *, rights: Rights) -> Acts:
    title, ends_on = _("Entscheiden"), _ends_on(hold)
    if not rights.can_release:
        why = _("Warum erwarten Sie diese E-Mail? (freiwillig)")
        label = why if hold.state == State.HELD else ""
        asking = _asking(hold)
        return Acts(title, _reserved(hold), ends_on, asking, words_label=label)
    deny = _act(hold, "deny", _("Anfrage ablehnen"), "block")
    denial = (deny,) if hold.state == State.REQUESTED else ()
    label = _("Antwort, falls Sie ablehnen (freiwillig)") if denial else ""
    if rights.needs_proof:
        discard = _act(hold, "discard", _("Verwerfen"), "trash", "primary")
        release = _act(hold, "release", _("Freigeben"), "release")
        acts = Acts(title, "", ends_on, (discard, *denial), words_label=label)
        return _with_care(acts, hold, (release,), rights=rights)
    release = _act(hold, "release", _("Freigeben"), "release", "primary")
    discard = _act(hold, "discard", _("Verwerfen"), "trash")
    can_report = may_report(hold, VerdictReport.Says.HAM, rights=rights)
    decide = (release, discard, *denial)
    return Acts(title, "", ends_on, decide, words_label=label, can_report=can_report)


def _ends_on(hold: Hold) -> str:
    return _("nicht, wird aufbewahrt") if hold.kept_at else full_date(hold.expires_at)


def _reserved(hold: Hold) -> str:
    reserved = _(
        "E-Mails der Art «%(category)s» gibt nur der Administrator Ihrer Firma frei."
    )
    return reserved % {"category": category_mark(hold.category).label}


def _asking(hold: Hold) -> tuple[Act, ...]:
    discard = _act(hold, "discard", _("Verwerfen"), "trash")
    if hold.state == State.REQUESTED:
        withdraw = _("Anfrage zurückziehen")
        return (_act(hold, "withdraw_request", withdraw, "refresh"), discard)
    # Asked and denied: one may ask again, and knows that it is again.
    again = hold.denied_at is not None
    label = _("Freigabe nochmals anfragen") if again else _("Freigabe anfragen")
    ask = _act(hold, "request_release", label, "release", "primary")
    return (ask, discard)


def _act(hold: Hold, name: str, label: str, icon: str, css: str = "") -> Act:
    return Act(label, icon, reverse(f"quarantine:{name}", args=[hold.pk]), css)
