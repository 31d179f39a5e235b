"""What a session with a next hop means: the last thing that went wrong, named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, WARNING, Evidence, Facts
from diagnostics.checks.wording import MALFORMED, TIMEOUT
from diagnostics.domain_rules import Decision, Values

SILENT = ("EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EHOSTDOWN")
IMPLICIT_TLS_PORT = 465
# X509_V_ERR_… of OpenSSL.
EXPIRED, SELF_SIGNED = 10, 18

_GREYLISTED = re.compile(
    r"gr[ae]y|try again|retry|come back|temporar|later", re.IGNORECASE
)
_RELAY = re.compile(r"relay|not (?:local|a local|our)|no mail service", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"unknown|no such|no user|not exist|doesn't exist|not found"
    r"|invalid (?:recipient|mailbox)|recipient rejected|mailbox unavailable",
    re.IGNORECASE,
)
_BLOCKED = re.compile(
    r"block|black ?list|deny ?list|spamhaus|banned|reputation", re.IGNORECASE
)
_WANTS_TLS = re.compile(r"starttls|tls|encrypt", re.IGNORECASE)
_WANTS_LOGIN = re.compile(r"auth", re.IGNORECASE)


def decide_next_hop(seen: Sequence[Evidence]) -> Decision:
    """Judge the stages of the visit that came last."""
    stages = {item.check: item for item in seen}
    names = stages.get("names")
    if names is None:
        return Decision(SKIPPED, "hop-unseen", {})
    values: Values = {
        "host": names.facts.get("host", ""),
        "port": names.facts.get("port", ""),
    }
    if names.status == FAILED:
        return _unresolved(names.facts, values)
    greeting = stages.get("greeting")
    if greeting is not None and greeting.facts.get("is_ours"):
        return Decision(FAILED, "hop-is-us", values)
    for stage, rule in _STAGES:
        item = stages.get(stage)
        if item is not None and item.status == FAILED:
            return rule(item.facts, {**values, **_said(item.facts)})
    recipient = stages.get("recipient")
    if recipient is None:
        return _unfinished(stages, values)
    return _reached(stages, {**values, **_said(recipient.facts)})


def _said(facts: Facts) -> Values:
    code, text = facts.get("code", ""), str(facts.get("text", "")).replace("\n", " ")
    return {"reply": f"{code} {text}".strip()[:200]}


def _unresolved(facts: Facts, values: Values) -> Decision:
    reason = facts.get("reason", "")
    if facts.get("error") == "not-allowed":
        code = "hop-port-forbidden" if reason == "port" else "hop-address-forbidden"
        return Decision(FAILED, code, values)
    if reason in {"missing", "syntax"}:
        return Decision(FAILED, "hop-no-name", values)
    return Decision(SKIPPED, "hop-name-unanswered", values)


def _connection(facts: Facts, values: Values) -> Decision:
    error = facts.get("error")
    if error == TIMEOUT or error in SILENT:
        return Decision(FAILED, "hop-silent", values)
    return Decision(FAILED, "hop-refused", values)


def _greeting(facts: Facts, values: Values) -> Decision:
    error = facts.get("error")
    if error == TIMEOUT and values["port"] == IMPLICIT_TLS_PORT:
        return Decision(FAILED, "hop-implicit-tls", values)
    if error == TIMEOUT:
        return Decision(FAILED, "hop-mute", values)
    if error == MALFORMED:
        return Decision(FAILED, "hop-no-smtp", values)
    if error:
        return Decision(FAILED, "hop-cut", values)
    if facts["code"] // 100 == 4:
        return Decision(WARNING, "hop-busy", values)
    return Decision(FAILED, "hop-closed", values)


def _unfinished(stages: dict[str, Evidence], values: Values) -> Decision:
    """Nothing failed in the dialogue, and the test address was not named: TLS."""
    starttls = stages.get("starttls")
    if starttls is None:
        return Decision(SKIPPED, "hop-unfinished", values)
    if not starttls.facts.get("offered"):
        return Decision(FAILED, "hop-no-tls", values)
    shown = stages.get("certificate")
    if shown is not None and _is_refused(shown.facts):
        return _impostor(shown.facts, values)
    failed = shown if starttls.status == OK and shown is not None else starttls
    return Decision(FAILED, "hop-tls-broken", {**values, **_said(failed.facts)})


def _is_refused(facts: Facts) -> bool:
    """Say whether it was a certificate that is not good enough for the domain."""
    return bool(facts.get("demands_certificate") and facts.get("sha256"))


def _impostor(facts: Facts, values: Values) -> Decision:
    values["names"] = ", ".join(facts.get("names", ())[:5])
    values["not_after"] = str(facts.get("not_after", ""))[:10]
    if facts.get("is_expired") or facts.get("verify_code") == EXPIRED:
        return Decision(FAILED, "hop-demands-unexpired", values)
    if not facts.get("name_matches"):
        return Decision(FAILED, "hop-demands-name", values)
    return Decision(FAILED, "hop-demands-vouched", values)


def _mail(facts: Facts, values: Values) -> Decision:
    return _refused(facts, values) or Decision(FAILED, "hop-no-bounces", values)


def _recipient(facts: Facts, values: Values) -> Decision:
    refused = _refused(facts, values)
    if refused is not None:
        return refused
    text, enhanced = str(facts["text"]), str(facts["enhanced_status_code"])
    # Postfix speaks of its "relay recipient table" to unknown recipients as well.
    is_unknown = enhanced in {"5.1.1", "5.1.10", "5.2.1"}
    if not is_unknown and _RELAY.search(text):
        return Decision(FAILED, "hop-relay-denied", values)
    if is_unknown or _UNKNOWN.search(text):
        return Decision(WARNING, "hop-no-recipient", values)
    return Decision(FAILED, "hop-rejected", values)


def _refused(facts: Facts, values: Values) -> Decision | None:
    """Name what MAIL and RCPT have in common."""
    if facts.get("error"):
        code = "hop-mute" if facts["error"] == TIMEOUT else "hop-cut"
        return Decision(FAILED, code, values)
    reply_code, text = facts["code"], str(facts["text"])
    if reply_code // 100 == 4:
        is_grey = bool(_GREYLISTED.search(text))
        return Decision(WARNING, "hop-greylisted" if is_grey else "hop-busy", values)
    if reply_code == 530 and _WANTS_TLS.search(text):
        return Decision(FAILED, "hop-wants-tls", values)
    if reply_code == 530 or (reply_code // 10 == 53 and _WANTS_LOGIN.search(text)):
        return Decision(FAILED, "hop-wants-login", values)
    if _BLOCKED.search(text):
        return Decision(FAILED, "hop-blocked", values)
    return None


def _hello(facts: Facts, values: Values) -> Decision:
    return Decision(FAILED, "hop-cut" if facts.get("error") else "hop-closed", values)


_STAGES = (
    ("tcp", _connection),
    ("greeting", _greeting),
    ("ehlo", _hello),
    ("ehlo_tls", _hello),
    ("mail_from", _mail),
    ("recipient", _recipient),
)


def _reached(stages: dict[str, Evidence], values: Values) -> Decision:
    """Everything was taken; what is left to say is who listened, and how openly."""
    starttls, shown = stages.get("starttls"), stages.get("certificate")
    if starttls is not None and not starttls.facts.get("offered"):
        return Decision(WARNING, "hop-clear", values)
    if shown is None or (shown.status == FAILED and not shown.facts.get("sha256")):
        return Decision(WARNING, "hop-clear-after-tls", values)
    return _listener(shown.facts, {**values, "version": shown.facts.get("version", "")})


def _listener(facts: Facts, values: Values) -> Decision:
    values["names"] = ", ".join(facts.get("names", ())[:5])
    values["not_after"] = str(facts.get("not_after", ""))[:10]
    if facts.get("is_expired") or facts.get("verify_code") == EXPIRED:
        return Decision(WARNING, "hop-certificate-expired", values)
    if facts.get("name_matches") is False:
        return Decision(WARNING, "hop-certificate-name", values)
    if facts.get("is_verified") is False:
        # Usual between mail servers; it matters to those who demand encryption.
        if facts.get("demands_tls"):
            return Decision(WARNING, "hop-certificate-unknown", values)
        return Decision(OK, "hop-good-unvouched", values)
    return Decision(OK, "hop-good", values)
