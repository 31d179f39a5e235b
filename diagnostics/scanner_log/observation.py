"""A session of the scanner's log as Evidence, with what is nobody's business masked.

Check `scanner_session`, subject the client's address. Facts:

    client_address, client_name, helo, nonce   as logged; helo where Postfix told it
    service, port     smtp 25, submission 587, submissions 465; port 0 if unknown
    started_at, ended_at                       ISO 8601, UTC
    stage             the furthest tried: connect, ehlo, starttls, tls, auth, mail,
                      rcpt, data; sent if content was accepted
    tls               {"protocol", "cipher"} or None
    tls_error         OpenSSL's words, "lost connection", "handshake failed" or ""
    sasl              None, or of the last try: {"method", "username", "username_signs",
                      "result": ok, failed, temporary; "reason", "tries",
                      "class": user, password, disabled, address, mechanism or "";
                      "slip"}. A name that is no account may be a password that slipped
                      into the wrong field: it is described by its signs, and "" or,
                      with an at sign, "…@…" stands for it
    slip              class of the slip, as in the evidence `auth`; "" without one
    replies           {"ehlo": [good, total], "starttls": …, "auth": …, …}
    rejects           [{"command", "code", "enhanced", "text"}]
    warnings          ["rate limit: AUTH command", "timeout", "non-SMTP command", …]
    lost_after        "CONNECT", "STARTTLS", "DATA", …; "" if the client said QUIT

A log-in that was right and sent nothing leaves no name in the log: method and username
are empty then, result is ok.
"""

import re
from datetime import datetime, timezone
from typing import Any, Dict, Optional

from diagnostics.checks.evidence import FAILED, OK, WARNING, Evidence, Facts
from diagnostics.checks.login import describe_value
from diagnostics.scanner_log.session import ScannerSession

CHECK = "scanner_session"
VANTAGE = "scanner_log"
PORTS = {"smtp": 25, "submission": 587, "submissions": 465, "smtps": 465}
LIMITED = "rate limit: AUTH command"
_TEXT_LIMIT = 300
_RECIPIENT = re.compile(r"\bto=<([^>]*)>")
_MAILBOX = re.compile(r"[^\s<>@\"]*(?:\"[^\"]*\")?@(?=[A-Za-z0-9\[])")
_MASK = "…"


def make_evidence(session: ScannerSession) -> Evidence:
    """Return what the log tells of the session."""
    sasl = _sasl(session)
    facts: Facts = {
        "client_address": session.client_address,
        "client_name": session.client_name,
        "helo": session.helo,
        "nonce": session.nonce,
        "service": session.service,
        "port": PORTS.get(session.service, 0),
        "started_at": _iso(session.started_at),
        "ended_at": _iso(session.ended_at),
        "stage": session.stage,
        "tls": None,
        "tls_error": session.tls_error[:_TEXT_LIMIT],
        "sasl": sasl,
        "slip": sasl["slip"] if sasl else "",
        "replies": session.replies,
        "rejects": [_masked_reject(session, reject) for reject in session.rejects],
        "warnings": session.warnings,
        "lost_after": session.lost_after,
    }
    if session.protocol:
        facts["tls"] = {"protocol": session.protocol, "cipher": session.cipher}
    seconds = max(session.ended_at - session.started_at, 0.0)
    return Evidence(
        CHECK, session.client_address, _status(facts), seconds, facts,
        [mask(line, session) for line in session.lines],
    )  # fmt: skip


def _status(facts: Facts) -> str:
    sasl = facts["sasl"]
    is_refused = sasl is not None and sasl["result"] != "ok"
    if is_refused or facts["tls_error"] or facts["rejects"] or facts["lost_after"]:
        return FAILED
    good, total = (sum(pair[i] for pair in facts["replies"].values()) for i in (0, 1))
    return WARNING if facts["warnings"] or good < total else OK


def is_known(login: Dict[str, Any]) -> bool:
    """Say whether the name of a log-in is that of an account."""
    return login["result"] == "ok" or login["class"] in (
        "password",
        "disabled",
        "address",
    )


def _sasl(session: ScannerSession) -> Optional[Dict[str, Any]]:
    login = session.last_login()
    good, total = session.replies.get("auth", [0, 0])
    if login is None and not total:
        return None
    found = dict(login or {"method": "", "username": "", "reason": "", "slip": ""})
    if login is None or (good and login["result"] != "ok"):
        # Right in the end, or refused before anybody was asked: a limit, or no TLS.
        found.update({"result": "ok" if good else "failed", "class": "", "slip": ""})
        if login is None and not good:
            found["reason"] = "; ".join(session.warnings)
            if LIMITED in session.warnings:
                found["result"] = "temporary"
    if "class" not in found:
        found["class"] = ""
    name = str(found["username"])
    found["username_signs"] = describe_value(name)
    if not is_known(found):
        found["username"] = "…@…" if "@" in name else ""
    found["tries"] = max(total, len(session.logins))
    found.pop("at", None)
    return found


def mask(line: str, session: ScannerSession) -> str:
    """Return the line without recipients, local parts and names that are no account."""
    for address in _RECIPIENT.findall(line):
        if address:
            line = line.replace(address, _MASK)
    for login in session.logins:
        name = str(login["username"])
        if name and not is_known(login):
            line = line.replace("sasl_username=" + name, "sasl_username=" + _MASK)
    return _MAILBOX.sub(_MASK + "@", line)[:_TEXT_LIMIT]


def _masked_reject(session: ScannerSession, reject: Dict[str, str]) -> Dict[str, str]:
    text = reject["text"]
    for line in session.lines:
        for address in _RECIPIENT.findall(line):
            if address:
                text = text.replace(address, _MASK)
    text = _MAILBOX.sub(_MASK + "@", text)[:_TEXT_LIMIT]
    return dict(reject, text=text)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat()
