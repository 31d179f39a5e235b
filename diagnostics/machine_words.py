"""What was observed of a machine's own network, in a few words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnostics.checks.evidence import OK, SKIPPED, Facts
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.checks.machine import ANSWERED, UNANSWERED


def labels(facts: Facts) -> dict[str, str]:
    """Return what was looked at, by check."""
    place = {name: facts.get(name, "") for name in ("address", "host", "port", "user")}
    is_gateway = facts.get("role") == "gateway"
    return {
        "interfaces": _("Netzwerkkarten"),
        "routes": _("Standard-Gateway"),
        "neighbour": (
            _("Gateway %(address)s") if is_gateway else _("Nameserver %(address)s")
        )
        % place,
        "resolver": _("Nameserver %(address)s")
        % {"address": facts.get("resolver", "")},
        "portal": _("Unser Portal, %(host)s") % place,
        "mta": _("Mailserver auf dieser Maschine"),
        "tcp_as_user": _("Port %(port)s als Benutzer «%(user)s»") % place,
        "clock": _("Uhr des Servers"),
        "path_tcp": _("Weg zu %(address)s, Port %(port)s") % place,
        "hosts": _("%(host)s in der hosts-Datei") % place,
    }


def interfaces(seen: Observation) -> str:
    """Return the addresses of the cards that are up."""
    if seen.status == SKIPPED:
        return _("nicht bekannt")
    up = [card for card in seen.facts["interfaces"] if card["is_up"]]
    found = [address for card in up for address in card["addresses"]]
    return ", ".join(found) or _("keine verbunden")


def routes(seen: Observation) -> str:
    """Return the gateways."""
    if seen.status == SKIPPED:
        return _("nicht bekannt")
    return ", ".join(seen.facts["gateways"]) or _("keiner eingetragen")


def neighbour(seen: Observation) -> str:
    """Return whether the device on the line is there."""
    words = {ANSWERED: _("antwortet"), UNANSWERED: _("antwortet nicht")}
    return words.get(seen.facts["entry"], _("nicht bekannt"))


def hosts(seen: Observation) -> str:
    """Return the addresses in the hosts file."""
    return ", ".join(seen.facts["addresses"]) or _("kein Eintrag")


def resolver(seen: Observation) -> str:
    """Return whether anybody is at the name server's address."""
    words = {True: _("erreichbar"), False: _("nicht erreichbar")}
    return words.get(seen.facts["is_there"], _("antwortet nicht"))


def portal(seen: Observation) -> str:
    """Return whether the internet is there."""
    return _("erreichbar") if seen.status == OK else _("nicht erreichbar")


def clock(seen: Observation) -> str:
    """Return how far the clock is off."""
    if seen.status == SKIPPED:
        return _("nicht bekannt")
    if not seen.facts["is_wrong"]:
        return _("stimmt")
    minutes = round(abs(seen.facts["offset_seconds"]) / 60)
    return _("%(minutes)s Minuten daneben") % {"minutes": minutes}


def path_tcp(seen: Observation) -> str:
    """Return how far packets to the port come."""
    if not seen.facts["reach"]:
        return _("niemand antwortet")
    return _("bis zur Station %(count)s") % {"count": seen.facts["reach"]}


def mta(seen: Observation) -> str:
    """Return which mail server it is, and whom it hands its mail to."""
    product, facts = seen.facts["product"], seen.facts
    if not product:
        return _("keiner gefunden")
    if not facts["is_read"]:
        return str(product)
    words = {"product": product, "relay": facts["relay"] or "–"}
    return _("%(product)s, Relay %(relay)s") % words


def as_user(seen: Observation) -> str:
    """Return whether the port opens for that user."""
    if seen.status == SKIPPED:
        return _("nicht geprüft")
    return _("offen") if seen.status == OK else _("öffnet sich nicht")


WORDS = {
    "interfaces": interfaces,
    "routes": routes,
    "neighbour": neighbour,
    "hosts": hosts,
    "resolver": resolver,
    "portal": portal,
    "clock": clock,
    "path_tcp": path_tcp,
    "mta": mta,
    "tcp_as_user": as_user,
}
