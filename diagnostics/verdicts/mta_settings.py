"""Rules about the mail server's own settings and its user."""

from typing import Any, Callable, List, Sequence, Tuple

from diagnostics.checks.configured import (
    HOST_OTHER,
    HOST_TYPO,
    clean_host,
    compare_host,
)
from diagnostics.checks.evidence import FAILED, Facts
from diagnostics.verdicts.finding import Finding, Reason
from diagnostics.verdicts.scene import Scene

# Protocols that our scanner takes, as main.cf names them.
_GOOD = ("TLSv1.2", "TLSv1.3")
_USUAL = ("plain", "login", "static:all")


def about_mta(scene: Scene) -> List[Finding]:
    """Judge relay settings that were read, and what the server's user may do."""
    found = _user(scene)
    for item in scene.of("mta"):
        if item.facts.get("is_read"):
            found += _relay(scene, item.facts) or _settings(item.facts)
    return found


def _user(scene: Scene) -> List[Finding]:
    for item in scene.of("tcp_as_user"):
        facts = item.facts
        if item.status == FAILED and not facts.get("control_error"):
            values = {"user": facts["user"], "port": facts["port"]}
            reason = Reason("user-blocked", dict(values, error=facts["error"]))
            return [Finding("firewall-egress-process", 0.95, (reason,))]
        if item.status == FAILED:
            reason = Reason("second-silent", {"port": facts["port"]})
            return [Finding("conn-limit-nat", 0.85, (reason,))]
    return []


def _relay(scene: Scene, facts: Facts) -> List[Finding]:
    """Judge whom the mail server hands its mail to."""
    host, port = str(facts.get("relay_host", "")), facts.get("relay_port")
    if not host:
        reason = Reason("relay-none", {"product": facts["product"]})
        return [Finding("not-using-scanner", 0.9, (reason,))]
    known = [clean_host(name) for name in scene.configured.get("known_hosts", ())]
    known = known or [clean_host(str(scene.configured.get("target", "")))]
    names = ", ".join(known)
    because = (Reason("host-differs", {"host": facts["relay"], "names": names}),)
    addresses = list(scene.configured.get("addresses", ()))
    if any(name.endswith("." + host) for name in known) and not facts["is_host"]:
        return [Finding("mx-lookup-instead-of-host", 0.9, because)]
    relation = compare_host(host, known, addresses)
    if relation == HOST_TYPO:
        return [Finding("wrong-server-typo", 0.95, because)]
    if relation == HOST_OTHER:
        return [Finding("not-using-scanner", 0.85, because)]
    if port and port not in scene.known_ports and not _is_open(scene, port):
        ports = ", ".join(str(one) for one in scene.known_ports)
        reason = Reason("port-not-offered", {"port": port, "ports": ports})
        return [Finding("wrong-port", 0.9, (reason,))]
    return []


def _is_open(scene: Scene, port: int) -> bool:
    return any(line.is_open for line in scene.lines if line.port == port)


def _settings(facts: Facts) -> List[Finding]:
    """Judge how it does so."""
    for slug, is_so in _RULES:
        if is_so(facts):
            values = {"product": facts["product"], "relay": facts["relay"]}
            return [Finding(slug, 0.9, (Reason("set-" + slug, values),))]
    return []


def _is_implicit(facts: Facts) -> bool:
    return bool(facts.get("uses_implicit_tls")) and facts.get("relay_port") != 465


def _is_old(protocols: str) -> bool:
    """Say whether main.cf leaves only protocols that are too old."""
    if not protocols or protocols.startswith(">="):
        return protocols.startswith(">=") and "1.4" in protocols
    words = protocols.replace(",", " ").split()
    denied = {word[1:] for word in words if word.startswith("!")}
    named = [word for word in words if word[0] not in "!<>"]
    if named:
        return not set(named) & set(_GOOD)
    return set(_GOOD) <= denied or any(w in ("<=TLSv1", "<=TLSv1.1") for w in words)


def _is_filtered(mechanisms: str) -> bool:
    words = [word.lower() for word in mechanisms.replace(",", " ").split()]
    return bool(words) and not any(word in _USUAL for word in words)


# What is set, when that is a fault, and of what; the first one that fits counts.
_RULES: Sequence[Tuple[str, Callable[[Facts], Any]]] = (
    ("starttls-off", lambda f: f.get("uses_tls") is False),
    ("implicit-tls-on-587", _is_implicit),
    ("tls-too-old", lambda f: _is_old(f.get("protocols", ""))),
    ("auth-not-enabled", lambda f: f.get("uses_auth") is False),
    ("auth-map-key-mismatch", lambda f: f.get("has_key") is False),
    ("sasl-plugin-missing", lambda f: f.get("has_plugin") is False),
    ("sasl-noplaintext-default", lambda f: f.get("forbids_plain") is True),
    ("sasl-mech-mismatch", lambda f: _is_filtered(f.get("mechanisms", ""))),
)
