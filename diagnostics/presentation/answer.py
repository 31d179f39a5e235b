"""The one sentence that opens a probe's page: what stands in the way, who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from diagnostics.checks.evidence import OK
from diagnostics.models import Probe
from diagnostics.presentation.causes import CauseShown
from diagnostics.presentation.path import FAIL, NOW, Station, total_time
from diagnostics.verdicts.scene import AGENT, Scene

# A worker takes a probe up within a second; the sweep sends it again after that long.
LATE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Answer:
    """The one sentence on top."""

    tone: str
    icon: str
    kicker: str
    cause: str
    todo: str = ""
    who: str = ""
    others: tuple[str, ...] = ()
    next_check: str = ""


def make_answer(
    probe: Probe,
    stations: tuple[Station, ...],
    causes: tuple[CauseShown, ...],
    scene: Scene,
    *,
    is_final: bool,
) -> Answer:
    """Return the answer to the state and, once it is final, to what was found."""
    is_agents = scene.vantage == AGENT
    if not is_final:
        return _agent_running(stations) if is_agents else _running(probe, stations)
    if causes:
        return _named(stations, causes)
    if is_agents:
        return _from_there(scene)
    if probe.state != Probe.State.FINISHED or not scene.is_through:
        return _unfinished(probe)
    return _from_here(scene)


def _from_there(scene: Scene) -> Answer:
    """Return the answer where the customer's own server found nothing in the way."""
    if not scene.is_through:
        cause = _("Die Prüfung auf Ihrem Server wurde unterbrochen.")
        todo = _("Fügen Sie die Zeile dort nochmals ein.")
        kicker = _("Nicht zu Ende geprüft")
        return Answer("is-warn", "alert", kicker, cause, todo)
    text = _("Ihr Server kommt bei uns durch.")
    if _has_logged_in(scene):
        text = _("Ihr Server kommt bei uns durch, auch mit der Anmeldung.")
    todo = _(
        "Geht trotzdem keine Post hinaus, liegt es an den Einstellungen des "
        "Mailservers: suchen Sie in seinem Protokoll die genaue Fehlermeldung."
    )
    return Answer("is-good", "ok", _all_well(scene), text, todo)


def _all_well(scene: Scene) -> str:
    return _("Alle geprüften Stationen in Ordnung, %(time)s") % {
        "time": total_time(scene.evidence)
    }


def _has_logged_in(scene: Scene) -> bool:
    return any(item.status == OK for item in scene.of("auth"))


def _from_here(scene: Scene) -> Answer:
    text = _("Von hier aus ist alles in Ordnung: der Scanner nimmt die Verbindung an.")
    if _has_logged_in(scene):
        text = _("Von hier aus ist alles in Ordnung, auch die Anmeldung.")
    todo = _(
        "Kommt Ihr Server trotzdem nicht durch, liegt es am Weg dazwischen oder an "
        "seinen Einstellungen."
    )
    return Answer("is-good", "ok", _all_well(scene), text, todo)


def is_late(probe: Probe) -> bool:
    """Say whether a probe has waited for a worker for longer than one needs."""
    is_waiting = probe.state == Probe.State.QUEUED
    return is_waiting and probe.created_at < timezone.now() - LATE


def _running(probe: Probe, stations: tuple[Station, ...]) -> Answer:
    if is_late(probe):
        cause = _("Der Prüfdienst ist im Moment nicht erreichbar.")
        todo = _(
            "Die Prüfung beginnt von selbst, sobald er wieder da ist. Sie können die "
            "Seite verlassen."
        )
        return Answer("is-warn", "clock", _("Wartet"), cause, todo)
    if probe.state == Probe.State.QUEUED:
        cause = _("Die Prüfung beginnt gleich.")
        return Answer("is-info", "spinner", _("Wartet"), cause, _short_wait())
    cause = _("Wir gehen den Weg Station für Station ab.")
    return Answer("is-info", "spinner", _station(stations), cause, _short_wait())


def _agent_running(stations: tuple[Station, ...]) -> Answer:
    cause = _("Ihr Server geht den Weg Station für Station ab.")
    todo = _("Diese Seite füllt sich von selbst.")
    return Answer("is-info", "spinner", _station(stations), cause, todo)


def _station(stations: tuple[Station, ...]) -> str:
    now = next((one.number for one in stations if one.state == NOW), len(stations))
    return _("Station %(now)s von %(all)s") % {"now": now, "all": len(stations)}


def _short_wait() -> str:
    return _("Dauert höchstens 15 Sekunden. Sie müssen nichts tun.")


def _unfinished(probe: Probe) -> Answer:
    kicker = _("Nicht zu Ende geprüft")
    if probe.note == Probe.Note.PASSWORD_LOST:
        cause = _("Geben Sie das Passwort bitte nochmals ein.")
        todo = _(
            "Der Prüfdienst wurde unterbrochen, bevor er begonnen hat. Das Passwort "
            "speichern wir nirgends, darum ist es verloren."
        )
        return Answer("is-warn", "alert", kicker, cause, todo)
    if probe.note == Probe.Note.TARGET_REFUSED:
        cause = _("Das Portal darf sich mit diesem Scanner nicht verbinden.")
        todo = _("Der Betreiber muss Adresse und Port in den Einstellungen erlauben.")
        return Answer("is-warn", "alert", kicker, cause, todo)
    if probe.note == Probe.Note.NOT_STARTED:
        cause = _("Der Prüfdienst war nicht erreichbar.")
        todo = _("Es wurde nichts geprüft. Prüfen Sie nochmals.")
        return Answer("is-warn", "alert", kicker, cause, todo)
    cause = _("Der Prüfdienst wurde unterbrochen.")
    todo = _("Was bis dahin gefunden wurde, steht unten. Prüfen Sie nochmals.")
    if probe.has_password:
        todo = _(
            "Was bis dahin gefunden wurde, steht unten. Prüfen Sie nochmals und geben "
            "Sie das Passwort dafür neu ein."
        )
    return Answer("is-warn", "alert", kicker, cause, todo)


def _named(stations: tuple[Station, ...], causes: tuple[CauseShown, ...]) -> Answer:
    first = causes[0]
    alike = tuple(one.title for one in causes[1:] if one.percent == first.percent)
    broken = next((one.number for one in stations if one.state == FAIL), None)
    kicker = _("Ein Hindernis gefunden")
    is_ours = first.is_ours and not alike
    if is_ours:
        kicker = _("Der Fehler liegt bei uns")
    if broken is not None:
        text = _("Unterbrochen an Station %(broken)s von %(all)s")
        if is_ours:
            text = _("Der Fehler liegt bei uns, an Station %(broken)s von %(all)s")
        kicker = text % {"broken": broken, "all": len(stations)}
    splits = first.next_check if alike else ""
    return Answer(
        *("is-bad", "fail", kicker, first.title, first.remedy, first.who),
        others=alike,
        next_check=splits,
    )
