"""What each line of Postfix's smtpd says about its session."""

import re
from typing import Callable, List, Match, Optional, Tuple

from diagnostics.scanner_log.lines import Entry
from diagnostics.scanner_log.session import ITEM_LIMIT, STAGES, ScannerSession

_SMTPD = re.compile(r"([A-Za-z0-9_.-]+)(?:/([A-Za-z0-9_.-]+))?/smtpd$")
_CLIENT = r"([A-Za-z0-9_.:-]*)\[([0-9a-fA-F:.]+|unknown)\](?::\d+)?"
_CONNECT = re.compile("connect from " + _CLIENT + "$")
_NONCE = re.compile(r"probe-([0-9a-f]{8,32})\.invalid$")
_HELO = re.compile(r"helo=<(.*)>$")
_COUNT = re.compile(r"([a-z_]{1,20})=(\d{1,9})(?:/(\d{1,9}))?")
_REPLY = re.compile(r"([245]\d\d) (?:([245]\.\d{1,3}\.\d{1,3}) )?(.*)")
# Postfix says that for "Password:" in base64, the prompt that a client did not answer.
_PROMPTS = ("(reason unavailable)", "UGFzc3dvcmQ6", "VXNlcm5hbWU6")
IMPLICIT_TLS = ("submissions", "smtps")
TEMPORARY = (
    "Connection lost to authentication server", "Temporary authentication failure",
    "Internal authentication failure", "generic failure",
)  # fmt: skip

Handler = Callable[[ScannerSession, Entry, Match[str]], None]


def find_service(program: str) -> Optional[str]:
    """Return the name of the service that an smtpd serves, None for other programs."""
    found = _SMTPD.match(program)
    return (found.group(2) or "smtp") if found else None


def start_session(entry: Entry, service: str) -> Optional[ScannerSession]:
    """Return the session that the line begins, None if it begins none."""
    found = _CONNECT.match(entry.text)
    if found is None:
        return None
    return ScannerSession(entry, found.group(1), found.group(2), service)


def continue_session(session: ScannerSession, entry: Entry) -> None:
    """Add what the line says; one that says nothing to us is not kept."""
    for pattern, handle in _HANDLERS:
        found = pattern.search(entry.text)
        if found is not None:
            session.ended_at = max(session.ended_at, entry.at)
            session.add_line(entry.text)
            handle(session, entry, found)
            return


def _disconnect(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    for name, good, total in _COUNT.findall(found.group(3))[:30]:
        session.replies[name] = [int(good), int(total or good)]
    commands = (
        ("ehlo", "ehlo"), ("helo", "ehlo"), ("starttls", "starttls"), ("auth", "auth"),
        ("mail", "mail"), ("rcpt", "rcpt"), ("data", "data"), ("bdat", "data"),
    )  # fmt: skip
    for name, stage in commands:
        if name in session.replies:
            session.reach(stage)
    if any(session.replies.get(name, [0])[0] for name in ("data", "bdat")):
        session.reach("sent")
    session.is_ended = True


def _tls(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    session.protocol, session.cipher = found.group(1), found.group(2)
    session.reach("tls")


def _tls_broke(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    if session.service not in IMPLICIT_TLS:
        session.reach("starttls")
    reason = found.group(1)
    if reason not in ("-1", "0"):  # why follows in the next line
        session.tls_error = session.tls_error or reason
    elif not session.tls_error:
        session.tls_error = "handshake failed"


def _tls_why(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    if session.tls_error in ("", "handshake failed"):
        session.tls_error = found.group(1).strip()


def _reject(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    command, said = found.groups()
    helo = _HELO.search(said)
    if helo is not None:
        _note_helo(session, helo.group(1))
    reply = _REPLY.match(said)
    if reply is not None and len(session.rejects) < ITEM_LIMIT:
        code, enhanced, text = reply.groups()
        text = re.split(r"; (?:from|to|proto)=", text)[0]
        session.rejects.append(
            {"command": command, "code": code, "enhanced": enhanced or "", "text": text}
        )
    if command.lower() in STAGES:
        session.reach(command.lower())


def _info(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    session.reach("ehlo")
    _note_helo(session, found.group(1))


def _note_helo(session: ScannerSession, name: str) -> None:
    session.helo = name[:255]
    nonce = _NONCE.match(name)
    if nonce is not None:
        session.nonce = nonce.group(1)


def _login_failed(session: ScannerSession, entry: Entry, found: Match[str]) -> None:
    method, reason, username = found.groups()
    is_temporary = any(word in reason for word in TEMPORARY)
    session.reach("auth")
    session.add_login(
        entry.at,
        method=method,
        username="" if username in (None, "(unavailable)") else username,
        result="temporary" if is_temporary else "failed",
        reason="" if reason in _PROMPTS else reason,
        **{"class": "mechanism" if "mechanism" in reason else ""},
    )


def _queued(session: ScannerSession, entry: Entry, found: Match[str]) -> None:
    method, username = found.groups()
    session.reach("rcpt")
    last = session.last_login()
    if last is not None and last["result"] == "ok" and last["username"] == username:
        return
    session.add_login(entry.at, method=method, username=username, result="ok")


def _lost(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    how, where = found.groups()
    session.lost_after = where.split(" (")[0]
    if how != "lost connection":
        session.add_warning(how)


def _limit(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    session.add_warning("rate limit: " + found.group(1))


def _odd(session: ScannerSession, _entry: Entry, found: Match[str]) -> None:
    session.add_warning(found.group(1))


def _fatal(session: ScannerSession, entry: Entry, found: Match[str]) -> None:
    """End the session with its process: no other line will."""
    session.add_warning("fatal: " + found.group(1)[:200])
    if "SASL" in found.group(1):
        session.add_login(entry.at, result="temporary", reason=found.group(1)[:200])
    session.is_ended = True


_FAILED = (
    r"^warning: \S+?\](?::\d+)?: SASL (\S+) authentication failed: "
    r"(.*?)(?:, sasl_username=(.*))?$"
)
_QUEUED = (
    r"^[0-9A-Za-z]+: client=\S+, sasl_method=([^,]+), "
    r"sasl_username=(.*?)(?:, sasl_sender=.*)?$"
)
_TABLE = (
    ("^disconnect from " + _CLIENT + "((?: [a-z_]+=[0-9/]+)*)$", _disconnect),
    (r" TLS connection established from \S+: (\S+) with cipher (\S+)", _tls),
    (r"^SSL_accept error from \S+?\]: (.*)", _tls_broke),
    (r"^warning: TLS library problem: error:[^:]*:([^/]*?):\.\./", _tls_why),
    (r"^warning: TLS library problem: (.*)", _tls_why),
    (r"^[0-9A-Za-z]+: reject: ([A-Z-]+) from \S+?\](?::\d+)?: (.*)", _reject),
    (r"^[0-9A-Za-z]+: (?:info|warn): (?:EHLO|HELO) from .* helo=<(.*)>$", _info),
    (_FAILED, _login_failed),
    (_QUEUED, _queued),
    (r"^(lost connection|timeout|too many errors) after (.+) from \S+$", _lost),
    (r"^warning: (.{1,60}?) (?:rate|concurrency) limit exceeded: ", _limit),
    (r"^(improper command pipelining) after ", _odd),
    (r"^warning: (non-SMTP command) from ", _odd),
    (r"^fatal: (.*)", _fatal),
)  # fmt: skip
_HANDLERS: List[Tuple["re.Pattern[str]", Handler]] = [
    (re.compile(pattern), handle) for pattern, handle in _TABLE
]
