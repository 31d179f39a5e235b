"""The catalogue as a table: what each end shows of every cause (diagnostics.md b)."""

from typing import Dict, NamedTuple, Tuple

# What a check from one end makes of a cause: it passes, it fails, or that depends on
# whether it typed the same password, came by the same address or sent any mail.
OK, FAILS, EITHER = "ok", "fails", "either"

# How far the mail server's session got in the scanner's log.
NOTHING = "nothing"
CONNECT_ONLY = "connect-only"
HELO = "helo"
EHLO_ONLY = "ehlo-only"
PLAIN_MAIL = "plain-mail"
STARTTLS_REFUSED = "starttls-refused"
TLS_LOST = "tls-lost"
TLS_ERROR = "tls-error"
TLS_QUIT = "tls-quit"
NO_AUTH_QUIT = "no-auth-quit"
NO_AUTH_MAIL = "no-auth-mail"
AUTH_FAILED = "auth-failed"
AUTH_TEMPORARY = "auth-temporary"
REJECTED = "rejected"
AUTH_ONLY = "auth-only"
DATA_REFUSED = "data-refused"
DATA_LOST = "data-lost"
SENT = "sent"

# How often a cause is met; it orders what the evidence leaves alike.
RANKS = {"A": 1.0, "B": 0.95, "C": 0.9}


class Sign(NamedTuple):
    """What one cause looks like from each end; `text` are groups of error lines."""

    rank: str
    server: str
    agent: str
    log: Tuple[str, ...]
    text: Tuple[str, ...]


_ROWS = """
link-down                 C ok fails nothing T-DNS,T-V6
no-default-route          B ok fails nothing T-DNS,T-V6
gateway-wrong             B ok fails nothing T-DNS,T-HOST
netmask-wrong             C ok fails nothing T-DNS,T-HOST
no-internet               B ok fails nothing T-DNS,T-HOST,T-V6
captive-portal            C ok fails nothing,connect-only T-MALF,T-LOST
host-firewall-out         B ok fails nothing T-REF
firewall-egress-process   B ok ok nothing T-TMO,T-REF,T-XCH
clock-skew                C ok fails tls-quit,tls-error T-CERT
ca-bundle-old             B ok fails tls-quit,tls-error T-CERT
resource-exhausted-local  C ok either nothing T-LOCAL
dns-server-dead           B ok fails nothing T-DNS
dns-server-wrong          B ok fails nothing T-DNS
wrong-server-typo         A ok fails nothing T-NX,T-DNS
dns-nxdomain              C ok fails nothing T-NX
dns-servfail              C ok fails nothing T-DNS
dns-refused               C ok fails nothing T-DNS
dns-hijack                B ok fails nothing,no-auth-quit T-REF,T-CERT,T-TMO,T-HOST
hosts-file-stale          B ok fails nothing T-HOST,T-TMO,T-REF
dns-slow                  C ok fails sent T-LATE
dns-aaaa-timeout          C ok fails sent T-DNS,T-LATE
mx-lookup-instead-of-host B ok ok nothing T-NX,T-DNS
stale-ip-in-config        C ok fails nothing T-TMO,T-REF,T-HOST
port25-blocked-drop       A ok fails nothing T-TMO,T-XCH
port25-blocked-rst        B ok fails nothing T-REF,T-XCH
port25-blocked-icmp       C ok fails nothing T-HOST
isp-policy-554            C ok fails nothing T-554G
egress-firewall-all       A ok fails nothing T-TMO,T-REF,T-XCH,T-OLD
portal-ip-filtered        B ok fails nothing T-TMO,T-LOST
return-path-asymmetric    C ok fails nothing T-TMO
ipv6-broken               B ok fails nothing,sent T-V6,T-TMO,T-LATE
ipv6-only-blocked         C ok fails nothing,sent T-V6,T-REF
mtu-blackhole             B ok fails tls-lost,data-lost T-TLS,T-BODY,T-XCH
packet-loss C ok either sent,tls-lost,data-lost T-TMO,T-TLS,T-GREET,T-BODY,T-LATE
high-latency C ok fails sent,ehlo-only,tls-lost T-TMO,T-GREET,T-TLS,T-DNS,T-LATE
slow-uplink               C ok either data-lost,tls-lost,sent T-BODY,T-TLS
nat-session-short         C ok either data-lost,auth-only,no-auth-quit T-BODY,T-TLS
conn-limit-nat            C ok either nothing,sent T-TMO
source-ip-changed         C ok either rejected,auth-failed T-POL,T-535
smtp-inspection-mask      B ok fails helo,ehlo-only T-NOTLS
smtp-inspection-helo      C ok fails helo,connect-only T-NOTLS
starttls-stripped         B ok fails ehlo-only T-NOTLS
starttls-refused-454      C ok fails ehlo-only T-REFTLS
starttls-refused-502      C ok fails ehlo-only T-REFTLS
tls-intercept-av          B ok fails tls-quit,tls-lost T-CERT
tls-intercept-noauth      C ok fails tls-quit,no-auth-quit,tls-lost T-CERT,T-MECH
tls-intercept-plain       C ok fails ehlo-only,plain-mail T-CERT,T-530,T-MECH
transparent-proxy         B ok fails nothing T-NOTLS,T-554G
firewall-stall-banner     C ok fails nothing,connect-only T-GREET
firewall-stall-tls        C ok fails tls-lost T-TLS,T-XCH
firewall-rst-banner       C ok fails connect-only,nothing T-LOST
firewall-rst-clienthello  C ok fails tls-lost T-TLS,T-XCH
starttls-garbage          C ok fails ehlo-only,tls-lost T-TLS
starttls-off              A ok ok plain-mail T-530,T-XCH
auth-not-enabled          A ok ok no-auth-mail T-RELAY
auth-map-key-mismatch     B ok ok no-auth-mail T-RELAY
auth-password-wrong       A ok either auth-failed T-535
auth-password-space       A ok either auth-failed T-535
auth-password-special     B ok either auth-failed T-535
auth-user-wrong           A ok either auth-failed T-535
auth-user-domain          A ok either auth-failed T-535
sasl-mech-mismatch        B ok either no-auth-quit T-MECH
sasl-noplaintext-default  B ok ok no-auth-quit T-WORTHY
sasl-plugin-missing       C ok ok no-auth-quit T-WORTHY
tls-too-old               B ok either tls-error T-TLS,T-XCH
cipher-mismatch           C ok either tls-error T-TLS
implicit-tls-on-587       B ok ok connect-only T-TLS,T-GREET
wrong-port                B ok fails nothing T-REF,T-TMO,T-GREET
wrong-server A ok fails nothing,no-auth-mail,no-auth-quit T-CERT,T-RELAY,T-REF,T-MECH
not-using-scanner         A ok ok nothing T-TMO,T-REF,T-NX,T-DNS,T-POL
queue-backoff             C ok ok nothing T-OLD
client-cert-unusable      C ok ok tls-lost T-XCH
helo-invalid              B ok ok rejected T-HELO
helo-unknown              C ok ok rejected T-HELO
bare-lf                   C ok ok rejected,data-refused T-LF
early-talker              C ok ok rejected,connect-only T-SYNC
message-too-big           C ok ok rejected,data-refused,auth-only T-SIZE
account-disabled          B ok either auth-failed T-535
account-ip-bound          C ok either auth-failed T-535
auth-lockout              B ok either rejected,auth-failed T-LOCK
rate-limited-421          B ok either rejected,connect-only T-421
recipient-limit           C ok ok rejected T-RATE
sender-not-allowed        B ok ok rejected T-SENDER
dnsbl-listed              B ok either rejected T-DNSBL,T-554G
ptr-missing               C ok either rejected T-PTR
ptr-mismatch              C ok either rejected T-PTR
scanner-down              C fails fails nothing T-REF,T-TMO,T-GREET
scanner-auth-backend-down C fails fails auth-temporary,connect-only T-LOST,T-GREET,T-454
scanner-cert-expired      C fails fails tls-quit,tls-error T-CERT
scanner-cert-wrong-name   C fails fails tls-quit,tls-error T-CERT
scanner-cert-no-chain     C fails fails tls-quit,tls-error T-CERT
scanner-cert-self-signed  C fails fails tls-quit,tls-error T-CERT
scanner-tls-broken        C fails fails starttls-refused,tls-error T-REFTLS,T-TLS
scanner-disk-full         C either either rejected,data-refused T-452
downstream-reject         B ok ok sent T-POL,T-OLD
greet-delay               C either fails connect-only,sent T-GREET,T-LATE
"""


def _read() -> Dict[str, Sign]:
    table = {}
    for row in _ROWS.strip().splitlines():
        slug, rank, server, agent, log, text = row.split()
        groups = () if text == "-" else tuple(text.split(","))
        table[slug] = Sign(rank, server, agent, tuple(log.split(",")), groups)
    return table


SIGNS = _read()

# Refused for what was typed: one reply for all of them.
CREDENTIALS = (
    "auth-password-wrong", "auth-password-space", "auth-password-special",
    "auth-user-wrong", "auth-user-domain", "account-disabled", "account-ip-bound",
    "source-ip-changed",
)  # fmt: skip

# Groups that no further end would split, and the look that does. The first counts.
SPLITTERS: Tuple[Tuple[Tuple[str, ...], str], ...] = (
    (
        (
            "egress-firewall-all", "portal-ip-filtered", "return-path-asymmetric",
            "scanner-down",
        ),
        "count-syn",
    ),
    (("dns-server-dead", "dns-server-wrong"), "ping-resolver"),
    (("firewall-egress-process", "conn-limit-nat"), "as-mta-user"),
    (("auth-not-enabled", "auth-map-key-mismatch"), "show-config"),
    (("sasl-noplaintext-default", "sasl-plugin-missing"), "show-config"),
    (
        (
            "auth-password-wrong", "auth-password-special", "auth-password-space",
            "auth-user-wrong", "auth-user-domain",
        ),
        "near-miss",
    ),
    (("account-disabled", "account-ip-bound", "source-ip-changed"), "account-state"),
    (("gateway-wrong", "netmask-wrong", "no-internet"), "ping-gateway"),
    (("wrong-server-typo", "dns-nxdomain"), "compare-name"),
    (("mtu-blackhole", "firewall-stall-tls"), "small-segments"),
)  # fmt: skip
