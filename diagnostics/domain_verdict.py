"""Evidence about a domain → one finding for each station; pure, can be judged again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, WARNING
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.domain_rules import Decision, decide
from diagnostics.domain_wording import remedy_text, sentence_text
from diagnostics.hop_rules import decide_next_hop
from diagnostics.models import Probe


class Station(models.TextChoices):
    """What is judged, in the order in which mail needs it."""

    CONTROL = "control", _("Eigentum")
    DELEGATION = "delegation", _("Nameserver")
    MX = "mx", _("Empfang (MX)")
    SPF = "spf", _("Versand (SPF)")
    DKIM = "dkim", _("Unterschrift (DKIM)")
    DMARC = "dmarc", _("Regel (DMARC)")
    NEXT_HOP = "next_hop", _("Nächster Server")


class Level(models.TextChoices):
    """How a station stands."""

    OK = "ok", _("in Ordnung")
    WARN = "warn", _("Hinweis")
    FAIL = "fail", _("Fehler")
    UNKNOWN = "unknown", _("unbekannt")


@dataclass(frozen=True, slots=True)
class Record:
    """A DNS record to publish, value without quotes."""

    name: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """How one station stands: a code with values, worded on demand."""

    station: Station
    level: Level
    code: str
    values: dict[str, Any]
    found: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()

    @property
    def label(self) -> str:
        """The station's name."""
        return str(self.station.label)

    @property
    def sentence(self) -> str:
        """What was found, in one sentence."""
        return sentence_text(self.code, self.values)

    @property
    def remedy(self) -> str:
        """What to do about it; empty where nothing is to be done."""
        return remedy_text(self.code, self.values)

    @property
    def record(self) -> Record | None:
        """The first record to publish, if there is one."""
        return self.records[0] if self.records else None

    @property
    def is_good(self) -> bool:
        """Whether all is well."""
        return self.level == Level.OK

    @property
    def is_bad(self) -> bool:
        """Whether something does not work."""
        return self.level == Level.FAIL


DNS_STATIONS = (
    Station.CONTROL,
    Station.DELEGATION,
    Station.MX,
    Station.SPF,
    Station.DKIM,
    Station.DMARC,
)
# Nothing is wrong, and yet the record is good to know.
_SHOWN = {"mx-unjudged", "spf-optional"}
_LEVELS = {
    OK: Level.OK,
    WARNING: Level.WARN,
    FAILED: Level.FAIL,
    SKIPPED: Level.UNKNOWN,
}


def judge(probe: Probe) -> list[Finding]:
    """Return a finding for each station the probe is about, unknown where not seen."""
    seen = [row.as_observation() for row in probe.evidence.all()]
    if probe.kind == Probe.Kind.NEXT_HOP:
        return [judge_next_hop(seen)]
    return judge_records(seen)


def judge_records(seen: Sequence[Observation]) -> list[Finding]:
    """Judge what was found in the DNS, station by station."""
    by_check = {item.check: item for item in seen}
    return [
        _judge_station(station, by_check.get(f"dns-{station.value}"))
        for station in DNS_STATIONS
    ]


def judge_next_hop(seen: Sequence[Observation]) -> Finding:
    """Judge a session with the next hop."""
    return _make_finding(Station.NEXT_HOP, decide_next_hop(seen))


def _judge_station(station: Station, seen: Observation | None) -> Finding:
    if seen is None:
        return Finding(station, Level.UNKNOWN, "not-seen", {})
    facts = seen.facts
    decision = decide(seen.check, facts)
    records = facts.get("records") or [facts["record"]] if facts.get("record") else []
    is_needed = decision.status in {FAILED, WARNING} or decision.code in _SHOWN
    return _make_finding(
        station,
        decision,
        tuple(str(value) for value in facts.get("found") or ()),
        tuple(Record(**record) for record in records) if is_needed else (),
    )


def _make_finding(
    station: Station,
    decision: Decision,
    found: tuple[str, ...] = (),
    records: tuple[Record, ...] = (),
) -> Finding:
    level = _LEVELS[decision.status]
    return Finding(station, level, decision.code, decision.values, found, records)
