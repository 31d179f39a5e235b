"""Which causes share an error text, likeliest first, and which check splits them."""

from typing import Dict, NamedTuple, Tuple


class Group(NamedTuple):
    """Causes that one kind of text fits; `next_check` is the code of what splits it.

    `kin` is the group under which the verdict knows it, where that is another one.
    """

    causes: Tuple[str, ...]
    next_check: str
    kin: str = ""


# The names are those of the catalogue; every cause is a slug of `diagnostics.causes`.
GROUPS: Dict[str, Group] = {
    "T-DNS": Group(
        (
            "dns-server-dead",
            "no-internet",
            "dns-server-wrong",
            "no-default-route",
            "gateway-wrong",
            "dns-servfail",
            "link-down",
            "dns-refused",
            "netmask-wrong",
            "egress-firewall-all",
        ),
        "run-agent",
    ),
    "T-NX": Group(
        (
            "wrong-server-typo",
            "mx-lookup-instead-of-host",
            "dns-nxdomain",
            "not-using-scanner",
        ),
        "compare-name",
    ),
    "T-TMO": Group(
        (
            "egress-firewall-all",
            "portal-ip-filtered",
            "firewall-egress-process",
            "return-path-asymmetric",
            "conn-limit-nat",
            "stale-ip-in-config",
            "no-internet",
            "packet-loss",
            "high-latency",
        ),
        "run-agent",
    ),
    "T-REF": Group(
        (
            "scanner-down",
            "host-firewall-out",
            "egress-firewall-all",
            "dns-hijack",
            "hosts-file-stale",
            "stale-ip-in-config",
            "wrong-port",
        ),
        "run-agent",
    ),
    "T-HOST": Group(
        (
            "hosts-file-stale",
            "gateway-wrong",
            "netmask-wrong",
            "no-internet",
            "egress-firewall-all",
            "stale-ip-in-config",
        ),
        "run-agent",
    ),
    "T-V6": Group(
        (
            "ipv6-broken",
            "egress-firewall-all",
            "portal-ip-filtered",
            "no-internet",
            "no-default-route",
        ),
        "run-agent",
    ),
    "T-421": Group(("rate-limited-421", "conn-limit-nat"), "scanner-log"),
    "T-554G": Group(
        ("isp-policy-554", "dnsbl-listed", "transparent-proxy", "ptr-missing"),
        "use-587",
    ),
    "T-GREET": Group(
        (
            "firewall-stall-banner",
            "scanner-auth-backend-down",
            "greet-delay",
            "implicit-tls-on-587",
            "packet-loss",
        ),
        "probe-portal",
    ),
    "T-MALF": Group(("captive-portal", "transparent-proxy", "wrong-port"), "run-agent"),
    "T-LOST": Group(
        (
            "firewall-rst-banner",
            "portal-ip-filtered",
            "scanner-auth-backend-down",
            "transparent-proxy",
            "packet-loss",
        ),
        "probe-portal",
    ),
    "T-NOTLS": Group(
        (
            "starttls-stripped",
            "smtp-inspection-mask",
            "transparent-proxy",
            "smtp-inspection-helo",
            "wrong-server",
        ),
        "run-agent",
    ),
    "T-REFTLS": Group(
        (
            "starttls-refused-454",
            "scanner-tls-broken",
            "starttls-refused-502",
            "smtp-inspection-mask",
        ),
        "probe-portal",
    ),
    "T-TLS": Group(
        (
            "mtu-blackhole",
            "firewall-stall-tls",
            "firewall-rst-clienthello",
            "tls-too-old",
            "cipher-mismatch",
            "starttls-garbage",
            "implicit-tls-on-587",
            "scanner-tls-broken",
        ),
        "small-segments",
    ),
    "T-CERT": Group(
        (
            "tls-intercept-av",
            "ca-bundle-old",
            "wrong-server",
            "clock-skew",
            "tls-intercept-noauth",
            "tls-intercept-plain",
            "dns-hijack",
            "scanner-cert-expired",
            "scanner-cert-no-chain",
            "scanner-cert-wrong-name",
            "scanner-cert-self-signed",
        ),
        "compare-pin",
    ),
    "T-535": Group(
        (
            "auth-password-wrong",
            "auth-password-space",
            "auth-user-wrong",
            "auth-user-domain",
            "auth-password-special",
            "account-disabled",
            "account-ip-bound",
        ),
        "near-miss",
    ),
    "T-LOCK": Group(("auth-lockout",), "scanner-log"),
    "T-454": Group(("scanner-auth-backend-down", "auth-lockout"), "later"),
    "T-MECH": Group(
        ("sasl-mech-mismatch", "sasl-noplaintext-default", "tls-intercept-noauth"),
        "show-config",
    ),
    "T-WORTHY": Group(
        ("sasl-noplaintext-default", "sasl-plugin-missing", "sasl-mech-mismatch"),
        "show-config",
    ),
    "T-NOAUTH": Group(
        ("wrong-server", "tls-intercept-noauth", "scanner-auth-backend-down"),
        "compare-pin",
        "T-MECH",
    ),
    "T-530": Group(("starttls-off", "tls-intercept-plain"), "read-log"),
    "T-AUTHREQ": Group(
        ("auth-not-enabled", "auth-map-key-mismatch", "sasl-mech-mismatch"),
        "show-config",
        "T-RELAY",
    ),
    "T-RELAY": Group(
        ("auth-not-enabled", "auth-map-key-mismatch", "wrong-server"), "show-config"
    ),
    "T-SENDER": Group(("sender-not-allowed",), ""),
    "T-HELO": Group(("helo-invalid", "helo-unknown"), "show-config"),
    "T-PTR": Group(("ptr-missing", "ptr-mismatch"), "probe-portal"),
    "T-DNSBL": Group(("dnsbl-listed",), ""),
    "T-SIZE": Group(("message-too-big",), ""),
    "T-RATE": Group(("recipient-limit", "rate-limited-421"), "scanner-log"),
    "T-BODY": Group(
        ("mtu-blackhole", "slow-uplink", "nat-session-short", "packet-loss"),
        "small-segments",
    ),
    "T-452": Group(("scanner-disk-full",), ""),
    "T-LF": Group(("bare-lf",), ""),
    "T-SYNC": Group(("early-talker",), ""),
    "T-XCH": Group(
        (
            "egress-firewall-all",
            "port25-blocked-drop",
            "scanner-down",
            "client-cert-unusable",
            "tls-too-old",
        ),
        "own-certificate",
    ),
    "T-LOCAL": Group(("resource-exhausted-local",), ""),
    # The recipient's side said no: not a matter of the connection to the scanner.
    "T-DOWN": Group(("downstream-reject",), "", "T-POL"),
    "T-POL": Group(
        ("downstream-reject", "sender-not-allowed", "source-ip-changed"), "read-log"
    ),
    # Tried until the time was up, and the text does not say what failed.
    "T-OLD": Group(
        ("downstream-reject", "egress-firewall-all", "queue-backoff"), "send-again"
    ),
    # Delivered in the end, but late.
    "T-LATE": Group(
        (
            "packet-loss",
            "ipv6-broken",
            "dns-aaaa-timeout",
            "dns-slow",
            "high-latency",
            "greet-delay",
        ),
        "run-agent",
    ),
    # Delivered: nothing to explain.
    "T-SENT": Group((), ""),
}
