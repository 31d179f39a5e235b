"""The path of a probe: seven stations, each done, now, broken or not reached."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, WARNING
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.verdicts.scene import Line, Scene
from diagnostics.wording import duration, outcome

DONE, NOW, FAIL, NEXT = "is-done", "is-now", "is-fail", "is-next"


@dataclass(frozen=True, slots=True)
class Station:
    """One stop on the line."""

    number: int
    label: str
    state: str
    fact: str

    @property
    def word(self) -> str:
        """Return the state for screen readers."""
        return {
            DONE: _("in Ordnung"),
            NOW: _("läuft"),
            FAIL: _("unterbrochen"),
            NEXT: _("noch nicht erreicht"),
        }[self.state]

    @property
    def icon(self) -> str:
        """Return the icon in the dot, empty where the number stands."""
        return {DONE: "check", FAIL: "x"}.get(self.state, "")


@dataclass(frozen=True, slots=True)
class Stop:
    """What one station shows, before its place in the line is known."""

    label: str
    seen: Observation | None
    fact: str = ""
    is_failed: bool = False


def make_stations(scene: Scene, *, is_final: bool) -> tuple[Station, ...]:
    """Return the stations; while it runs the first one without evidence is now."""
    line = scene.main_line()
    stops = [
        *_local_stops(scene),
        _port_stop(scene, line, is_final=is_final),
        _stop(_("Begrüssung"), line, "ehlo", "greeting"),
        _stop(_("Verschlüsselung"), line, "starttls"),
        _stop(_("Zertifikat"), line, "certificate"),
        _login_stop(scene, line),
    ]
    stations = []
    has_now = is_final
    for number, stop in enumerate(stops, 1):
        state = _state(stop, has_now=has_now)
        has_now = has_now or state == NOW
        stations.append(
            Station(number, stop.label, state, _fact(stop, state, is_final=is_final))
        )
    return tuple(stations)


def _state(stop: Stop, *, has_now: bool) -> str:
    if stop.seen is None:
        return NEXT if has_now else NOW
    if stop.is_failed or stop.seen.status == FAILED:
        return FAIL
    return NEXT if stop.seen.status == SKIPPED else DONE


def _fact(stop: Stop, state: str, *, is_final: bool) -> str:
    if stop.seen is not None:
        return stop.fact or outcome(stop.seen)
    if state == NOW:
        return _("wartet auf Antwort")
    return _("nicht erreicht") if is_final else _("folgt")


def _local_stops(scene: Scene) -> list[Stop]:
    settings = scene.of("configured")
    names = [item for item in scene.names if item.facts.get("type") is None]
    own = settings[0] if settings else None
    wrong_port = bool(own and own.facts.get("unknown_ports"))
    is_open = any(line.is_open for line in scene.used_lines())
    fact = ""
    if own is not None and own.status == OK:
        fact = own.subject
    return [
        Stop(_("Ihr Server"), own, fact, is_failed=wrong_port and not is_open),
        Stop(_("Name"), names[0] if names else None),
    ]


def _port_stop(scene: Scene, line: Line | None, *, is_final: bool) -> Stop:
    if line is None:
        return Stop(_("Port"), None)
    parts = []
    for port in sorted(
        {one.port for one in scene.lines}, key=scene.used_ports.count, reverse=True
    ):
        here = [one for one in scene.lines if one.port == port]
        if any(one.is_open for one in here):
            parts.append(_("%(port)s offen") % {"port": port})
        elif port in scene.used_ports:
            parts.append(_("%(port)s zu") % {"port": port})
    parts += [
        _("%(port)s nicht angeboten") % {"port": port}
        for port in scene.configured.get("unknown_ports", ())
        if port not in {one.port for one in scene.lines}
    ]
    used = [one for one in scene.used_lines() if one.is_open]
    is_awaited = set(scene.used_ports) - {one.port for one in scene.lines}
    if not is_final and not used and is_awaited:
        # That others are closed says nothing of the port that is used.
        return Stop(_("Port"), None)
    return Stop(_("Port"), line.stages.get("tcp"), ", ".join(parts), is_failed=not used)


def _stop(label: str, line: Line | None, *stages: str) -> Stop:
    if line is None:
        return Stop(label, None)
    found = [line.stages[stage] for stage in stages if stage in line.stages]
    broken = [item for item in found if item.status in {FAILED, WARNING}]
    shown = broken or found[-1:]
    return Stop(label, shown[0] if shown else None)


def _login_stop(scene: Scene, line: Line | None) -> Stop:
    tried = scene.of("auth")
    if tried:
        return Stop(_("Anmeldung"), tried[0])
    inside = line.stages.get("ehlo_tls") if line else None
    broken = inside if inside is not None and inside.status == FAILED else None
    return Stop(_("Anmeldung"), broken)


def total_time(evidence: list[Observation]) -> str:
    """Return how long the slowest chain of one endpoint took."""
    spent: dict[str, float] = {}
    for item in evidence:
        spent[item.subject] = spent.get(item.subject, 0.0) + item.duration_seconds
    return duration(max(spent.values(), default=0.0))
