"""Hand-made views of the ends: what a check, a log or an error line looks like."""

from __future__ import annotations

from typing import Any

from diagnostics.checks.evidence import FAILED, OK, Evidence
from diagnostics.verdicts.together import View

HOST, ADDRESS, PIN = "smtp.cleanmail.example", "203.0.113.25", "ab" * 32


def seen(check: str, status: str = OK, seconds: float = 0.05, **facts: Any) -> Evidence:
    return Evidence(check, f"{HOST}:587/ipv4", status, seconds, facts, [])


def stage(check: str, port: int = 587, **facts: Any) -> Evidence:
    status = facts.pop("status", FAILED if facts.get("error") else OK)
    place = {"address": ADDRESS, "port": port, "family": "ipv4"}
    return seen(check, status, facts.pop("seconds", 0.05), **(place | facts))


def configured(host: str = HOST, port: int = 587, **facts: Any) -> Evidence:
    known = {
        "target": HOST, "host": host, "ports": [port], "known_hosts": [],
        "known_ports": [25, 587], "addresses": [ADDRESS], "relation": "unknown",
        "unknown_ports": [],
    }  # fmt: skip
    return seen("configured", **(known | facts))


def resolved(*addresses: str) -> Evidence:
    found = list(addresses or (ADDRESS,))
    return seen("names", resolver="system", host=HOST, addresses=found, expected=[])


def session(*broken: Evidence, port: int = 587) -> list[Evidence]:
    """Return all stages of one port, up to the first broken one."""
    good = [
        stage("tcp", port),
        stage(
            "greeting", port, code=220, text=f"{HOST} ESMTP", host=HOST, is_ours=True
        ),
        stage("ehlo", port, code=250, keywords=["STARTTLS"]),
        stage("starttls", port, code=220, offered=True),
        stage("certificate", port, sha256=PIN, is_verified=True, name_matches=True),
        stage("ehlo_tls", port, code=250, mechanisms=["PLAIN", "LOGIN"]),
        stage("auth", port, code=235),
    ]
    names = [item.check for item in good]
    if not broken:
        return good[:-1]
    return [*good[: names.index(broken[0].check)], *broken]


def server(*broken: Evidence) -> View:
    return View(
        "server", [configured(known_hosts=[HOST]), resolved(), *session(*broken)]
    )


def agent(*broken: Evidence, host: str = HOST, port: int = 587) -> View:
    first = [configured(host, port), resolved()]
    return View("agent", [*first, *session(*broken, port=587)])


def agent_of(*evidence: Evidence) -> View:
    return View("agent", list(evidence))


def text(group: str, *causes: str, **facts: Any) -> View:
    known = {"host": HOST, "address": ADDRESS, "port": 587, "mta": "postfix"}
    given = known | {"group": group, "causes": list(causes), "next_check": ""} | facts
    return View("text", [seen("error_text", FAILED, **given)])


def log(*sessions: dict[str, Any]) -> View:
    found = [
        Evidence("scanner_session", "198.51.100.2", OK, 0.4, facts, [])
        for facts in sessions
    ]
    return View("scanner_log", found)


def logged(summary: str, **facts: Any) -> dict[str, Any]:
    """Return the facts of one session, its counts written as Postfix does."""
    replies = {}
    for word in summary.split():
        verb, _, count = word.partition("=")
        good, _, tried = count.partition("/")
        replies[verb] = [int(good), int(tried or good)]
    known = {
        "client_address": "198.51.100.2", "helo": "", "nonce": "", "port": 587,
        "stage": "connect", "tls": None, "tls_error": "", "sasl": None,
        "replies": replies, "rejects": [], "warnings": [], "lost_after": "",
    }  # fmt: skip
    if replies.get("starttls", [0])[0]:
        known["tls"] = {"protocol": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"}
    return known | facts


def refused(reason: str, **facts: Any) -> dict[str, Any]:
    sasl = {"method": "PLAIN", "username": "acme-out", "result": "failed", "slip": ""}
    return logged(
        "ehlo=2 starttls=1 auth=0/1 quit=1",
        stage="auth",
        sasl=sasl | {"reason": "", "class": reason} | facts,
    )


def rejected(code: str, words: str) -> dict[str, Any]:
    reject = {"code": code, "enhanced": "", "text": words}
    return logged(
        "ehlo=2 starttls=1 auth=1 mail=1 rcpt=0/1 quit=1",
        stage="rcpt",
        rejects=[reject],
        sasl={"method": "PLAIN", "username": "acme-out", "result": "ok"},
    )


def sent() -> dict[str, Any]:
    return logged("ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1", stage="sent")
