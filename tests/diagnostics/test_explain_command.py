"""`manage.py explain`: another process, without settings, secret or database."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
LINE = "connect to out.scanner.example[198.51.100.7]:25: Connection timed out"


def run(*arguments: str) -> subprocess.CompletedProcess:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"SECRET_KEY", "DATABASE_URL"}
    }
    return subprocess.run(
        [sys.executable, "manage.py", "explain", *arguments],
        cwd=ROOT,
        env=environment | {"READ_DOTENV": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_needs_no_secret_and_prints_the_json_of_a_probe():
    done = run("--json", LINE)

    report = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr.decode()
    assert (report["version"], report["vantage"]) == (1, "text")
    [item] = report["evidence"]
    assert (item["check"], item["status"]) == ("error_text", "failed")
    first = report["causes"][0]
    assert first["slug"] == "port25-blocked-drop"
    assert first["confidence"] <= 0.5
    assert {cause["next_check"] for cause in report["causes"]} == {first["next_check"]}
    assert first["next_check"]


@pytest.fixture
def told(monkeypatch, capsys):
    """Run the command in this process; return its exit code and what it said."""

    def tell(*arguments: str, text: bytes = b"") -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        with pytest.raises((SystemExit, CommandError)) as ended:
            call_command("explain", *arguments)
        code = getattr(ended.value, "code", None)
        return getattr(ended.value, "returncode", code), capsys.readouterr().out

    return tell


def test_standard_input_is_read_and_may_be_anything(told):
    code, said = told("-", text=b"\xff\xfe\x00 535 5.7.8 authentication failed\n")

    assert code == 1
    assert "auth-password-wrong" in said


def test_unknown_text_names_nothing(told):
    code, said = told("--json", "all is well")

    assert (code, json.loads(said)["causes"]) == (0, [])


@pytest.mark.parametrize("text", [b"", b" \n"])
def test_no_text_is_a_wrong_use(told, text):
    assert told("--json", text=text) == (2, "")


def test_a_password_in_the_text_is_not_shown(told):
    code, said = told("535 5.7.8 authentication failed password=Geheim4711")

    assert code == 1
    assert "Geheim4711" not in said
