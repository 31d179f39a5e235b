"""What sendmail, MDaemon, qmail and programs say; the scanner's own log; deliveries."""

from typing import Tuple

from diagnostics.error_text.groups import GROUPS
from diagnostics.error_text.rule import EXACT, VAGUE, Rule

_UNREACHED = GROUPS["T-TMO"].causes[:4] + GROUPS["T-REF"].causes[:2]

_SENDMAIL: Tuple[Rule, ...] = (
    Rule("T-TMO", ("deferred: connection timed out",), "tcp", mta="sendmail"),
    Rule("T-REF", ("deferred: connection refused",), "tcp", mta="sendmail"),
    Rule("T-LOST", ("deferred: connection reset",), "ehlo", mta="sendmail"),
    Rule("T-HOST", ("deferred: no route to host",), "tcp", mta="sendmail"),
    Rule("T-DNS", ("host name lookup failure",), "names", mta="sendmail"),
    Rule("T-NX", ("host unknown",), "names", mta="sendmail"),
    Rule("T-TLS", ("tls handshake failed",), "tls", mta="sendmail"),
    Rule("T-TLS", ("starttls=client", "connect failed"), "tls", mta="sendmail"),
    Rule("T-CERT", ("starttls=client", "verify=fail"), "certificate", mta="sendmail"),
    Rule(
        "T-MECH",
        ("available mechanisms do not fulfill requirements",),
        "auth",
        mta="sendmail",
    ),
    Rule("T-WORTHY", ("auth=client", "no worthy mech"), "auth", mta="sendmail"),
    Rule("T-LOST", ("lost input channel from",), "ehlo", mta="sendmail"),
    Rule("T-OLD", ("message could not be delivered for",), "queue", weight=VAGUE),
)
_QMAIL: Tuple[Rule, ...] = (
    Rule("T-TMO", ("able to establish an smtp connection",), "tcp", _UNREACHED),
    Rule("T-DNS", ("cname lookup failed temporarily",), "names", mta="qmail"),
    Rule("T-NX", ("couldn't find any host named",), "names", mta="qmail"),
    Rule("T-LOST", ("connected to", "but connection died"), "ehlo", mta="qmail"),
    Rule("T-554G", ("connected to", "but greeting failed"), "greeting", mta="qmail"),
)
_PROGRAMS: Tuple[Rule, ...] = (
    Rule("T-NX", ("dns type", "nxdomain"), "names"),
    Rule("T-NX", ("domain name not found",), "names"),
    Rule("T-NX", ("dns lookup failure", "not found"), "names"),
    Rule("T-NX", ("getaddrinfo failed",), "names"),
    Rule("T-TMO", ("error connecting to", "timed out"), "tcp"),
    Rule("T-TMO", ("connection timed out",), "tcp", weight=VAGUE),
    Rule("T-TMO", ("connect timed out",), "tcp", weight=VAGUE),
    Rule("T-TMO", ("recipient server did not accept our requests",), "tcp", _UNREACHED),
    Rule("T-TMO", ("unable to connect successfully",), "tcp", _UNREACHED),
    Rule("T-TMO", ("network error on destination mxs",), "tcp", _UNREACHED),
    Rule("T-REF", ("connection refused",), "tcp", weight=VAGUE),
    Rule("T-HOST", ("no route to host",), "tcp", weight=VAGUE),
    Rule("T-V6", ("network is unreachable",), "tcp", weight=VAGUE),
    Rule("T-LOST", ("connection reset by peer",), "ehlo", weight=VAGUE),
    Rule("T-LOST", ("lost connection with",), "ehlo", weight=VAGUE),
    Rule("T-NOTLS", ("starttls extension not supported",), "starttls"),
    Rule("T-NOTLS", ("server does not support starttls",), "starttls"),
    Rule("T-NOTLS", ("server does not support secure connections",), "starttls"),
    Rule("T-TLS", ("could not convert socket to tls",), "tls", weight=VAGUE),
    Rule("T-TLS", ("stream_socket_enable_crypto", "failed"), "tls", weight=VAGUE),
    Rule("T-MALF", ("http/1.", "302"), "greeting"),
    Rule("T-TMO", ("host not reachable",), "tcp", _UNREACHED, weight=VAGUE),
    Rule("T-OLD", ("message expired",), "queue", weight=VAGUE),
    Rule("T-OLD", ("giving up",), "queue", weight=VAGUE),
    Rule("T-OLD", ("envelope expired",), "queue", weight=VAGUE),
    Rule("T-OLD", ("could not deliver for the last",), "queue", weight=VAGUE),
    Rule("T-OLD", ("has been delayed",), "queue", weight=VAGUE),
    Rule("T-OLD", ("not delivered within",), "queue", weight=VAGUE),
    Rule("T-OLD", ("unable to deliver this message after",), "queue", weight=VAGUE),
    Rule("T-OLD", ("in the queue too long",), "queue", weight=VAGUE),
)
_TLS_LOST = ("mtu-blackhole", "firewall-stall-tls", "firewall-rst-clienthello")
_SCANNER_LOG: Tuple[Rule, ...] = (
    Rule("T-TLS", ("ssl_accept error from",), "tls", _TLS_LOST, "run-agent"),
    Rule("T-TLS", ("lost connection after starttls",), "tls", _TLS_LOST, "run-agent"),
    Rule(
        "T-LOST",
        ("lost connection after connect",),
        "greeting",
        ("implicit-tls-on-587", "firewall-rst-banner", "portal-ip-filtered"),
        "show-config",
        mta="scanner",
    ),
    Rule(
        "T-NOTLS",
        ("disconnect from", " helo=1 quit=1 commands=2"),
        "starttls",
        ("smtp-inspection-mask", "smtp-inspection-helo"),
        weight=EXACT,
        mta="scanner",
    ),
    Rule(
        "T-NOTLS",
        ("disconnect from", " ehlo=1 quit=1 commands=2"),
        "starttls",
        weight=EXACT,
        mta="scanner",
    ),
    Rule(
        "T-MECH",
        ("disconnect from", " ehlo=2 starttls=1 quit=1 commands=4"),
        "auth",
        ("sasl-mech-mismatch", "sasl-noplaintext-default", "sasl-plugin-missing"),
        weight=EXACT,
        mta="scanner",
    ),
    Rule(
        "T-CERT",
        ("disconnect from", " ehlo=1 starttls=1 quit=1 commands=3"),
        "certificate",
        weight=EXACT,
        mta="scanner",
    ),
)
_DELIVERED: Tuple[Rule, ...] = (
    Rule("T-SENT", ("status=sent", "250"), "data"),
    Rule("T-SENT", ("stat=sent",), "data", mta="sendmail"),
)
RULES = _SENDMAIL + _QMAIL + _PROGRAMS + _SCANNER_LOG + _DELIVERED
