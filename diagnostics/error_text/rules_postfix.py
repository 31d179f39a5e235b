"""What Postfix says when it cannot send (its smtp client's log and bounces)."""

from typing import Tuple

from diagnostics.error_text.rule import EXACT, VAGUE, Rule

GREETING = "while receiving the initial server greeting"
EHLO = "while performing the ehlo handshake"
HELO = "while performing the helo handshake"

_NAMES: Tuple[Rule, ...] = (
    Rule("T-DNS", ("temporary failure in name resolution",), "names"),
    Rule("T-NX", ("name or service not known",), "names"),
    Rule("T-NX", ("no address associated with hostname",), "names"),
    Rule("T-NX", ("nodename nor servname provided",), "names"),
    Rule("T-NX", ("relayhost configuration problem",), "names", weight=VAGUE),
    Rule("T-DNS", ("name service error", "try again"), "names"),
    Rule("T-DNS", ("name service error", "malformed or unexpected"), "names"),
    Rule("T-NX", ("host or domain name not found",), "names", weight=VAGUE),
    Rule("T-NX", ("name service error", "host not found"), "names", weight=VAGUE),
    Rule("T-NX", ("name service error", "no data"), "names", weight=VAGUE),
    Rule("T-NX", ("unable to look up host",), "names", weight=VAGUE),
)
_CONNECTION: Tuple[Rule, ...] = (
    Rule("T-TMO", ("connect to ", "connection timed out"), "tcp"),
    Rule("T-TMO", ("connect to ", "operation timed out"), "tcp"),
    Rule("T-REF", ("connect to ", "connection refused"), "tcp"),
    Rule("T-HOST", ("connect to ", "no route to host"), "tcp"),
    Rule("T-V6", ("connect to ", "network is unreachable"), "tcp"),
    Rule(
        "T-V6",
        ("connect to ", "cannot assign requested address"),
        "tcp",
        ("ipv6-broken", "resource-exhausted-local"),
    ),
    Rule(
        "T-REF",
        ("connect to ", "permission denied"),
        "tcp",
        ("host-firewall-out", "firewall-egress-process"),
    ),
    Rule(
        "T-REF",
        ("connect to ", "operation not permitted"),
        "tcp",
        ("host-firewall-out", "firewall-egress-process"),
    ),
    Rule("T-LOST", ("connect to ", "connection reset"), "tcp"),
    Rule("T-421", ("refused to talk to me: 421",), "greeting"),
    Rule("T-421", ("server refused to talk to me: 421",), "greeting"),
    Rule("T-554G", ("refused to talk to me: 5",), "greeting", weight=VAGUE),
    Rule("T-MALF", ("refused to talk to me: http/",), "greeting", weight=EXACT),
    Rule("T-GREET", ("timed out " + GREETING,), "greeting"),
    Rule(
        "T-LOST",
        ("lost connection", GREETING),
        "greeting",
        ("firewall-rst-banner", "captive-portal", "portal-ip-filtered"),
    ),
    Rule("T-LOST", ("lost connection", EHLO), "ehlo"),
    Rule("T-LOST", ("lost connection", HELO), "ehlo"),
    Rule(
        "T-LOST",
        ("timed out " + EHLO,),
        "ehlo",
        (
            "auth-lockout",
            "firewall-stall-banner",
            "scanner-auth-backend-down",
            "mtu-blackhole",
            "packet-loss",
        ),
        "scanner-log",
    ),
    Rule("T-MALF", ("malformed response from server",), "greeting"),
    Rule("T-MALF", ("non-smtp response",), "greeting"),
)
_ENCRYPTION: Tuple[Rule, ...] = (
    Rule("T-NOTLS", ("tls is required, but was not offered",), "starttls"),
    Rule("T-REFTLS", ("tls is required, but", "refused to start tls"), "starttls"),
    Rule("T-REFTLS", ("refused to start tls",), "starttls"),
    Rule("T-TLS", ("cannot start tls: handshake failure",), "tls", weight=VAGUE),
    Rule("T-TLS", ("cannot start tls",), "tls", weight=VAGUE),
    Rule(
        "T-TLS",
        ("tls is required, but our tls engine is unavailable",),
        "tls",
        ("ca-bundle-old", "client-cert-unusable", "resource-exhausted-local"),
        "show-config",
        EXACT,
    ),
    Rule(
        "T-TLS",
        ("ssl_connect error", "timed out"),
        "tls",
        ("mtu-blackhole", "firewall-stall-tls", "packet-loss"),
        "small-segments",
        EXACT,
    ),
    Rule(
        "T-TLS",
        ("ssl_connect error", "connection reset"),
        "tls",
        ("firewall-rst-clienthello", "scanner-tls-broken"),
        "probe-portal",
        EXACT,
    ),
    Rule(
        "T-TLS",
        ("ssl_connect error", "lost connection"),
        "tls",
        ("firewall-rst-clienthello", "scanner-tls-broken", "tls-too-old"),
        "probe-portal",
        EXACT,
    ),
    Rule("T-TLS", ("ssl_connect error",), "tls", weight=VAGUE),
    Rule("T-CERT", ("server certificate not verified",), "certificate"),
    Rule("T-CERT", ("server certificate not trusted",), "certificate"),
    Rule(
        "T-CERT",
        ("certificate verification failed for", "untrusted issuer"),
        "certificate",
        ("ca-bundle-old", "tls-intercept-av", "scanner-cert-no-chain"),
        "compare-pin",
        EXACT,
    ),
    Rule(
        "T-CERT",
        ("certificate verification failed for", "self-signed"),
        "certificate",
        ("scanner-cert-self-signed", "tls-intercept-av", "wrong-server"),
        "compare-pin",
        EXACT,
    ),
    Rule(
        "T-CERT",
        ("certificate verification failed for", "expired"),
        "certificate",
        ("scanner-cert-expired", "clock-skew"),
        "compare-clock",
        EXACT,
    ),
    Rule(
        "T-CERT",
        ("certificate verification failed for", "not yet valid"),
        "certificate",
        ("clock-skew", "scanner-cert-expired"),
        "compare-clock",
        EXACT,
    ),
    Rule("T-CERT", ("certificate verification failed for",), "certificate"),
)
_LOGIN: Tuple[Rule, ...] = (
    Rule("T-LOCK", ("too many auth commands",), "auth", weight=EXACT),
    Rule("T-MECH", ("offered no supported auth mechanisms",), "auth"),
    Rule("T-MECH", ("no compatible authentication mechanisms",), "auth"),
    Rule("T-WORTHY", ("no worthy mechs found",), "auth", weight=EXACT),
    Rule("T-WORTHY", ("no mechanism available",), "auth"),
    Rule("T-535", ("sasl authentication failed; server",), "auth", weight=VAGUE),
    Rule(
        "T-535",
        ("sasl authentication failed; cannot authenticate to server",),
        "auth",
        weight=VAGUE,
    ),
    Rule("T-NOAUTH", ("offered null auth mechanism list",), "auth"),
)
_SENDING: Tuple[Rule, ...] = (
    Rule("T-SIZE", ("exceeds size limit", "of server"), "mail"),
    Rule("T-BODY", ("timed out while sending",), "data"),
    Rule("T-BODY", ("lost connection with", "while sending"), "data"),
    Rule(
        "T-BODY",
        ("timed out while receiving the", "data"),
        "data",
    ),
    Rule("T-LOCAL", ("queue file write error",), "queue"),
    Rule("T-LOCAL", ("no space left on device",), "queue", weight=EXACT),
    Rule("T-LOCAL", ("too many open files",), "queue", weight=EXACT),
    Rule("T-LOCAL", ("not enough free space in mail queue",), "queue"),
    Rule("T-LOCAL", ("cannot allocate memory",), "queue"),
)
RULES = _NAMES + _CONNECTION + _ENCRYPTION + _LOGIN + _SENDING
