"""Whether the sender is who they say: SPF, DKIM, DMARC and ARC in everybody's words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from quarantine.models import Hold
from quarantine.visible import show_line

NAMES = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC", "arc": "ARC"}
UNREADABLE = frozenset(("temperror", "permerror"))


@dataclass(frozen=True, slots=True)
class Line:
    """A check, how it ended, and what that means."""

    name: str
    tone: str
    result: str
    meaning: str

    @property
    def icon(self) -> str:
        """The sign beside the result."""
        return {"is-good": "ok", "is-bad": "fail", "is-warn": "alert"}.get(
            self.tone, "off"
        )


@dataclass(frozen=True, slots=True)
class Authentication:
    """The lines, and what they say together."""

    verdict: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Check:
    method: str
    result: str
    domain: str


def make_authentication(hold: Hold) -> Authentication | None:
    """Return what is known; None if the filter told nothing that can be trusted."""
    checks = _checks(hold.message.facts)
    lines = [_line(check, hold) for check in checks if not _says_nothing(check)]
    if not lines:
        return None
    return Authentication(_verdict(checks, hold), tuple(lines))


def _checks(facts: object) -> list[_Check]:
    """Read what intake kept; what is shaped otherwise is left out."""
    told = facts.get("authentication") if isinstance(facts, dict) else None
    checks = []
    for item in told if isinstance(told, list) else []:
        match item:
            case {"method": str(method), "result": str(result), "domain": str(domain)}:
                if method in NAMES:
                    checks.append(_Check(method, result, show_line(domain)))
    return checks


def _says_nothing(check: _Check) -> bool:
    """Whether it only says that mail was never forwarded."""
    return check.method == "arc" and check.result == "none"


def _verdict(checks: list[_Check], hold: Hold) -> Line:
    """Say it in a line: DMARC decides, else who signed or sent for that very domain."""
    domain = show_line(hold.header_from.rpartition("@")[2].lower())
    passed = [check for check in checks if check.result == "pass"]
    by_dmarc = next((check.result for check in checks if check.method == "dmarc"), "")
    proved = any(
        check.method in {"spf", "dkim"} and _belongs(check.domain, domain)
        for check in passed
    )
    if domain and (by_dmarc == "pass" or (proved and by_dmarc != "fail")):
        return Line("", "is-good", _("Echt für %(domain)s") % {"domain": domain}, "")
    if by_dmarc == "fail":
        return Line("", "is-bad", _("Nicht bestätigt, vielleicht gefälscht"), "")
    return Line("", "is-warn", _("Nicht bestätigt"), "")


def _belongs(domain: str, other: str) -> bool:
    """Whether one is the other, or a part of it (as DMARC is, roughly)."""
    return domain == other or bool(
        domain
        and other
        and (domain.endswith(f".{other}") or other.endswith(f".{domain}"))
    )


def _line(check: _Check, hold: Hold) -> Line:
    tone, result, meaning = {
        "spf": _spf,
        "dkim": _dkim,
        "dmarc": _dmarc,
        "arc": _arc,
    }[check.method](check, hold)
    return Line(NAMES[check.method], tone, result, meaning)


def _spf(check: _Check, hold: Hold) -> tuple[str, str, str]:
    told = {
        "domain": check.domain or _("diese Domain"),
        "address": show_line(hold.message.client_address) or _("Dieser Server"),
    }
    if check.result == "pass":
        meaning = _("%(address)s darf für %(domain)s senden")
        return "is-good", _("bestanden"), meaning % told
    if check.result == "fail":
        meaning = _("%(address)s darf nicht für %(domain)s senden")
        return "is-bad", _("nicht bestanden"), meaning % told
    if check.result in {"softfail", "policy"}:
        meaning = _("%(address)s gehört wohl nicht zu %(domain)s")
        return "is-warn", _("fraglich"), meaning % told
    if check.result in UNREADABLE:
        return _unreadable(_("Die Regel von %(domain)s war nicht zu lesen") % told)
    meaning = _("Nicht geregelt ist, wer für %(domain)s senden darf")
    return "is-off", _("keine Regel"), meaning % told


def _dkim(check: _Check, _hold: Hold) -> tuple[str, str, str]:
    told = {"domain": check.domain or _("dieser Domain")}
    if check.result == "pass":
        meaning = _("Unterschrieben von %(domain)s, unverändert")
        return "is-good", _("gültig"), meaning % told
    if check.result in {"fail", "policy"}:
        meaning = _("Unterschrift von %(domain)s: unterwegs verändert oder gefälscht")
        return "is-warn", _("ungültig"), meaning % told
    if check.result in UNREADABLE:
        return _unreadable(_("Der Schlüssel von %(domain)s war nicht zu lesen") % told)
    meaning = _("Niemand hat die E-Mail unterschrieben")
    return "is-off", _("keine Unterschrift"), meaning


def _dmarc(check: _Check, _hold: Hold) -> tuple[str, str, str]:
    told = {"domain": check.domain or _("dieser Domain")}
    if check.result == "pass":
        meaning = _("Der sichtbare Absender gehört zu %(domain)s")
        return "is-good", _("bestanden"), meaning % told
    if check.result == "fail":
        meaning = _("Weder SPF noch DKIM bestätigen den sichtbaren Absender")
        return "is-bad", _("nicht bestanden"), meaning
    if check.result in UNREADABLE:
        return _unreadable(_("Die Regel von %(domain)s war nicht zu lesen") % told)
    meaning = _("Die Domain sagt nicht, was bei Fälschung gelten soll")
    return "is-off", _("keine Regel"), meaning


def _arc(check: _Check, _hold: Hold) -> tuple[str, str, str]:
    if check.result == "pass":
        meaning = _("Wer die E-Mail weiterleitete, bestätigt frühere Prüfungen")
        return "is-good", _("gültig"), meaning
    if check.result in UNREADABLE:
        return _unreadable(_("Was Weiterleiter bestätigen, war nicht zu lesen"))
    meaning = _("Was Weiterleiter bestätigen, stimmt nicht")
    return "is-warn", _("ungültig"), meaning


def _unreadable(meaning: str) -> tuple[str, str, str]:
    return "is-off", _("nicht prüfbar"), meaning
