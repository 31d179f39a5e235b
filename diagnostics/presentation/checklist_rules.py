"""What the evidence of all ends answers of each question of the checklist; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from diagnostics.checks.configured import clean_host
from diagnostics.checks.evidence import FAILED, OK, SKIPPED
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.verdicts.encryption import is_interceptor
from diagnostics.verdicts.scene import AGENT, SERVER
from diagnostics.verdicts.together import LOG, PASTED, TEXT

# Ends that look from where the mail is sent.
SENDER = (AGENT, "mta", PASTED)
GOOD, BAD, OPEN = "good", "bad", "open"
REASONS_MAX = 6

WRONG_SERVER = {
    "wrong-server",
    "wrong-server-typo",
    "wrong-port",
    "stale-ip-in-config",
    "not-using-scanner",
}

Seen = tuple[str, Observation]


@dataclass(frozen=True, slots=True)
class Found:
    """The state of a question, and the observations it rests on."""

    state: str
    seen: tuple[Seen, ...] = ()


class Sights:
    """What all ends saw, so that questions can ask for it."""

    def __init__(
        self,
        by_end: Mapping[str, Iterable[Observation]],
        host: str,
        addresses: Iterable[str] = (),
    ) -> None:
        self.host = clean_host(host)
        self.addresses = frozenset(addresses)
        self._all = [(end, item) for end, seen in by_end.items() for item in seen]

    def of(self, *checks: str, ends: tuple[str, ...] = SENDER) -> list[Seen]:
        """Return what these ends saw in these checks."""
        return [
            (end, item)
            for end, item in self._all
            if end in ends and item.check in checks
        ]

    def sessions(self) -> list[Seen]:
        """Return the mail server's own sessions in the scanner's log."""
        found = self.of("scanner_session", ends=(LOG,))
        return [seen for seen in found if not seen[1].facts.get("nonce")]

    def texts(self) -> list[Seen]:
        """Return the error texts in which something was recognised."""
        found = self.of("error_text", ends=(TEXT,))
        return [seen for seen in found if seen[1].status != SKIPPED]


def _settled(good: list[Seen], bad: list[Seen], other: Iterable[Seen] = ()) -> Found:
    """Whatever speaks against outweighs; `other` is shown and settles nothing."""
    if bad:
        return Found(BAD, tuple(bad[:REASONS_MAX]))
    if good:
        return Found(GOOD, tuple(good[:REASONS_MAX]))
    return Found(OPEN, tuple(other)[:REASONS_MAX])


def _failed(seen: list[Seen]) -> list[Seen]:
    return [one for one in seen if one[1].status == FAILED]


def _fine(seen: list[Seen]) -> list[Seen]:
    return [one for one in seen if one[1].status == OK]


def right_server(sights: Sights) -> Found:
    """Answer whether the server that is set is ours."""
    settings = sights.of("configured", ends=(*SENDER, SERVER))
    bad = [s for s in settings if s[1].status == FAILED or _foreign_port(s[1])]
    greetings = sights.of("greeting")
    bad += [s for s in greetings if s[1].facts.get("is_ours") is False and _says(s)]
    bad += [
        s for s in sights.texts() if _only(s[1].facts.get("causes", ()), WRONG_SERVER)
    ]
    good = [s for s in _fine(settings) if s[1].facts.get("host")]
    return _settled(good + sights.sessions(), bad)


def _foreign_port(item: Observation) -> bool:
    return bool(item.facts.get("unknown_ports"))


def _says(seen: Seen) -> bool:
    return seen[1].facts.get("code") == 220


def _only(causes: Iterable[str], known: set[str]) -> bool:
    found = set(causes)
    return bool(found) and found <= known


def right_login(sights: Sights) -> Found:
    """Answer whether user name and password are right."""
    tried = sights.of("auth", ends=(*SENDER, SERVER))
    sessions = [s for s in sights.sessions() if s[1].facts.get("sasl")]
    bad = [s for s in _failed(tried) if s[1].facts.get("code")]
    bad += [s for s in sessions if s[1].facts["sasl"].get("result") == "failed"]
    bad += [s for s in sights.texts() if str(s[1].facts.get("reply_code")) == "535"]
    good = _fine(tried)
    good += [s for s in sessions if s[1].facts["sasl"].get("result") == "ok"]
    return _settled(good, bad)


def starttls_on(sights: Sights) -> Found:
    """Answer whether the mail server encrypts: only the scanner's log shows that."""
    tried = sights.of("starttls")
    sessions = sights.sessions()
    bad = _failed(tried)
    bad += [s for s in sessions if _wants_tls(s[1])]
    bad += [s for s in sights.texts() if s[1].facts.get("causes") == ["starttls-off"]]
    good = [s for s in sessions if s[1].facts.get("tls")]
    return _settled(good, bad, tried)


def _wants_tls(item: Observation) -> bool:
    said = [str(one.get("text", "")) for one in item.facts.get("rejects", ())]
    return any("STARTTLS" in text for text in said)


def port_25_free(sights: Sights) -> Found:
    """Answer whether port 25 gets out."""
    tried = [s for s in sights.of("tcp") if s[1].facts.get("port") == 25]
    good = _fine(tried)
    good += [s for s in sights.sessions() if s[1].facts.get("port") == 25]
    return _settled(good, [] if good else _failed(tried))


def nothing_local_blocks(sights: Sights) -> Found:
    """Answer whether a program or a firewall near by stands between."""
    tried = sights.of("tcp")
    bad = [] if _fine(tried) else _failed(tried)
    touched = sights.of("greeting", "ehlo", "certificate")
    bad += [s for s in touched if _is_touched(s[1])]
    return _settled(_fine(tried), bad)


def _is_touched(item: Observation) -> bool:
    facts = item.facts
    foreign = facts.get("pin_matches") is False
    return (
        bool(facts.get("is_masked"))
        or foreign
        or is_interceptor(str(facts.get("issuer", "")))
    )


def greets(sights: Sights) -> Found:
    """Answer whether a line appears that begins with 220."""
    said = sights.of("greeting")
    good = [s for s in said if _says(s)]
    if good:
        return _settled(good, [])
    return _settled([], _failed(said) or _failed(sights.of("tcp")))


def resolves(sights: Sights) -> Found:
    """Answer whether the name leads to the scanner."""
    asked = [
        s
        for s in sights.of("names")
        if clean_host(str(s[1].facts.get("host", ""))) == sights.host
    ]
    system = [s for s in asked if s[1].facts.get("resolver") == "system"]
    wrong = [s for s in asked if _leads_elsewhere(s[1], sights.addresses)]
    wrong += _failed(sights.of("hosts"))
    good = [s for s in _fine(asked) if s[1].facts.get("addresses")]
    bad = wrong + (_failed(system) if system else [])
    if not good:
        bad += [s for s in _failed(asked) if s not in bad]
    return _settled(good, bad)


def _leads_elsewhere(item: Observation, expected: frozenset[str]) -> bool:
    found = set(item.facts.get("addresses", ()))
    return bool(found and expected) and not found & expected


def internet_works(sights: Sights) -> Found:
    """Answer whether address, gateway and name servers are set, and lead out."""
    own = sights.of("interfaces", "routes", "neighbour", "resolver")
    outside = _fine(sights.of("tcp", "ping"))
    outside += [s for s in _fine(sights.of("names")) if s[1].facts.get("type")]
    bad = _failed([s for s in own if s[1].check != "resolver"])
    good = [*_fine(own), *outside] if outside else []
    return _settled(good, [] if outside else bad + _failed(own)[:1], own)


def error_text_there(sights: Sights) -> Found:
    """Answer whether the exact error text is there."""
    return _settled(sights.of("error_text", ends=(TEXT,)), [])


def traceroute_there(sights: Sights) -> Found:
    """Answer whether the way to our server was looked at."""
    return _settled(sights.of("path"), [])


def address_seen(sights: Sights) -> Found:
    """Answer from where the scanner saw the mail server come."""
    return _settled(sights.sessions(), [])


QUESTIONS: tuple[tuple[str, Callable[[Sights], Found]], ...] = (
    ("server", right_server),
    ("login", right_login),
    ("starttls", starttls_on),
    ("port25", port_25_free),
    ("firewall", nothing_local_blocks),
    ("telnet", greets),
    ("nslookup", resolves),
    ("internet", internet_works),
)
ENCLOSURES: tuple[tuple[str, Callable[[Sights], Found]], ...] = (
    ("address", address_seen),
    ("error", error_text_there),
    ("traceroute", traceroute_there),
)
