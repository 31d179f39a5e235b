"""`manage.py judge`: as people call it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.diagnostics.ends import FAILED, agent, server, stage

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Call it without a secret and without a database that could be reached."""
    kept = {k: v for k, v in os.environ.items() if k != "SECRET_KEY"}
    return subprocess.run(
        [sys.executable, "manage.py", "judge", *map(str, arguments)],
        cwd=ROOT,
        env=kept | {"READ_DOTENV": "0", "DATABASE_URL": "postgres://127.0.0.1:1/no"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def report(folder: Path, view: Any) -> Path:
    path = folder / f"{view.vantage}.json"
    evidence = [dict(item._asdict()) for item in view.evidence]
    path.write_text(
        json.dumps({"version": 1, "vantage": view.vantage, "evidence": evidence})
    )
    return path


def test_joins_what_agent_and_portal_saw(tmp_path: Path):
    expired = {"verify_code": 10, "error": "certificate-refused", "sha256": "ab" * 32}
    broken = stage("certificate", status=FAILED, issuer="Lab", **expired)

    done = run(
        *("--evidence", report(tmp_path, server(broken))),
        *("--evidence", report(tmp_path, agent(broken)), "--json"),
    )

    assert done.returncode == 1, done.stderr
    judged = json.loads(done.stdout)
    assert judged["vantage"] == "together"
    assert judged["vantages"] == ["server", "agent"]
    assert judged["causes"][0]["slug"] == "scanner-cert-expired"
    assert judged["causes"][0]["who"] == "us"
    assert {item["vantage"] for item in judged["evidence"]} == {"server", "agent"}


def test_calls_nothing_healthy_that_it_could_not_read(tmp_path: Path):
    pasted = tmp_path / "pasted.txt"
    pasted.write_text("das ist keine Ausgabe eines Befehls\n")

    done = run("--pasted", pasted)

    assert done.returncode == 0, done.stderr
    assert "healthy" not in done.stdout
    assert "nobody looked" in done.stdout


def test_accepts_an_empty_report(tmp_path: Path):
    empty = tmp_path / "nothing.json"
    empty.write_text("{}")

    done = run("--evidence", empty, "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["causes"] == []


def test_reads_error_text_scanner_log_and_pasted_output(tmp_path: Path):
    said, log, pasted = (tmp_path / name for name in ("said", "log", "pasted"))
    said.write_text(
        "Nov 24 08:00:01 mail postfix/smtp[7]: A1: to=<b@remote.example>, "
        "relay=smtp.cleanmail.example[203.0.113.25]:587, delay=0.2, dsn=5.7.0, "
        "status=bounced (host smtp.cleanmail.example[203.0.113.25] said: 530 5.7.0 "
        "Must issue a STARTTLS command first (in reply to MAIL FROM command))\n"
    )
    log.write_text(
        "Nov 24 08:00:00 relay1 postfix/submission/smtpd[5]: connect from "
        "mail.customer.example[198.51.100.2]\n"
        "Nov 24 08:00:01 relay1 postfix/submission/smtpd[5]: disconnect from "
        "mail.customer.example[198.51.100.2] ehlo=1 mail=0/1 quit=1 commands=2/3\n"
    )
    pasted.write_text("nothing that is known\n")

    done = run(
        *("--evidence", report(tmp_path, agent()), "--text", said),
        *("--scanner-log", log, "--pasted", pasted, "--json"),
    )

    assert done.returncode == 1, done.stderr
    judged = json.loads(done.stdout)
    assert judged["vantages"] == ["agent", "scanner_log", "text"]
    assert judged["causes"][0]["slug"] == "starttls-off"
    assert judged["causes"][0]["confidence"] > 0.8


def test_says_in_words_from_where_it_is_healthy(tmp_path: Path):
    done = run("--evidence", report(tmp_path, server()))

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "healthy; looked from: server"


@pytest.mark.parametrize(
    "content", ["[", "[1]", '{"vantage": "moon"}', '{"evidence": [{"check": "tcp"}]}']
)
def test_refuses_what_no_probe_has_written(tmp_path: Path, content: str):
    path = tmp_path / "odd.json"
    path.write_text(content)

    done = run("--evidence", path)

    assert done.returncode == 2
    assert "odd.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_refuses_to_judge_nothing():
    assert run().returncode == 2
