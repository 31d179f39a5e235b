"""One observation in a few words, for tables and stations."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from diagnostics import (
    address_words,
    error_text_words,
    log_words,
    machine_words,
    pasted_words,
)
from diagnostics.checks import configured
from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Facts
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.checks.wording import TIMEOUT, UNSAID

TEXT_LENGTH = 80


def duration(seconds: float) -> str:
    """Return a time as people read it: < 1 ms, 11 ms, 3.5 s."""
    if seconds < 0.001:
        return "< 1 ms"
    if seconds < 1:
        return _("%(count)s ms") % {"count": round(seconds * 1000)}
    return _("%(count)s s") % {"count": number_format(seconds, 1)}


def outcome(seen: Observation) -> str:
    """Return what was observed."""
    return _WORDS[seen.check](seen) if seen.check in _WORDS else seen.status


def _configured(seen: Observation) -> str:
    relation = seen.facts.get("relation")
    if relation == configured.HOST_TYPO:
        return _("Tippfehler im Namen")
    if relation == configured.HOST_OTHER:
        return _("ein anderer Server")
    if relation == configured.HOST_OLD_LITERAL:
        return _("eine fremde IP-Adresse")
    if seen.facts.get("unknown_ports"):
        return _("Port nicht angeboten")
    return _("nicht angegeben") if seen.status == SKIPPED else _("stimmt")


def _names(seen: Observation) -> str:
    addresses = seen.facts.get("addresses", [])
    if addresses:
        return ", ".join(addresses)
    if seen.facts.get("error") == TIMEOUT:
        return _("keine Antwort")
    if seen.status == OK:
        return _("keine solche Adresse")
    return _("nicht gefunden")


def _error(facts: Facts, seconds: float) -> str:
    error = str(facts.get("error", ""))
    if error == TIMEOUT and seconds:
        return _("keine Antwort nach %(time)s") % {"time": duration(seconds)}
    words = {
        TIMEOUT: _("keine Antwort"),
        "ECONNREFUSED": _("abgewiesen"),
        "not-allowed": _("darf nicht geprüft werden"),
        "EHOSTUNREACH": _("nicht erreichbar"),
        "ENETUNREACH": _("nicht erreichbar"),
        UNSAID: _("keine Verbindung, Grund nicht genannt"),
        "malformed": _("unverständliche Antwort"),
    }
    return words.get(error, _("abgebrochen"))


def _tcp(seen: Observation) -> str:
    if seen.status == OK and not seen.duration_seconds:
        return _("offen")
    if seen.status == OK:
        return _("offen, %(time)s") % {"time": duration(seen.duration_seconds)}
    return _error(seen.facts, seen.duration_seconds)


def _reply(seen: Observation) -> str:
    if "code" not in seen.facts:
        return _error(seen.facts, seen.duration_seconds)
    text = str(seen.facts.get("text", "")).replace("\n", " ")
    return f"{seen.facts['code']} {text}"[:TEXT_LENGTH]


def _ehlo(seen: Observation) -> str:
    if seen.facts.get("is_masked"):
        return _("Angebote überschrieben")
    return _reply(seen) if seen.status == FAILED else _("verstanden")


def _starttls(seen: Observation) -> str:
    if seen.status == OK:
        return _("angeboten und angenommen")
    if seen.status == SKIPPED:
        return _("angeboten, nicht versucht")
    if not seen.facts.get("offered"):
        if seen.facts.get("code") == 220:
            return _("nicht angeboten, aber angenommen")
        return _("nicht angeboten")
    return _reply(seen)


def _certificate(seen: Observation) -> str:
    facts = seen.facts
    if facts.get("pin_matches") is False:
        return _("nicht unser Zertifikat")
    if facts.get("is_expired"):
        return _("abgelaufen am %(date)s") % {"date": _day(facts["not_after"])}
    if facts.get("is_verified") is False:
        return _("nicht vertrauenswürdig")
    if facts.get("name_matches") is False:
        return _("gilt für einen anderen Namen")
    return _handshake(seen)


def _handshake(seen: Observation) -> str:
    if seen.facts.get("not_after"):
        return _("gültig bis %(date)s") % {"date": _day(seen.facts["not_after"])}
    if seen.status == FAILED:
        return _error(seen.facts, seen.duration_seconds)
    return str(seen.facts.get("version", ""))


def _day(text: str) -> str:
    return date_format(datetime.fromisoformat(text), "SHORT_DATE_FORMAT")


def _ehlo_tls(seen: Observation) -> str:
    mechanisms = seen.facts.get("mechanisms")
    if mechanisms:
        return ", ".join(mechanisms)
    return _("keine Anmeldung angeboten")


def _auth(seen: Observation) -> str:
    if seen.status == OK:
        return _("angenommen")
    if seen.facts.get("reason") == "certificate":
        return _("nicht geprüft: die Gegenstelle ist nicht vertrauenswürdig")
    if seen.status == SKIPPED:
        return _("nicht geprüft")
    if seen.facts.get("reason") == "mechanism":
        return _("kein gemeinsames Verfahren")
    return _reply(seen)


def _envelope(seen: Observation) -> str:
    return _("angenommen") if seen.status == OK else _reply(seen)


def _bulk(seen: Observation) -> str:
    if "kbit_per_second" not in seen.facts:
        return _error(seen.facts, seen.duration_seconds)
    words = {
        "speed": number_format(seen.facts["kbit_per_second"], 0),
        "taken": number_format(seen.facts["taken_bytes"], 0, force_grouping=True),
    }
    if seen.facts["is_stalled"]:
        return _("nach %(taken)s Bytes ging nichts mehr durch") % words
    return _("%(speed)s kbit/s") % words


_WORDS = {
    **machine_words.WORDS,
    "ping": pasted_words.ping,
    "public_address": address_words.outcome,
    "path": pasted_words.path,
    "pasted": pasted_words.pasted,
    "error_text": error_text_words.outcome,
    "configured": _configured,
    "names": _names,
    "tcp": _tcp,
    "greeting": _reply,
    "ehlo": _ehlo,
    "starttls": _starttls,
    "certificate": _certificate,
    "ehlo_tls": _ehlo_tls,
    "auth": _auth,
    "envelope": _envelope,
    "bulk": _bulk,
    "reconnect": _tcp,
    "scanner_session": log_words.outcome,
}


def label(seen: Observation) -> str:
    """Return what was looked at."""
    facts = seen.facts
    place = {"port": facts.get("port", ""), "family": _family(facts)}
    labels = {
        "configured": _("Einstellung Ihres Servers"),
        **machine_words.labels(facts),
        **pasted_words.labels(facts),
        "error_text": error_text_words.label(),
        "public_address": address_words.label(seen),
        "names": _name_label(seen),
        "tcp": _("Port %(port)s, %(family)s") % place,
        "greeting": _("Begrüssung auf Port %(port)s, %(family)s") % place,
        "ehlo": _("EHLO auf Port %(port)s, %(family)s") % place,
        "starttls": _("STARTTLS auf Port %(port)s, %(family)s") % place,
        "certificate": _("Zertifikat auf Port %(port)s, %(family)s") % place,
        "ehlo_tls": _("Anmeldeverfahren auf Port %(port)s, %(family)s") % place,
        "auth": _("Anmeldung"),
        "envelope": _("Absender und Empfänger"),
        "bulk": _("Viele Bytes"),
        "reconnect": _("Port %(port)s, zweite Verbindung") % place,
        "scanner_session": log_words.label(facts),
    }
    return labels.get(seen.check, seen.check)


def _name_label(seen: Observation) -> str:
    words = {
        "host": seen.subject.split(" ")[0],
        "kind": seen.facts.get("type", ""),
        "server": seen.facts.get("resolver", ""),
    }
    if words["kind"]:
        return _("%(host)s, %(kind)s, Nameserver %(server)s") % words
    return _("Name %(host)s") % words


def _family(facts: Facts) -> str:
    if facts.get("family") == "":  # Windows keeps it to itself
        return _("Adresse nicht genannt")
    return "IPv6" if facts.get("family") == "ipv6" else "IPv4"
