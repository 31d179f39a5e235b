"""`manage.py probe`, as others call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.diagnostics.scanner import Scanner

ROOT = Path(__file__).parents[2]


def probe(*options: str, typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run it with neither secret nor database."""
    return subprocess.run(
        [sys.executable, "manage.py", "probe", *options],
        check=False,
        input=typed,
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        env={
            "PATH": os.environ["PATH"],
            "READ_DOTENV": "0",
            "DATABASE_URL": "postgres:///nowhere/at-all",
        },
    )


@pytest.fixture
def scanner(good_certificate):
    with Scanner(good_certificate) as running:
        yield running


def options_for(scanner, authority) -> list[str]:
    return ["localhost", "--port", str(scanner.port), "--cafile", str(authority.pem)]


def test_healthy_scanner_exits_0(scanner, authority, good_certificate):
    done = probe(
        *options_for(scanner, authority),
        *("--expect-address", "127.0.0.1", "--expect-pin", good_certificate.pin),
        *("--username", "acme", "--password-stdin", "--json"),
        typed=b"richtig-geheim\n",
    )

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["version"] == 1
    assert report["vantage"] == "server"
    assert report["causes"] == []
    assert report["duration_seconds"] < 2
    assert set(report["evidence"][0]) == {
        "check", "subject", "status", "duration_seconds", "facts", "transcript",
    }  # fmt: skip
    tcp = f"localhost:{scanner.port}/ipv4"
    assert tcp in [i["subject"] for i in report["evidence"] if i["check"] == "tcp"]


def test_cause_exits_1_and_hides_the_password(scanner, authority):
    done = probe(
        *options_for(scanner, authority),
        *("--username", "acme", "--password-stdin", "--json"),
        typed=b"falsch-geraten\r\n",
    )

    assert done.returncode == 1
    causes = json.loads(done.stdout)["causes"]
    assert causes[0]["slug"] == "auth-password-wrong"
    assert causes[0]["who"] == "customer"
    assert len({cause["next_check"] for cause in causes}) == 1
    assert sum(cause["confidence"] for cause in causes) <= 1
    assert b"falsch-geraten" not in done.stdout + done.stderr
    assert scanner.count("AUTH") == 1


def test_speaks_to_people_without_json(scanner):
    done = probe("localhost", "--port", str(scanner.port))

    assert done.returncode == 1
    assert b"scanner-cert-no-chain" in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("localhost", "--port", "0"),
        ("localhost", "--port", "x"),
        ("localhost", "--expect-pin", "abc"),
        ("localhost", "--expect-address", "nowhere"),
        ("localhost", "--cafile", "/nonexistent"),
        ("localhost", "--password-stdin"),
    ],
)
def test_wrong_usage_exits_2(options):
    assert probe(*options).returncode == 2
