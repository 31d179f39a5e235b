"""Rules about the session before TLS: greeting, EHLO, STARTTLS."""

from typing import List, Tuple

from diagnostics.checks.evidence import Facts
from diagnostics.checks.wording import CLOSED, MALFORMED, TIMEOUT
from diagnostics.verdicts.finding import Finding, Reason, group
from diagnostics.verdicts.scene import SERVER, Line, Scene

RESET = ("ECONNRESET", "EPIPE", CLOSED)

ADDRESS_POLICIES = (
    ("dnsbl-listed", ("blocked using", "blacklist", "blocklist", "dnsbl", "spamhaus")),
    ("ptr-missing", ("reverse hostname", "no ptr")),
    ("ptr-mismatch", ("4.7.25", "5.7.25", "cannot find your hostname")),
)


def _said(line: Line, stage: str) -> Tuple[Reason, ...]:
    facts = line.facts(stage)
    values = {
        "port": line.port,
        "code": facts.get("code", ""),
        "text": facts.get("text", ""),
        "error": facts.get("error", ""),
    }
    code = "server-said" if "code" in facts else "stage-broke"
    return (Reason(code + "-" + stage, values),)


def about_session(scene: Scene, line: Line) -> List[Finding]:
    """Judge the first stage before TLS that failed on this line."""
    ehlo = line.facts("ehlo")
    if line.facts("greeting").get("is_masked") and str(ehlo.get("code", "")) >= "500":
        return [Finding("smtp-inspection-helo", 0.95, _said(line, "ehlo"))]
    if line.facts("greeting").get("is_masked") or ehlo.get("is_masked"):
        if line.status("certificate") == "":
            return [Finding("smtp-inspection-mask", 0.95, (Reason("masked"),))]
        return []
    for stage, rule in (
        ("greeting", _greeting),
        ("ehlo", _ehlo),
        ("starttls", _starttls),
    ):
        if line.status(stage) == "failed":
            return rule(scene, line)
    return []


def _greeting(scene: Scene, line: Line) -> List[Finding]:
    facts, because = line.facts("greeting"), _said(line, "greeting")
    code, error = facts.get("code"), facts.get("error")
    if code is not None:
        return _greeting_policy(facts, because) or _greeting_code(
            code, facts.get("is_ours", False), because
        )
    if error == MALFORMED and str(facts.get("received", "")).startswith("HTTP"):
        return [Finding("captive-portal", 0.95, because)]
    if error == TIMEOUT:
        if line.port == 465 or line.port not in scene.known_ports:
            return group({"wrong-port": 0.7, "greet-delay": 0.2}, because, "use-587")
        ours = scene.vantage == SERVER
        shares = {
            "scanner-down": 0.45 if ours else 0.15,
            "greet-delay": 0.35 if ours else 0.3,
            "firewall-stall-banner": 0.15 if ours else 0.5,
        }
        return group(shares, because, "probe-elsewhere")
    if error in RESET:
        shares = {"firewall-rst-banner": 0.6, "portal-ip-filtered": 0.2}
        shares["scanner-down"] = 0.15
        return group(shares, because, "probe-elsewhere")
    return group({"transparent-proxy": 0.5, "wrong-port": 0.4}, because, "use-587")


def _greeting_policy(facts: Facts, because: Tuple[Reason, ...]) -> List[Finding]:
    """Read what servers say in words when it is the client's address they dislike."""
    text = str(facts.get("text", "")).lower()
    for slug, words in ADDRESS_POLICIES:
        if any(word in text for word in words):
            return [Finding(slug, 0.85, because)]
    return []


def _greeting_code(
    code: int, is_ours: object, because: Tuple[Reason, ...]
) -> List[Finding]:
    if code == 421:
        return [Finding("rate-limited-421", 0.9, because)]
    if code // 100 == 4:
        return group({"rate-limited-421": 0.5, "scanner-down": 0.4}, because, "later")
    if is_ours:
        shares = {"portal-ip-filtered": 0.5, "dnsbl-listed": 0.4}
        return group(shares, because, "scanner-log")
    return [Finding("isp-policy-554", 0.85, because)]


def _ehlo(_scene: Scene, line: Line) -> List[Finding]:
    facts, because = line.facts("ehlo"), _said(line, "ehlo")
    code, error = facts.get("code"), facts.get("error")
    if code == 421:
        return [Finding("rate-limited-421", 0.85, because)]
    if code is not None and code // 100 == 5:
        return [Finding("smtp-inspection-helo", 0.8, because)]
    if error in RESET:
        shares = {"firewall-rst-banner": 0.6, "scanner-auth-backend-down": 0.3}
        return group(shares, because, "probe-elsewhere")
    shares = {"auth-lockout": 0.4, "scanner-auth-backend-down": 0.3}
    shares["firewall-stall-banner"] = 0.2
    return group(shares, because, "later")


def _starttls(scene: Scene, line: Line) -> List[Finding]:
    facts, because = line.facts("starttls"), _said(line, "starttls")
    code = facts.get("code")
    if code == 421:
        return [Finding("rate-limited-421", 0.85, because)]
    if facts.get("offered"):
        return _refused(scene, line, because)
    if code == 220:
        return [Finding("starttls-stripped", 0.9, (Reason("not-offered-accepted"),))]
    greeting = line.facts("greeting")
    if not greeting.get("is_ours"):
        values = {"host": greeting.get("host", "")}
        reason = Reason("foreign-greeting", values)
        shares = {"transparent-proxy": 0.6, "wrong-server": 0.3}
        return group(shares, (reason, *because), "probe-elsewhere")
    ours = scene.vantage == SERVER
    shares = {
        "scanner-tls-broken": 0.6 if ours else 0.3,
        "starttls-stripped": 0.3 if ours else 0.5,
    }
    return group(shares, because, "probe-elsewhere")


def _refused(scene: Scene, line: Line, because: Tuple[Reason, ...]) -> List[Finding]:
    code = line.facts("starttls").get("code")
    if code == 454:
        ours = scene.vantage == SERVER
        shares = {
            "scanner-tls-broken": 0.7 if ours else 0.45,
            "starttls-refused-454": 0.25 if ours else 0.5,
        }
        return group(shares, because, "probe-elsewhere")
    if code is not None:
        return [Finding("starttls-refused-502", 0.8, because)]
    shares = {"firewall-stall-tls": 0.5, "firewall-rst-clienthello": 0.4}
    return group(shares, because, "probe-elsewhere")
