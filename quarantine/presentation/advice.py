"""What to do about a hold that waits for a decision."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models.customers import Category
from quarantine.access.rights import Rights
from quarantine.models import Hold
from quarantine.presentation.rows import full_date
from quarantine.states import State


def advise(hold: Hold, *, rights: Rights) -> str:
    """Return the advice to a reader with these rights: never what they may not do."""
    if not rights.can_act:
        return _advise_viewer(hold)
    if hold.category == Category.VIRUS:
        return _("Verwerfen Sie die E-Mail. Öffnen Sie nichts daraus.")
    if hold.category == Category.PHISHING:
        return _(
            "Verwerfen Sie die E-Mail. Sind Sie unsicher, fragen Sie beim Absender "
            "nach, auf einem Weg, den Sie schon kennen."
        )
    if not rights.can_release:
        return _advise_asking(hold)
    if hold.category == Category.ATTACHMENT:
        return _(
            "Geben Sie sie nur frei, wenn Sie diesen Anhang von diesem Absender "
            "erwarten."
        )
    text = _(
        "Erwarten Sie diese E-Mail, geben Sie sie frei. Sonst müssen Sie nichts tun: "
        "Am %(date)s läuft sie ab."
    )
    return _until(hold, text)


def _advise_viewer(hold: Hold) -> str:
    if hold.category in {Category.VIRUS, Category.PHISHING}:
        return _("Lassen Sie die E-Mail, wo sie ist. Sie müssen nichts tun.")
    text = _(
        "Erwarten Sie diese E-Mail, wenden Sie sich an den Administrator Ihrer Firma. "
        "Sonst müssen Sie nichts tun: Am %(date)s läuft sie ab."
    )
    return _until(hold, text)


def _advise_asking(hold: Hold) -> str:
    if hold.state == State.REQUESTED:
        return _("Warten Sie, bis der Administrator entschieden hat.")
    if hold.category == Category.ATTACHMENT:
        return _(
            "Fragen Sie die Freigabe nur an, wenn Sie diesen Anhang von diesem "
            "Absender erwarten."
        )
    text = _(
        "Erwarten Sie diese E-Mail, fragen Sie die Freigabe an. Sonst müssen Sie "
        "nichts tun: Am %(date)s läuft sie ab."
    )
    return _until(hold, text)


def _until(hold: Hold, text: str) -> str:
    """Name the day on which the mail ends, unless it is kept for a case."""
    if hold.kept_at is not None:
        return _("Sie müssen nichts tun: Diese E-Mail wird aufbewahrt.")
    return text % {"date": full_date(hold.expires_at)}
