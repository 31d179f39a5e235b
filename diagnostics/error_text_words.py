"""What was read from an error message, in a few words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.checks.evidence import Facts

STAGES = {
    "names": gettext_lazy("Namensauflösung"),
    "tcp": gettext_lazy("Verbindungsaufbau"),
    "greeting": gettext_lazy("Begrüssung"),
    "ehlo": gettext_lazy("EHLO"),
    "starttls": gettext_lazy("STARTTLS"),
    "tls": gettext_lazy("Verschlüsselung"),
    "certificate": gettext_lazy("Zertifikat"),
    "auth": gettext_lazy("Anmeldung"),
    "mail": gettext_lazy("Absender (MAIL FROM)"),
    "rcpt": gettext_lazy("Empfänger (RCPT TO)"),
    "data": gettext_lazy("Übertragung der Nachricht"),
    "queue": gettext_lazy("Warteschlange Ihres Mailservers"),
}
PROGRAMS = {
    "postfix": "Postfix",
    "exim": "Exim",
    "exchange": "Exchange",
    "sendmail": "Sendmail",
    "mdaemon": "MDaemon",
    "outlook": "Outlook",
    "qmail": "qmail",
    "scanner": gettext_lazy("unser Scanner"),
}
REPLIES = {
    421: gettext_lazy("der Server nimmt jetzt keine Verbindung an"),
    450: gettext_lazy("vorübergehend abgelehnt"),
    451: gettext_lazy("vorübergehend nicht möglich"),
    452: gettext_lazy("kein Speicherplatz"),
    454: gettext_lazy("Verschlüsselung oder Anmeldung jetzt nicht möglich"),
    504: gettext_lazy("die Angabe wird nicht angenommen"),
    530: gettext_lazy("zuerst verschlüsseln oder anmelden"),
    534: gettext_lazy("dieses Anmeldeverfahren ist zu schwach"),
    535: gettext_lazy("Anmeldung abgelehnt"),
    550: gettext_lazy("endgültig abgelehnt"),
    552: gettext_lazy("zu gross oder kein Platz"),
    553: gettext_lazy("die Adresse wird nicht angenommen"),
    554: gettext_lazy("endgültig abgelehnt"),
}
# By subject and detail; the first number says only for how long.
ENHANCED = {
    "1.1": gettext_lazy("die Empfängeradresse gibt es nicht"),
    "2.2": gettext_lazy("das Postfach des Empfängers ist voll"),
    "3.4": gettext_lazy("die Nachricht ist zu gross"),
    "4.1": gettext_lazy("keine Antwort vom Server"),
    "4.2": gettext_lazy("die Verbindung brach ab"),
    "4.4": gettext_lazy("der Server wurde nicht gefunden"),
    "4.7": gettext_lazy("die Zeit ist abgelaufen"),
    "7.0": gettext_lazy("aus Sicherheitsgründen"),
    "7.1": gettext_lazy("nicht erlaubt"),
    "7.8": gettext_lazy("Benutzername oder Passwort stimmt nicht"),
    "7.9": gettext_lazy("das Anmeldeverfahren ist zu schwach"),
    "7.25": gettext_lazy("die umgekehrte Namensauflösung fehlt"),
}


def label() -> str:
    """Return what was looked at."""
    return _("Fehlermeldung")


def outcome(seen: Observation) -> str:
    """Return at which station it failed, and with which code."""
    facts = seen.facts
    if facts.get("group") == "T-SENT":
        return _("zugestellt")
    if not facts.get("group"):
        return _("nichts Bekanntes darin")
    words = [str(STAGES.get(facts.get("stage", ""), "")), codes(facts)]
    return ", ".join(word for word in words if word) or _("gescheitert")


def codes(facts: Facts) -> str:
    """Return the codes as the server said them, empty without any."""
    said = (facts.get("reply_code"), facts.get("enhanced_status"))
    return " ".join(str(code) for code in said if code)


def codes_mean(facts: Facts) -> str:
    """Return what the codes say, the finer one first; empty where that is unknown."""
    _class, _dot, detail = str(facts.get("enhanced_status", "")).partition(".")
    word = ENHANCED.get(detail) or REPLIES.get(facts.get("reply_code") or 0)
    return str(word or "")
