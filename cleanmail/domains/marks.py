"""How each station of a domain stands: what diagnostics found, what accounts knows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Domain
from diagnostics.domain_verdict import Finding, Level, Record, Station, judge
from diagnostics.models import Probe

TONES = {
    Level.OK: ("is-good", "ok"),
    Level.WARN: ("is-warn", "alert"),
    Level.FAIL: ("is-bad", "fail"),
    Level.UNKNOWN: ("is-off", "off"),
}
# In the order in which a person sets a domain up.
ORDER = (
    Station.CONTROL,
    Station.NEXT_HOP,
    Station.DELEGATION,
    Station.MX,
    Station.SPF,
    Station.DKIM,
    Station.DMARC,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One station, worded."""

    station: Station
    level: Level
    sentence: str
    remedy: str = ""
    found: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    # What was said, where somebody was asked.
    dialogue: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The station's name."""
        return str(self.station.label)

    @property
    def tone(self) -> str:
        """The class that colours it."""
        return TONES[self.level][0]

    @property
    def icon(self) -> str:
        """The icon beside the word."""
        return TONES[self.level][1]

    @property
    def word(self) -> str:
        """The state as a word."""
        return {
            Level.OK: _("in Ordnung"),
            Level.WARN: _("zu beachten"),
            Level.FAIL: _("nicht in Ordnung"),
            Level.UNKNOWN: _("offen"),
        }[self.level]

    @property
    def is_good(self) -> bool:
        """Whether nothing is left to do."""
        return self.level == Level.OK

    @property
    def is_done(self) -> bool:
        """Whether a person can go on to the next station."""
        return self.level in {Level.OK, Level.WARN}


def make_marks(
    domain: Domain, records: Probe | None, next_hop: Probe | None
) -> tuple[Mark, ...]:
    """Return the marks from the latest ended checks, in the order of set-up."""
    found = {item.station: item for item in (judge(records) if records else ())}
    marks = {station: _plain(station, found.get(station)) for station in ORDER}
    marks[Station.CONTROL] = _control(domain, marks[Station.CONTROL])
    marks[Station.NEXT_HOP] = _next_hop(domain, next_hop)
    return tuple(marks[station] for station in ORDER)


def _plain(station: Station, finding: Finding | None) -> Mark:
    if finding is None:
        return Mark(station, Level.UNKNOWN, _("Noch nicht geprüft."))
    return Mark(
        station,
        finding.level,
        finding.sentence,
        finding.remedy,
        finding.found,
        finding.records,
    )


def _control(domain: Domain, seen: Mark) -> Mark:
    """Say who holds the domain; the last check alone does not decide that."""
    own = Record(f"{domain.control_record_name}.", "TXT", domain.control_record_value)
    mark = replace(seen, records=(own,))
    if domain.is_vouched:
        return Mark(
            Station.CONTROL, Level.OK, _("Der Betreiber hat sie für Sie bestätigt.")
        )
    if domain.is_contested:
        return replace(
            mark,
            level=Level.WARN,
            sentence=_(
                "Ihr Eintrag ist da, aber die Domain ist bei einem anderen Kunden "
                "bestätigt."
            ),
            remedy=_(
                "Sie geht an Sie über, sobald dessen Eintrag lange genug fehlt. "
                "Eilt es, so wenden Sie sich an den Betreiber."
            ),
        )
    if not domain.is_verified:
        # What proved it once does not count for a domain that was taken away.
        return mark if not mark.is_done else replace(mark, level=Level.UNKNOWN)
    return _held(domain, mark)


def _held(domain: Domain, mark: Mark) -> Mark:
    if domain.control_missing_since is None or domain.control_ends_at is None:
        seen_at = domain.control_seen_at or domain.verified_at
        text = _("Ihr Eintrag steht im DNS, zuletzt gesehen %(at)s.")
        return replace(
            mark, level=Level.OK, sentence=text % {"at": _day(seen_at)}, remedy=""
        )
    if domain.is_lost:
        return replace(
            mark,
            level=Level.FAIL,
            sentence=_("Ihr Eintrag fehlt seit %(at)s, das ist zu lange.")
            % {"at": _day(domain.control_missing_since)},
            remedy=_(
                "Post wird weiterhin zurückgehalten. Aber niemand erhält ein Konto, "
                "weil er hier eine Adresse hat, und ein anderer Kunde könnte die "
                "Domain übernehmen. Setzen Sie den Eintrag wieder."
            ),
        )
    return replace(
        mark,
        level=Level.WARN,
        sentence=_("Ihr Eintrag fehlt seit %(at)s.")
        % {"at": _day(domain.control_missing_since)},
        remedy=_(
            "Setzen Sie ihn bis %(at)s wieder, sonst vertrauen wir ihr nicht mehr."
        )
        % {"at": _day(domain.control_ends_at)},
    )


def _next_hop(domain: Domain, probe: Probe | None) -> Mark:
    if settings.REINJECT_VIA:
        text = _("Der Betreiber stellt über seinen eigenen Server zu.")
        return Mark(Station.NEXT_HOP, Level.OK, text)
    if not domain.next_hop_host:
        return Mark(
            Station.NEXT_HOP,
            Level.FAIL if domain.is_verified else Level.UNKNOWN,
            _("Noch kein Server eingetragen."),
            _("Ohne ihn kann freigegebene Post nirgends hin."),
        )
    asked = (probe.configured_host, probe.configured_port) if probe else None
    if probe is None or asked != (domain.next_hop_host, domain.next_hop_port):
        text = _("Eingetragen, aber noch nicht getestet.")
        return Mark(Station.NEXT_HOP, Level.UNKNOWN, text)
    said = [line for row in probe.evidence.all() for line in row.transcript]
    mark = _plain(Station.NEXT_HOP, judge(probe)[0])
    return replace(mark, dialogue=tuple(str(line) for line in said))


def _day(at: object) -> str:
    """Return day and time in the reader's zone."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")  # type: ignore[arg-type]  # never None here
