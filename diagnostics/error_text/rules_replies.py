"""What SMTP servers reply, ours and others, whichever program quotes them."""

from typing import Tuple

from diagnostics.error_text.rule import EXACT, VAGUE, Rule


def _each(group: str, stage: str, *phrases: str, weight: int = 2) -> Tuple[Rule, ...]:
    return tuple(Rule(group, (phrase,), stage, weight=weight) for phrase in phrases)


_SESSION: Tuple[Rule, ...] = (
    Rule("T-530", ("must issue a starttls",), "mail", weight=EXACT),
    Rule("T-530", ("530", "starttls"), "mail"),
    Rule("T-530", ("encryption required for requested auth",), "auth"),
    Rule("T-530", ("must use tls",), "mail"),
    Rule("T-REFTLS", ("tls not available due to",), "starttls"),
    Rule("T-REFTLS", ("454", "tls not available"), "starttls"),
    Rule("T-454", ("temporary authentication failure",), "auth"),
    Rule("T-454", ("454", "authentication failure"), "auth"),
    Rule("T-LOCK", ("too many login fail",), "auth", weight=EXACT),
    Rule("T-LOCK", ("too many failed login",), "auth", weight=EXACT),
    Rule("T-LOCK", ("account", "locked", "auth"), "auth"),
    Rule("T-MECH", ("unrecognized authentication type",), "auth"),
    Rule("T-MECH", ("mechanism", "not supported"), "auth"),
    Rule("T-MECH", ("mechanism is too weak",), "auth"),
    Rule("T-SYNC", ("smtp protocol synchronization",), "greeting", weight=EXACT),
    Rule("T-SYNC", ("improper command pipelining",), "greeting", weight=EXACT),
    Rule("T-554G", ("esmtp not accepting connections",), "greeting"),
    Rule("T-554G", ("no smtp service here",), "greeting"),
    Rule("T-AUTHREQ", ("address rejected: not logged in",), "mail", weight=EXACT),
    Rule("T-SENDER", ("not owned by user",), "mail", weight=EXACT),
    Rule("T-HELO", ("helo", "need fully-qualified"), "ehlo", ("helo-invalid",)),
    Rule("T-HELO", ("helo command rejected: invalid",), "ehlo", ("helo-invalid",)),
    Rule("T-HELO", ("helo command rejected: host",), "ehlo", ("helo-unknown",)),
    Rule("T-HELO", ("helo command rejected",), "ehlo"),
    Rule("T-HELO", ("my name was rejected",), "ehlo"),
    Rule("T-PTR", ("cannot find your reverse hostname",), "rcpt", ("ptr-missing",)),
    Rule("T-PTR", ("cannot find your hostname",), "rcpt", ("ptr-mismatch",)),
    Rule("T-SIZE", ("exceed", "message size"), "mail"),
    Rule("T-SIZE", ("exceed", "message length"), "mail"),
    Rule("T-SIZE", ("mail size", "exceed"), "mail"),
    Rule("T-DOWN", ("insufficient", "storage", "mailbox"), "rcpt"),
    Rule("T-554G", ("blocked", "use port 587"), "greeting", (
        "isp-policy-554", "transparent-proxy")),
    Rule("T-554G", ("port 25", "blocked"), "greeting", (
        "isp-policy-554", "transparent-proxy")),
    Rule("T-AUTHREQ", ("requires a secure connection or the client",), "mail", (
        "auth-not-enabled", "starttls-off")),
    Rule("T-LF", ("bare", "<lf>"), "data", weight=EXACT),
    Rule("T-421", ("421", "too many"), "greeting"),
    Rule("T-421", ("connection", "rate limit"), "greeting"),
    Rule("T-421", ("connection", "frequency limited"), "greeting"),
    Rule("T-421", ("ip frequency limited",), "greeting"),
    Rule("T-DOWN", ("421 ", "(in reply to end of data"), "data"),
    Rule("T-DOWN", ("temporarily deferred due to",), "data"),
    Rule("T-RATE", ("receiving mail at a rate",), "rcpt", (
        "downstream-reject", "recipient-limit")),
)  # fmt: skip
_PHRASES: Tuple[Rule, ...] = (
    _each(
        "T-535", "auth",
        "535 5.7.8", "535 5.7.3", "535 5.7.1", "535 incorrect authentication",
        "535 authentication", "authentication unsuccessful", "535-5.7.8",
        "authentication credentials invalid", "username and password not accepted",
        "ugfzc3dvcmq6", "vxnlcm5hbwu6", "smtpauthenticationerror",
        "authenticationfailedexception", "sasl login authentication failed",
        "sasl plain authentication failed", "535 5.7.0", "error: authentication failed",
    )
    + _each(
        "T-AUTHREQ", "mail",
        "authentication required", "authentication is required", "authrequired",
        "client was not authenticated", "unauthenticated senders not allowed",
        "turn on smtp authentication", "must authenticate", "auth first",
        "smtp authentication",
    )
    + _each(
        "T-RELAY", "rcpt",
        "relay access denied", "relaying denied", "relay not permitted",
        "unable to relay", "relaying not allowed", "no relaying", "relaying prohibited",
        "relay denied", "not permitted to relay", "we do not relay", "cannot relay",
        "mail relay", "to relay mail",
        "rcpthosts",
    )
    + _each(
        "T-PTR", "rcpt",
        "ptr record", "reverse dns", "ptr resource record", "invalid rdns",
        "ip name lookup failed", "mismatches client ip", "unverifyable sending ip",
        "does not resolve to the ip",
    )
    + _each(
        "T-SIZE", "mail",
        "message file too big", "message too large", "message too big",
        "maximum message size", "size limit exceeded", "recipsizelimit",
        "larger than the current system limit",
    )
    + _each("T-452", "mail", "insufficient system storage", "insufficient disk space")
    + _each(
        "T-LF", "data", "bare lf", "bare newline", "bare linefeed", "bare line feed",
        "barelinefeedsareillegal", weight=EXACT,
    )
    + _each(
        "T-421", "greeting",
        "too many connections", "too many concurrent", "too many sessions",
        "too much connections", "zu viele verbindungen",
    )
    + _each(
        "T-RATE", "rcpt",
        "too many recipients", "recipients this hour", "too much mail",
        "sending limit", "rate limited", "rate limit exceeded", "too many messages",
        "sent too many",
    )
    + _each(
        "T-DNSBL", "rcpt",
        "blocked using", "spamhaus", "banned sending ip", "dnsbl", "/rbl", ".rbl.",
        "client host blocked", "spamcop", "barracudacentral", "blacklisted",
    )
    + _each("T-SENDER", "mail", "sender address rejected: not owned")
)  # fmt: skip
# The recipient's side: what stands above says more and goes first.
_DOWNSTREAM: Tuple[Rule, ...] = _each(
    "T-DOWN", "rcpt",
    "user unknown", "unknown user", "no such user", "user not found",
    "recipient address rejected", "mailbox unavailable", "mailbox full",
    "mailbox is full", "quota", "no mailbox", "does not exist", "doesn't exist",
    "not listed in", "unknown recipient", "recipient not found", "recipnotfound",
    "recipientnotfound", "recipient unknown", "invalid recipient", "account disabled",
    "account is disabled", "inactive", "no such mailbox", "mailbox not found",
    "address rejected", "address unknown", "unknown address", "no longer",
    "greylist", "graylist", "spam", "virus", "dmarc", "spf check", "spf record",
    "dkim", "spf hard fail", "content rejected", "policy reasons", "null mx",
    "does not accept mail", "could not be found", "address not found", "routing loop",
    "mail loop", "loops back",
    "hop count", "too many hops", "nullmx", "suspended", "over the maximum",
    "mailbox size", "low reputation", "unknown or illegal alias", "bad address",
    "no valid recipient", "user does not", "doesn't have a", "not our customer",
    "user is unknown", "unknown local", "no such recipient", "no such domain",
    "invalid mailbox", "undeliverable address", "address does not", "disk quota",
    "multiple from", "account that you tried to reach", "not accepted",
    "recipient's mailbox", "user's mail", "exceeds allowed size", "permission to post",
    "account has been disabled", "account is locked", "no mx", "no smtp service",
    "blocked because its content", "if address is correct", "sender rejected",
    "storage space", "not rfc 5322 compliant", "rejected for policy",
    weight=VAGUE,
)  # fmt: skip
RULES = _SESSION + _PHRASES + _DOWNSTREAM
