"""What the pages of diagnostics show, decided before any template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, WARNING
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import Evidence, Probe
from diagnostics.presentation.answer import Answer, is_late, make_answer
from diagnostics.presentation.causes import CauseShown, make_causes
from diagnostics.presentation.ends import words_of
from diagnostics.presentation.path import Station, make_stations
from diagnostics.presentation.scanner_sessions import (
    SessionRow,
    make_session_rows,
)
from diagnostics.stored_verdicts import (
    by_vantage,
    ends_that_looked,
    judge_evidence,
)
from diagnostics.verdicts.scene import AGENT, SERVER, STAGES, Scene
from diagnostics.wording import duration, label, outcome

TONES = {OK: "is-good", WARNING: "is-warn", FAILED: "is-bad"}
ICONS = {OK: "ok", WARNING: "alert", FAILED: "fail"}
LOCAL_CHECKS = ("configured", "names")
LINE_CLASSES = {">": "out", "<": "in", "#": "rem", "!": "err"}


@dataclass(frozen=True, slots=True)
class Row:
    """One observation in the table."""

    label: str
    tone: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Fold:
    """The transcript of one endpoint."""

    label: str
    end: str
    lines: tuple[tuple[str, str], ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class ProbePage:
    """One probe, ready to be written."""

    answer: Answer
    stations: tuple[Station, ...]
    causes: tuple[CauseShown, ...]
    rows: tuple[Row, ...]
    folds: tuple[Fold, ...]
    is_final: bool
    # Whether the path is that of the customer's own server.
    is_agents: bool
    # What the mail server did at the scanner, newest first.
    sessions: list[SessionRow]
    # Which ends the answer rests on, as a sentence.
    looked: str
    # Tells a page that asks again whether there is anything new.
    version: str


def make_page(
    probe: Probe,
    evidence: list[Evidence],
    sessions: Sequence[Observation] = (),
    *,
    is_agent_running: bool = False,
) -> ProbePage:
    """Judge the stored evidence and say it in the reader's language.

    `sessions` are what the mail server did at the scanner without a probe.
    The path is the customer's server's once that has looked, else ours.
    """
    by_end = by_vantage(evidence)
    vantage = AGENT if by_end.get(AGENT) else SERVER
    seen = by_end.get(vantage, [])
    scene = Scene(seen, vantage)
    is_final = probe.is_final and not is_agent_running
    stations = make_stations(scene, is_final=is_final)
    causes = make_causes(judge_evidence(evidence, sessions)) if is_final else ()
    return ProbePage(
        answer=make_answer(probe, stations, causes, scene, is_final=is_final),
        stations=stations,
        causes=causes,
        rows=tuple(make_row(item, scene) for item in sorted(seen, key=sort_key)),
        # Not while it runs: a fold that somebody opened would close with each swap.
        folds=tuple(_folds(seen)) if is_final else (),
        is_final=is_final,
        is_agents=vantage == AGENT,
        sessions=make_session_rows(sessions),
        looked=words_of(ends_that_looked(evidence, sessions)) if is_final else "",
        version=f"{'late' if is_late(probe) else probe.state}-{len(evidence)}",
    )


def sort_key(item: Observation) -> tuple[int, int, int]:
    """Put settings and names first, then each port's stages, the log-in last."""
    known = (*LOCAL_CHECKS, *STAGES)
    stage = known.index(item.check) if item.check in known else len(known)
    if item.check in LOCAL_CHECKS:
        return 0, stage, 1 if "type" in item.facts else 0
    if item.check == "auth":
        return 2, 0, 0
    return 1, int(item.facts.get("port") or 0), stage


def make_row(item: Observation, scene: Scene) -> Row:
    """Say what one observation means among the others of its scene."""
    text, status = outcome(item), item.status
    if item.check == "tcp" and status == FAILED and not _is_needed(item, scene):
        text, status = _("%(text)s, wird nicht gebraucht") % {"text": text}, SKIPPED
    if item.check == "names" and status == FAILED and _resolves(scene):
        status = WARNING  # one name server's word against the machine's
    tone, icon = TONES.get(status, "is-off"), ICONS.get(status, "off")
    return Row(label(item), tone, icon, text)


def _resolves(scene: Scene) -> bool:
    system = [item for item in scene.names if item.facts.get("resolver") == "system"]
    return any(item.facts.get("addresses") for item in system)


def _is_needed(item: Observation, scene: Scene) -> bool:
    port = item.facts.get("port")
    return port in scene.used_ports or port in scene.known_ports


def _folds(seen: list[Observation]) -> Iterable[Fold]:
    """Join the transcripts of each endpoint, the stages in their order."""
    by_place: dict[tuple[str, int], list[Observation]] = {}
    for item in seen:
        if "address" in item.facts and "port" in item.facts:
            place = (str(item.facts["address"]), int(item.facts["port"]))
            by_place.setdefault(place, []).append(item)
    for (address, port), items in by_place.items():
        lines = [line for item in items for line in item.transcript]
        if not lines:
            continue
        spent = duration(sum(item.duration_seconds for item in items))
        broken = any(item.status == FAILED for item in items)
        end = _("abgebrochen, %(time)s") if broken else _("durchgekommen, %(time)s")
        yield Fold(
            label=_("Mitschrift Port %(port)s, %(address)s")
            % {"port": port, "address": address},
            end=end % {"time": spent},
            lines=tuple((LINE_CLASSES.get(line[:1], "rem"), line) for line in lines),
            is_open=broken,
        )
