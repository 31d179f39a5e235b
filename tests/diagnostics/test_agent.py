"""The agent as one file: how it is built, and that it says a verdict anywhere."""

from __future__ import annotations

import ast
import fcntl
import hashlib
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagnostics import agent_file
from tests.diagnostics.agents import (
    SLUG,
    VERSIONS,
    find_python,
    run_agent,
    write_agent,
)
from tests.diagnostics.scanner import DAY, NOW, Scanner

ROOT = Path(__file__).parents[2]
EVERY_DAY = ("3.6", "3.13")
UMLAUT = {"LC_ALL": "C.UTF-8"}


def interpreters() -> list:
    found = []
    for version in VERSIONS:
        python = find_python(version)
        marks = [] if version in EVERY_DAY else [pytest.mark.full]
        if python is None:
            marks.append(pytest.mark.skip(reason=f"no Python {version} here"))
        found.append(pytest.param(python, id=version, marks=marks))
    return found


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """Return a folder that nobody may enter too."""
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-agent-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def script(open_folder) -> Path:
    return write_agent(open_folder)


@pytest.fixture
def scanner(good_certificate):
    with Scanner(good_certificate) as running:
        yield running


@pytest.fixture
def options(scanner, authority, open_folder) -> list[str]:
    cafile = open_folder / "ca.pem"
    cafile.write_bytes(authority.pem.read_bytes().partition(b"-----BEGIN PRIV")[0])
    return [
        *("--host", "localhost", "--port", str(scanner.port)),
        *("--cafile", str(cafile), "--expect-address", "127.0.0.1"),
    ]


@pytest.fixture
def secret(open_folder) -> Path:
    file = open_folder / "password"
    file.write_text("richtig-geheim\n")
    return file


def test_command_writes_the_file_and_its_hash_without_database_or_secret(tmp_path):
    target = tmp_path / "agent.py"
    done = subprocess.run(
        [sys.executable, "manage.py", "build_agent", "--output", target],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        env={
            "PATH": os.environ["PATH"],
            "READ_DOTENV": "0",
            "DATABASE_URL": "postgres:///nowhere/at-all",
        },
    )

    assert target.read_bytes() == agent_file.build()
    assert done.stdout.split()[0] == hashlib.sha256(target.read_bytes()).hexdigest()


def test_carries_every_check_word_for_word():
    text = agent_file.build().decode()

    for path in sorted((ROOT / "diagnostics/checks").glob("*.py")):
        assert path.read_text() in text, path.name
    assert "base64" not in text.partition("MODULES = {}")[0]
    assert max(len(line) for line in text.splitlines()) < 500


@pytest.mark.parametrize(
    "hostile",
    [
        "'); import os; os.system('id') #",
        "'''\nimport os\n'''",
        '"""',
        "\\",
        "a\nb\r\nc\u2028d\0",
        "%(settings)s {0}",
        "\u202eßü",
    ],
)
def test_no_setting_becomes_code(hostile):
    said = {"host": hostile, "configured_ports": [25], "known_hosts": [hostile]}

    tree = ast.parse(agent_file.build(said))

    (written,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SETTINGS"
    ]
    assert ast.literal_eval(written) == said
    assert len(tree.body) == len(ast.parse(agent_file.build()).body)


@pytest.mark.parametrize("python", interpreters())
def test_healthy_scanner(python, script, options, secret, scanner):
    done = run_agent(
        *(python, script, *options, "--json"),
        *("--username", "acme", "--password-file", secret),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["version"] == 1
    assert report["vantage"] == "agent"
    assert report["causes"] == []
    assert scanner.count("AUTH") == 1
    assert "richtig-geheim" not in done.stdout + done.stderr


@pytest.mark.parametrize("python", interpreters())
def test_pasted_into_standard_input(python, script, options, scanner):
    done = run_agent(
        *(python, "-", *options, "--username", "acme"),
        typed=script.read_bytes(),
        **UMLAUT,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ohne Terminal wird kein Passwort verlangt" in done.stdout
    assert "Von dieser Maschine aus ist alles in Ordnung." in done.stdout
    assert scanner.count("AUTH") == 0


@pytest.mark.parametrize("python", interpreters())
def test_names_a_cause_in_a_terminal_that_knows_ascii_only(python, script, scanner):
    done = run_agent(
        *(python, script, "--host", "localhost", "--port", scanner.port),
        *("--language", "fr"),
        LC_ALL="C",
        PYTHONCOERCECLOCALE="0",
        PYTHONUTF8="0",
    )

    assert done.returncode == 1
    assert "scanner-cert-no-chain" in done.stdout
    assert "Ce qui aide:" in done.stdout


@pytest.fixture(params=["scanner-cert-self-signed", "scanner-cert-expired"])
def distrusted(request, new_certificate, authority) -> tuple:
    """Return the cause to be named, and the certificate."""
    if request.param == "scanner-cert-self-signed":
        return request.param, new_certificate()
    return request.param, new_certificate(issuer=authority, ends=NOW - 20 * DAY)


@pytest.mark.parametrize("python", interpreters())
def test_distrusts_for_the_same_reason(distrusted, python, script, options):
    slug, certificate = distrusted
    with Scanner(certificate) as scanner:
        options[3] = str(scanner.port)
        done = run_agent(python, script, *options, "--json")

    assert slug in [cause["slug"] for cause in json.loads(done.stdout)["causes"]]


@pytest.mark.parametrize("language", ["de", "en", "fr", "it"])
def test_speaks_four_languages(language, script, scanner):
    done = run_agent(
        *(sys.executable, script, "--host", "localhost", "--port", scanner.port),
        LANG=f"{language}_CH.UTF-8",
        PYTHONUTF8="1",
    )

    words = {"de": "hilft", "en": "helps", "fr": "aide", "it": "aiuta"}
    assert words[language] in done.stdout


@pytest.mark.parametrize("python", interpreters())
def test_asks_on_the_terminal_while_standard_input_carries_the_script(
    python, script, options, scanner
):
    master, terminal = pty.openpty()

    def own_terminal() -> None:
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    agent = subprocess.Popen(
        [python, "-", *options, "--username", "acme", "--language", "en"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": "/usr/bin", "PYTHONUTF8": "1"},
        preexec_fn=own_terminal,  # noqa: PLW1509 - one thread here
    )
    agent.stdin.write(script.read_bytes())
    agent.stdin.close()
    agent.stdin = None
    asked = b""
    while b": " not in asked and select.select([master], [], [], 20)[0]:
        asked += os.read(master, 1000)
    os.write(master, b"richtig-geheim\n")
    said, _ = agent.communicate(timeout=60)
    while select.select([master], [], [], 0.05)[0]:
        asked += os.read(master, 1000)
    os.close(master)
    os.close(terminal)

    assert b"Password for acme on localhost" in asked
    assert b"geheim" not in asked + said
    assert agent.returncode == 0, said
    assert scanner.count("AUTH") == 1


def test_old_python_is_told_in_words(script):
    old = Path.home() / ".pyenv/versions/2.7.18/bin/python"
    if not old.exists():
        pytest.skip("no Python 2.7 here")

    done = run_agent(old, script, "--help")

    assert done.returncode == 2
    assert "needs Python 3.6 or newer" in done.stderr


@pytest.mark.parametrize("wrong", [[], ["--host", "x", "--port", "0"], ["--nonsense"]])
def test_wrong_usage_exits_2(script, wrong):
    assert run_agent(sys.executable, script, *wrong).returncode == 2


# Sets the stage in namespaces of its own, then runs the agent there as somebody.
STAGES = {
    "no-route": (["--net"], "true"),
    "loopback-only": (["--net"], "ip link set lo up"),
    "no-ipv6": (
        ["--net"],
        "ip link set lo up; sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
    ),
    "no-dns": (
        [],
        "echo nameserver 127.0.0.9 > $F/dead; mount --bind $F/dead /etc/resolv.conf",
    ),
}


@pytest.mark.system
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize("user", ["root", "nobody"])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("python", interpreters())
def test_says_a_verdict_wherever_it_stands(python, stage, user, script, open_folder):
    namespace, prepare = STAGES[stage]
    become = ""
    if user == "nobody":
        become = "setpriv --reuid=nobody --regid=nogroup --clear-groups"
    # Nobody may not enter the home where pyenv's interpreters lie.
    home, copy = python.parents[1], open_folder / "python"
    copy.mkdir(exist_ok=True)
    done = run_agent(
        *("unshare", "--mount", *namespace, "sh", "-ec"),
        f"mount --bind {home} {copy}; {prepare}; export LD_LIBRARY_PATH={copy}/lib;"
        f"exec {become} {copy}/bin/python3 {script} --host out.cleanmail.invalid "
        "--expect-address 127.0.0.1 --expect-address ::1 --language de",
        F=open_folder,
        **UMLAUT,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert SLUG.search(done.stdout), done.stdout + done.stderr
