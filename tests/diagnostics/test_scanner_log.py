"""Sessions of the scanner, read from what Postfix 3.7 and Dovecot 2.3 really logged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from diagnostics.checks.evidence import FAILED, OK
from diagnostics.scanner_log import Reader, make_evidence, read_sessions

pytestmark = pytest.mark.db

LOG = (Path(__file__).parent / "scanner.log").read_text().splitlines()
WHEN = datetime(2026, 11, 24, 20, tzinfo=UTC).timestamp()
ZURICH = timezone(timedelta(hours=1))
JOURNAL_JSON = (
    '{{"SYSLOG_IDENTIFIER":"postfix/smtpd","_PID":"7","MESSAGE":"{}",'
    '"__REALTIME_TIMESTAMP":"1795521600000000","_HOSTNAME":"mx"}}'
)
JOURNAL_EXPORT = (
    "__REALTIME_TIMESTAMP=1795521600000000\nSYSLOG_IDENTIFIER=postfix/smtpd\n"
    "_PID=7\nMESSAGE={}\n"
)
ACCOUNT = "outkd7pm3vqxh"


def sessions():
    return read_sessions(LOG, ZURICH, WHEN)


def facts_of(*lines: str):
    (found,) = read_sessions(lines, UTC, WHEN)
    return found.facts


def smtpd(text: str, *, pid: int = 7, at: str = "Nov 24 12:00:00") -> str:
    return f"{at} mx postfix/submission/smtpd[{pid}]: {text}"


def where(**wanted):
    return [
        item.facts
        for item in sessions()
        if all(item.facts[name] == value for name, value in wanted.items())
    ]


def test_finds_the_probe_by_the_name_it_greeted_with():
    (probe,) = where(nonce="0123456789abcdef")

    assert probe["stage"] == "auth"
    assert probe["port"] == 587
    assert probe["tls"]["protocol"] == "TLSv1.3"
    assert probe["sasl"]["result"] == "ok"
    assert probe["replies"]["auth"] == [1, 1]
    assert probe["started_at"] == "2026-11-24T18:27:14+00:00"


def test_tells_a_wrong_password_from_an_unknown_user():
    refused = [item["sasl"] for item in where(stage="auth") if item["sasl"]["class"]]
    classes = [login["class"] for login in refused]

    assert classes.count("password") == 5
    assert classes.count("user") == 5
    assert {one["username"] for one in refused if one["class"] == "password"} == {
        ACCOUNT
    }


def test_keeps_no_name_that_is_no_account_for_it_may_be_a_password():
    text = json.dumps([item._asdict() for item in sessions()], ensure_ascii=False)

    assert "outxxx" not in text
    assert "müller" not in text
    assert "@acme.example" in text  # the sender's domain
    assert "bob" not in text
    assert "remote.example" not in text


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"tls_error": "SSL routines::unsupported protocol", "stage": "starttls"}, 1),
        ({"tls_error": "SSL routines::no shared cipher"}, 1),
        ({"tls_error": "SSL routines::tlsv1 alert unknown ca"}, 1),
        ({"tls_error": "lost connection", "lost_after": "STARTTLS"}, 1),
        ({"service": "submissions", "lost_after": "CONNECT", "port": 465}, 1),
        ({"stage": "mail", "tls": None}, 1),
        ({"stage": "sent"}, 1),
        ({"stage": "data", "lost_after": "DATA"}, 1),
        ({"warnings": ["rate limit: AUTH command"]}, 1),
        ({"warnings": ["non-SMTP command"]}, 1),
    ],
)
def test_reads_how_far_each_session_came(wanted, count):
    assert len(where(**wanted)) == count


def test_reads_what_was_rejected_and_why():
    said = [
        (one["command"], one["code"], one["enhanced"], one["text"])
        for item in sessions()
        for one in item.facts["rejects"]
    ]

    assert said == [
        ("RCPT", "554", "5.7.1", "<…>: Recipient address rejected: Access denied"),
        ("RCPT", "501", "5.5.2", "<my_host!>: Helo command rejected: Invalid name"),
        (
            "RCPT", "553", "5.7.1",
            f"<…@other.example>: Sender address rejected: not owned by user {ACCOUNT}",
        ),
        ("MAIL", "552", "5.3.4", "Message size exceeds fixed limit"),
    ]  # fmt: skip


def test_keeps_interleaved_sessions_apart():
    first, second = read_sessions(
        [
            smtpd("connect from a.example[192.0.2.1]", pid=1),
            smtpd("connect from b.example[192.0.2.2]", pid=2),
            smtpd("lost connection after EHLO from a.example[192.0.2.1]", pid=1),
            smtpd("disconnect from b.example[192.0.2.2] ehlo=1 commands=1", pid=2),
            smtpd("disconnect from a.example[192.0.2.1] ehlo=1 commands=1", pid=1),
        ],
        UTC,
        WHEN,
    )  # fmt: skip

    assert (first.subject, first.status) == ("192.0.2.2", OK)
    assert (second.subject, second.status) == ("192.0.2.1", FAILED)
    assert second.facts["lost_after"] == "EHLO"


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-24T13:00:00.25+01:00 mx postfix/smtpd[7]: {}",
        "2026-11-24T12:00:00Z mx postfix-out/submission/smtpd[7]: {}",
        "<22>Nov 24 12:00:00 mx postfix/smtpd[7]: {}",
        JOURNAL_JSON,
        JOURNAL_EXPORT,
    ],
)
def test_reads_every_form_of_log(line):
    said = ("connect from x[2001:db8::1]", "disconnect from x[2001:db8::1] commands=0")
    lines = [one for text in said for one in line.format(text).split("\n")]

    facts = facts_of(*lines)

    assert facts["client_address"] == "2001:db8::1"
    assert facts["started_at"].startswith("2026-11-24T12:00:00")


def test_says_temporary_when_dovecot_gave_no_answer():
    facts = facts_of(
        smtpd("connect from x[192.0.2.1]"),
        smtpd(
            "warning: x[192.0.2.1]: SASL PLAIN authentication failed:"
            " Connection lost to authentication server"
        ),
        smtpd("disconnect from x[192.0.2.1] ehlo=2 starttls=1 auth=0/1 commands=3/4"),
    )

    assert facts["sasl"]["result"] == "temporary"


def test_a_log_that_lies_moves_no_other_session():
    facts = facts_of(
        smtpd("connect from x[192.0.2.1]"),
        "Nov 24 12:00:00 auth: Info: plain(?,192.0.2.1): Username character disallowed"
        " by auth_username_chars: 0x2c (username: y,192.0.2.9): Password mismatch)",
        smtpd(
            "warning: x[192.0.2.1]: SASL PLAIN authentication failed: (reason"
            " unavailable), sasl_username=y,192.0.2.9): Password mismatch"
        ),
        smtpd("disconnect from x[192.0.2.1] auth=0/1 commands=0/1"),
    )

    assert facts["sasl"]["class"] == "user"
    assert facts["sasl"]["username"] == ""


def test_hostile_lines_harm_nothing():
    hostile = [
        b"\xff\xfe\x00garbage",
        b"Nov 31 25:61:61 mx postfix/smtpd[7]: connect from x[192.0.2.1]",
        b'{"MESSAGE": [1, "x"], "__REALTIME_TIMESTAMP": 3}',
        b"[" * 50_000,
        b"{" * 50_000,
        smtpd("warning: " + "x" * 100_000).encode(),
        smtpd("connect from \x1b[31m[192.0.2.1]").encode(),
        smtpd("NOQUEUE: reject: RCPT from x[192.0.2.1]: " + "<" * 99_000).encode(),
        smtpd("disconnect from x[192.0.2.1] " + "a=1 " * 20_000).encode(),
        b"__REALTIME_TIMESTAMP=" + b"9" * 5000,
        b"",
    ]

    found = read_sessions([*hostile, *LOG], ZURICH, WHEN)

    assert len(found) == len(sessions())


def test_a_reader_goes_on_where_another_one_stopped():
    whole = [item.facts for item in sessions()]
    for cut in range(0, len(LOG), 7):
        first = Reader(ZURICH, WHEN)
        for line in LOG[:cut]:
            first.read(line)
        taken = first.take()
        second = Reader(ZURICH, WHEN)
        second.resume(json.loads(json.dumps(first.as_json())))
        for line in LOG[cut:]:
            second.read(line)
        taken += second.take_all()

        assert sorted(str(make_evidence(one).facts) for one in taken) == sorted(
            map(str, whole)
        )


def test_sessions_of_one_process_in_one_second_are_told_apart():
    reader = Reader(UTC, WHEN)
    for _ in range(3):
        reader.read(smtpd("connect from x[192.0.2.1]"))
        reader.read(smtpd("disconnect from x[192.0.2.1] commands=0/0"))

    assert len({one.key for one in reader.take_all()}) == 3


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Password mismatch", "password"),
        ("unknown user", "user"),
        ("allow_nets check failed: IP not in allowed networks", "address"),
    ],
)
def test_reads_why_of_a_password_file_too(said, word):
    lines = [
        "Nov 24 08:00:00 relay1 postfix/smtpd[5]: connect from m[198.51.100.2]",
        f"Nov 24 08:00:01 auth: Info: passwd-file(acme-out,198.51.100.2): {said}",
        (
            "Nov 24 08:00:01 relay1 postfix/smtpd[5]: warning: m[198.51.100.2]: SASL "
            "PLAIN authentication failed: (reason unavailable), sasl_username=acme-out"
        ),
        (
            "Nov 24 08:00:01 relay1 postfix/smtpd[5]: disconnect from m[198.51.100.2] "
            "ehlo=2 starttls=1 auth=0/1 quit=1 commands=4/5"
        ),
    ]

    (found,) = read_sessions(lines)

    assert found.facts["sasl"]["class"] == word


def test_reads_of_a_locked_account_what_a_passdb_in_lua_says():
    lines = [
        "Nov 24 08:00:00 relay1 postfix/smtpd[5]: connect from m[198.51.100.2]",
        (
            "Nov 24 08:00:01 auth-worker(12958): Info: conn unix:auth-worker (pid=1)"
            ": auth-worker<1>: lua(acme-out,198.51.100.2): db-lua: user disabled"
        ),
        (
            "Nov 24 08:00:01 relay1 postfix/smtpd[5]: warning: m[198.51.100.2]: SASL "
            "PLAIN authentication failed: (reason unavailable), sasl_username=acme-out"
        ),
        (
            "Nov 24 08:00:01 relay1 postfix/smtpd[5]: disconnect from m[198.51.100.2] "
            "ehlo=2 starttls=1 auth=0/1 quit=1 commands=4/5"
        ),
    ]

    (found,) = read_sessions(lines)

    assert found.facts["sasl"]["class"] == "disabled"
