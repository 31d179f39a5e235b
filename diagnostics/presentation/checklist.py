"""The list to go through when mail does not go out, each line with what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import AgentRun, Evidence, Probe
from diagnostics.presentation.checklist_rules import (
    BAD,
    ENCLOSURES,
    GOOD,
    OPEN,
    QUESTIONS,
    Found,
    Seen,
    Sights,
)
from diagnostics.presentation.side_by_side import VANTAGES
from diagnostics.stored_verdicts import by_vantage
from diagnostics.wording import label, outcome

_TONES = {GOOD: "is-good", BAD: "is-bad", OPEN: "is-off"}
_ICONS = {GOOD: "ok", BAD: "fail", OPEN: "off"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list; `command` is what it tells to type, `then` what is left."""

    key: str
    text: str
    command: str
    state: str
    word: str
    reasons: tuple[str, ...]
    then: str

    @property
    def tone(self) -> str:
        """Return the class of the state."""
        return _TONES[self.state]

    @property
    def icon(self) -> str:
        """Return the icon of the state."""
        return _ICONS[self.state]


@dataclass(frozen=True, slots=True)
class Checklist:
    """Both halves: what to check, and what a support case needs."""

    questions: tuple[Line, ...]
    enclosures: tuple[Line, ...]

    @property
    def answered(self) -> int:
        """Count the questions that are not open any more."""
        return sum(line.state != OPEN for line in self.questions)


def make_probe_checklist(
    probe: Probe, evidence: list[Evidence], run: AgentRun | None
) -> Checklist:
    """Answer the list from what is stored of a probe; `run` is the agent's newest."""
    scanner = probe.scanner
    return make_checklist(
        by_vantage(evidence),
        host=scanner.host if scanner else "",
        addresses=scanner.addresses if scanner else (),
        public_address=(run.public_address if run else None) or "",
    )


def make_checklist(
    by_end: Mapping[str, Iterable[Observation]],
    *,
    host: str,
    addresses: Iterable[str] = (),
    public_address: str = "",
) -> Checklist:
    """Answer each line from what the ends saw."""
    sights = Sights(by_end, host, addresses)
    texts, nexts = _texts(), _nexts(host)
    commands = {"telnet": f"telnet {host} 25", "nslookup": f"nslookup {host}"}
    questions = tuple(
        _line(key, texts[key], commands.get(key, ""), rule(sights), nexts[key])
        for key, rule in QUESTIONS
    )
    enclosures = [
        _line(key, texts[key], "", rule(sights), nexts[key]) for key, rule in ENCLOSURES
    ]
    if public_address:
        enclosures[0] = _known(enclosures[0], public_address)
    return Checklist(questions, (_results(questions), *enclosures))


def _line(key: str, text: str, command: str, found: Found, then: str) -> Line:
    reasons = tuple(dict.fromkeys(_reason(seen) for seen in found.seen))
    then = then if found.state == OPEN else ""
    return Line(key, text, command, found.state, _word(found.state), reasons, then)


def _word(state: str) -> str:
    return {
        GOOD: _("in Ordnung"),
        BAD: _("nicht in Ordnung"),
        OPEN: _("noch offen"),
    }[state]


def _reason(seen: Seen) -> str:
    end, item = seen
    if item.check == "error_text":
        code = item.facts.get("reply_code") or item.facts.get("enhanced_status") or ""
        what, said = _("Antwortcode"), str(code or _("nicht genannt"))
    else:
        what, said = label(item), outcome(item)
    words = {"end": VANTAGES.get(end, end), "what": what, "said": said}
    return _("%(end)s: %(what)s: %(said)s") % words


def _known(line: Line, address: str) -> Line:
    reasons = (_("Gesehen als %(address)s") % {"address": address},)
    return Line(line.key, line.text, "", GOOD, _word(GOOD), reasons, "")


def _results(questions: tuple[Line, ...]) -> Line:
    """Say of the first line of a case how much of the list is answered."""
    answered = sum(line.state != OPEN for line in questions)
    state = GOOD if answered == len(questions) else OPEN
    words = {"answered": answered, "all": len(questions)}
    reason = _("%(answered)s von %(all)s beantwortet") % words
    text = _("Ergebnisse der oben aufgeführten Prüfungen.")
    return Line("results", text, "", state, _word(state), (reason,), "")


def _texts() -> dict[str, str]:
    """Return the lines as the manual has them."""
    return {
        "server": _("Ist der korrekte Server konfiguriert?"),
        "login": _(
            "Sind der Benutzername und das Passwort korrekt eingegeben? Achten Sie "
            "insbesondere auf Copy/Paste-Fehler wie z.B. überschüssige führende oder "
            "abschliessende Leerzeichen."
        ),
        "starttls": _(
            "Ist StartTLS aktiviert? Der Outbound Scanner akzeptiert nur "
            "verschlüsselte Verbindungen."
        ),
        "port25": _(
            "Werden Verbindungen zu Port 25 durch den ISP blockiert? Verbinden Sie in "
            "diesem Fall zu Port 587 oder kontaktieren Sie den technischen Support "
            "Ihres ISP."
        ),
        "firewall": _(
            "Blockiert eine lokale Antivirus-Software oder eine Firewall ausgehende "
            "Verbindungen?"
        ),
        "telnet": _(
            "Prüfen Sie die Verbindung mit telnet. Bei einer erfolgreichen Verbindung "
            "sollte eine Textzeile erscheinen, welche mit „220“ beginnt."
        ),
        "nslookup": _(
            "Wird der Hostname des Outbound Scanner Servers korrekt aufgelöst?"
        ),
        "internet": _(
            "Funktioniert der allgemeine Internetzugang von dieser Maschine aus? Sind "
            "IP-Adresse, default gateway und DNS-Server korrekt konfiguriert?"
        ),
        "address": _("Die öffentliche IP-Adresse des sendenden Servers."),
        "error": _(
            "Exakte Fehlermeldung, die ein Absender erhält oder die sich im Protokoll "
            "des sendenden Servers findet (kein Screenshot)."
        ),
        "traceroute": _("Output von traceroute zu unserem Server."),
    }


def _nexts(host: str) -> dict[str, str]:
    """Return what would answer a line that is open."""
    paste = _(
        "Das Prüfprogramm auf Ihrem Server, oder fügen Sie die Ausgabe von «%s» ein."
    )
    return {
        "server": _("Geben Sie bei einer neuen Prüfung an, was eingestellt ist."),
        "login": _(
            "Geben Sie bei einer neuen Prüfung beides an, oder lassen Sie das "
            "Prüfprogramm auf Ihrem Server danach fragen."
        ),
        "starttls": _(
            "Schauen Sie in den Einstellungen Ihres Mailservers nach. Sobald er sich "
            "verbindet, zeigt es das Protokoll des Scanners."
        ),
        "port25": paste % f"telnet {host} 25",
        "firewall": paste % f"telnet {host} 587",
        "telnet": paste % f"telnet {host} 25",
        "nslookup": paste % f"nslookup {host}",
        "internet": paste % "ipconfig /all",
        "address": _(
            "Das Prüfprogramm auf Ihrem Server meldet sie; oder tragen Sie sie im "
            "Supportfall ein."
        ),
        "error": _("Fügen Sie sie auf der Seite der Prüfung als Text ein."),
        "traceroute": paste % f"tracert {host}",
    }
