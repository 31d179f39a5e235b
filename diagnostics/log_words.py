"""What the scanner's log says of a session, in words of the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.checks.evidence import Facts


def label(facts: Facts) -> str:
    """Return what was looked at."""
    return _("Protokoll des Scanners, Adresse %(address)s") % {
        "address": facts.get("client_address", "")
    }


def outcome(seen: Observation) -> str:
    """Return how far the session came, and what stopped it."""
    facts = seen.facts
    sasl = facts.get("sasl") or {}
    if facts.get("rejects"):
        first = facts["rejects"][0]
        return _("abgelehnt: %(code)s") % {"code": first.get("code", "")}
    if sasl.get("result") == "failed":
        return _("Anmeldung abgelehnt")
    if sasl.get("result") == "temporary":
        return _("Anmeldung war gerade nicht möglich")
    if facts.get("tls_error"):
        return _("Verschlüsselung gescheitert")
    return _stage(str(facts.get("stage", "")))


def _stage(stage: str) -> str:
    return {
        "connect": _("nur verbunden"),
        "ehlo": _("nur begrüsst"),
        "starttls": _("bis zum Beginn der Verschlüsselung"),
        "tls": _("verschlüsselt, keine Anmeldung versucht"),
        "auth": _("angemeldet"),
        "mail": _("bis zum Absender"),
        "rcpt": _("bis zum Empfänger"),
        "data": _("bis zum Inhalt"),
        "sent": _("Mail angenommen"),
    }.get(stage, stage)
