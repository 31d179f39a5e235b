"""Rules about the TLS handshake and the certificate."""

from typing import Dict, List, Tuple

from diagnostics.checks.evidence import Facts
from diagnostics.checks.wording import CLOSED, MALFORMED, TIMEOUT
from diagnostics.verdicts.finding import Finding, Reason, group
from diagnostics.verdicts.scene import SERVER, Line, Scene

# X509_V_ERR_… of OpenSSL.
NOT_YET_VALID, EXPIRED, SELF_SIGNED, SELF_SIGNED_CHAIN = 9, 10, 18, 19
# What needs no second thought once the code is the scanner's own.
PLAIN_CODES = {
    EXPIRED: "scanner-cert-expired",
    NOT_YET_VALID: "clock-skew",
    SELF_SIGNED: "scanner-cert-self-signed",
}

# Words in the issuer by which programs that open TLS give themselves away.
INTERCEPTORS = (
    "avast", "avg ", "kaspersky", "eset", "norton", "bitdefender", "sophos", "fortinet",
    "fortigate", "zscaler", "netskope", "palo alto", "checkpoint", "check point",
    "mcafee", "trend micro", "watchguard", "sonicwall", "cisco umbrella", "dr.web",
    "mail shield", "ssl inspection", "interception",
)  # fmt: skip


def about_encryption(scene: Scene, line: Line) -> List[Finding]:
    """Judge handshake and certificate of this line."""
    facts = line.facts("certificate")
    if not facts:
        return []
    if facts.get("error") and facts.get("verify_code") is None:
        return _handshake(line, facts)
    if facts.get("pin_matches") is False:
        return _other_certificate(line, facts)
    if facts.get("verify_code") is not None:
        return _unbelieved(scene, line, facts)
    if facts.get("name_matches") is False:
        return _wrong_name(facts)
    return []


def is_interceptor(issuer: str) -> bool:
    """Say whether the issuer is a product that opens TLS."""
    return any(word in issuer.lower() for word in INTERCEPTORS)


def _shown(facts: Facts) -> Tuple[Reason, ...]:
    values = {
        "issuer": facts.get("issuer", ""),
        "names": ", ".join(facts.get("names", ())[:5]),
        "not_after": facts.get("not_after", ""),
        "text": facts.get("text", ""),
    }
    return (Reason("certificate-shown", values),)


def _handshake(line: Line, facts: Facts) -> List[Finding]:
    error, reason = facts["error"], str(facts.get("reason", "")).upper()
    values = {"port": line.port, "error": error, "text": facts.get("text", "")}
    because = (Reason("handshake-broke", values),)
    if error == TIMEOUT:
        return _handshake_silence(facts, because[0])
    if "PROTOCOL_VERSION" in reason or "UNSUPPORTED_PROTOCOL" in reason:
        return [Finding("tls-too-old", 0.9, because)]
    if "HANDSHAKE_FAILURE" in reason or "NO_SHARED_CIPHER" in reason:
        return [Finding("cipher-mismatch", 0.8, because)]
    if error == MALFORMED or "WRONG_VERSION" in reason:
        return [Finding("starttls-garbage", 0.85, because)]
    if error in ("ECONNRESET", "EPIPE", CLOSED) or "EOF" in reason:
        shares = {"firewall-rst-clienthello": 0.7, "scanner-tls-broken": 0.2}
        return group(shares, because, "probe-elsewhere")
    shares = {"scanner-tls-broken": 0.5, "starttls-garbage": 0.3}
    return group(shares, because, "probe-elsewhere")


def _handshake_silence(facts: Facts, broke: Reason) -> List[Finding]:
    """Tell lost large packets from a device that holds all of them."""
    tried = facts.get("small_segments")
    if tried is None:
        shares = {"mtu-blackhole": 0.45, "firewall-stall-tls": 0.45}
        return group(shares, (broke,), "small-segments")
    if tried == "ok":
        return [Finding("mtu-blackhole", 0.9, (broke, Reason("small-pass")))]
    return [Finding("firewall-stall-tls", 0.9, (broke, Reason("small-stall")))]


def _is_without_login(line: Line) -> bool:
    inside = line.facts("ehlo_tls")
    return bool(inside) and not inside.get("mechanisms")


def _opened_and_stripped(because: Tuple[Reason, ...]) -> List[Finding]:
    """Whether it goes on in clear behind the box, only the scanner's log knows."""
    shares = {"tls-intercept-noauth": 0.45, "tls-intercept-plain": 0.45}
    return group(shares, because, "scanner-log")


def _other_certificate(line: Line, facts: Facts) -> List[Finding]:
    because = (Reason("pin-differs"), *_shown(facts))
    if _is_without_login(line):
        return _opened_and_stripped(because)
    if is_interceptor(str(facts.get("issuer", ""))):
        return [Finding("tls-intercept-av", 0.95, because)]
    if facts.get("name_matches") is False:
        shares = {"wrong-server": 0.45, "tls-intercept-av": 0.45}
        return group(shares, because, "probe-elsewhere")
    return [Finding("tls-intercept-av", 0.7, because, "probe-elsewhere")]


def _unbelieved(scene: Scene, line: Line, facts: Facts) -> List[Finding]:
    code, because = facts["verify_code"], _shown(facts)
    if is_interceptor(str(facts.get("issuer", ""))):
        if _is_without_login(line):
            return _opened_and_stripped(because)
        return [Finding("tls-intercept-av", 0.9, because)]
    ours, pinned = scene.vantage == SERVER, facts.get("pin_matches") is True
    shares: Dict[str, float]
    by_clock = _clock(scene, because) if code in (EXPIRED, NOT_YET_VALID) else []
    if code == EXPIRED and not ours and not by_clock:
        shares = {"scanner-cert-expired": 0.45, "clock-skew": 0.45}
        return group(shares, because, "compare-clock")
    if code == SELF_SIGNED and not (ours or pinned):
        shares = {"scanner-cert-self-signed": 0.45, "tls-intercept-av": 0.45}
        return group(shares, because, "compare-pin")
    if code in PLAIN_CODES:
        return by_clock or [Finding(PLAIN_CODES[code], 0.9, because)]
    return _unknown_issuer(facts, ours=ours, pinned=pinned)


def _clock(scene: Scene, because: Tuple[Reason, ...]) -> List[Finding]:
    """Tell by the machine's clock whose fault a wrong date is."""
    for item in scene.of("clock"):
        if item.facts.get("is_wrong"):
            minutes = round(item.facts["offset_seconds"] / 60)
            reason = Reason("clock-off", {"minutes": minutes})
            return [Finding("clock-skew", 0.95, (reason, *because))]
        if item.facts.get("is_wrong") is False:
            slug = "scanner-cert-expired"
            return [Finding(slug, 0.9, (Reason("clock-right"), *because))]
    return []


def _unknown_issuer(facts: Facts, *, ours: bool, pinned: bool) -> List[Finding]:
    because = _shown(facts)
    if pinned:
        shares = {"scanner-cert-no-chain": 0.45, "ca-bundle-old": 0.45}
    elif ours:
        shares = {"scanner-cert-no-chain": 0.7, "ca-bundle-old": 0.2}
    elif facts["verify_code"] == SELF_SIGNED_CHAIN:
        shares = {"tls-intercept-av": 0.45, "ca-bundle-old": 0.45}
    else:
        shares = {"scanner-cert-no-chain": 0.3, "ca-bundle-old": 0.3}
        shares["tls-intercept-av"] = 0.3
    return group(shares, because, "compare-pin")


def _wrong_name(facts: Facts) -> List[Finding]:
    because = (Reason("name-differs"), *_shown(facts))
    if facts.get("pin_matches") is True:
        return [Finding("scanner-cert-wrong-name", 0.9, because)]
    shares = {"scanner-cert-wrong-name": 0.45, "wrong-server": 0.45}
    return group(shares, because, "compare-pin")
