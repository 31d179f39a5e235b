"""What Exim says when it cannot send."""

from typing import Tuple

from diagnostics.error_text.groups import GROUPS
from diagnostics.error_text.rule import EXACT, VAGUE, Rule

# Exim words a silent port and a silent greeting alike.
_SILENT = GROUPS["T-TMO"].causes[:4] + GROUPS["T-GREET"].causes[:3]

RULES: Tuple[Rule, ...] = (
    Rule("T-NX", ("lookup of host", "failed in"), "names", mta="exim"),
    Rule("T-NX", ("all relevant mx records point to non-existent hosts",), "names"),
    Rule("T-DNS", ("host lookup for", "did not complete"), "names", mta="exim"),
    Rule("T-DNS", ("host lookup did not complete",), "names", mta="exim"),
    Rule(
        "T-TMO",
        ("smtp timeout after initial connection",),
        "greeting",
        _SILENT,
        "run-agent",
        mta="exim",
    ),
    Rule("T-TMO", ("] connection timed out",), "tcp", mta="exim"),
    Rule("T-TMO", ("]: connection timed out",), "tcp"),
    Rule("T-REF", ("] connection refused",), "tcp", mta="exim"),
    Rule("T-REF", ("]: connection refused",), "tcp"),
    Rule("T-HOST", ("] no route to host",), "tcp", mta="exim"),
    Rule("T-V6", ("] network is unreachable",), "tcp", mta="exim"),
    Rule(
        "T-NOTLS",
        ("tls session is required, but the server did not offer",),
        "starttls",
        mta="exim",
    ),
    # Exim hides the reply that refused it.
    Rule(
        "T-REFTLS",
        ("tls session is required, but an attempt to start tls failed",),
        "starttls",
        GROUPS["T-REFTLS"].causes + GROUPS["T-TLS"].causes[:3],
        "run-agent",
        VAGUE,
        "exim",
    ),
    Rule("T-TLS", ("tls session: (gnutls_handshake)",), "tls", weight=VAGUE),
    Rule("T-TLS", ("tls session: (ssl_connect)",), "tls", weight=VAGUE),
    Rule("T-CERT", ("(certificate verification failed): certificate invalid",)),
    Rule("T-535", ("authenticator failed", "535"), "auth", mta="exim"),
    Rule(
        "T-535",
        ("authentication required but authentication attempt(s) failed",),
        "auth",
        mta="exim",
    ),
    Rule(
        "T-NOAUTH",
        ("authentication required but server did not advertise auth",),
        "auth",
        mta="exim",
    ),
    Rule(
        "T-MALF",
        ("malformed smtp reply", "http/"),
        "greeting",
        ("captive-portal",),
        "",
        EXACT,
    ),
    Rule("T-MALF", ("malformed smtp reply",), "greeting"),
    Rule(
        "T-LOST",
        ("remote host closed connection in response to initial connection",),
        "greeting",
        ("firewall-rst-banner", "portal-ip-filtered", "implicit-tls-on-587"),
    ),
    Rule("T-LOST", ("remote host closed connection in response to ehlo",), "ehlo"),
    Rule(
        "T-BODY", ("remote host closed connection in response to end of data",), "data"
    ),
    Rule("T-LOST", ("remote host closed connection",), "ehlo", weight=VAGUE),
    Rule(
        "T-LOST",
        ("smtp timeout after ehlo",),
        "ehlo",
        ("auth-lockout", "scanner-auth-backend-down", "mtu-blackhole", "packet-loss"),
        "scanner-log",
    ),
    Rule("T-BODY", ("smtp timeout while connected", "data"), "data"),
    Rule("T-BODY", ("smtp timeout after", "data"), "data"),
    Rule("T-421", ("after initial connection", ": 421"), "greeting", mta="exim"),
    Rule("T-554G", ("after initial connection", ": 5"), "greeting", weight=VAGUE),
    Rule("T-SYNC", ("smtp synchronization error",), "greeting", weight=EXACT),
    Rule("T-OLD", ("retry timeout exceeded",), "queue", weight=VAGUE),
    Rule("T-OLD", ("retry time not reached for any host",), "queue", weight=VAGUE),
    Rule("T-OLD", ("all hosts have been failing for a long time",), "queue", weight=1),
    Rule("T-DOWN", ("unrouteable address",), "rcpt"),
    Rule("T-DOWN", ("unroutable address",), "rcpt"),
)
