"""What was observed of a machine's own network, in a few words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnostics.checks.evidence import SKIPPED, Facts
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.checks.machine import ANSWERED, UNANSWERED


def labels(facts: Facts) -> dict[str, str]:
    """Return what was looked at, by check."""
    place = {"address": facts.get("address", ""), "host": facts.get("host", "")}
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
