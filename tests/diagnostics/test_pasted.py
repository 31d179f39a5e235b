"""Pasted command output becomes the evidence that the agent's own checks make."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from diagnostics.checks.evidence import Evidence, Target
from diagnostics.checks.run import run_checks
from diagnostics.checks.this_machine import read_machine
from diagnostics.pasted import read, read_pasted
from diagnostics.verdicts import judge
from diagnostics.verdicts.scene import AGENT
from diagnostics.wording import label, outcome
from tests.diagnostics.pasted_outputs import (
    HOST,
    IPCONFIG,
    OLD_IFCONFIG,
    SAMPLES,
    V4,
    Sample,
)
from tests.diagnostics.scanner import Scanner

TARGET = Target(HOST, "", known_hosts=(HOST,), addresses=(V4,))

SESSION = f"""admin@mx:~$ telnet {HOST} 25
Trying {V4}...
Connected to {HOST}.
Escape character is '^]'.
220 {HOST} ESMTP
EHLO mx.kunde.example
250-{HOST}
250-SIZE 52428800
250-STARTTLS
250 8BITMIME
STARTTLS
220 2.0.0 Ready to start TLS
QUIT
221 2.0.0 Bye
Connection closed by foreign host.
"""


def find(found: list[Evidence] | tuple[Evidence, ...], check: str) -> Evidence:
    (one,) = [item for item in found if item.check == check]
    return one


def mangled(text: str, code_page: str) -> str:
    """Return the text as it looks when a console's bytes are read as Windows-1252."""
    return text.encode(code_page, "replace").decode("cp1252", "replace")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@pytest.mark.parametrize("code_page", ["", "cp850", "cp437", "utf-8"])
def test_reads_what_systems_print(sample: Sample, code_page: str):
    text = mangled(sample.text, code_page) if code_page else sample.text

    reading = read(text.replace("\n", "\r\n").replace(" : ", "\u00a0: "), TARGET)

    seen = {(item.check, item.subject): item for item in reading.evidence}
    for check, subject, status, facts in sample.expected:
        item = seen[check, subject]
        assert item.status == status
        assert item.facts.items() >= facts.items()
    assert not reading.unread


def test_a_session_has_the_stages_of_the_agents_own():
    found = read(SESSION, TARGET).evidence

    stages = [(item.check, item.status) for item in found]
    assert stages == [
        ("names", "ok"),
        ("tcp", "ok"),
        ("greeting", "ok"),
        ("ehlo", "ok"),
        ("starttls", "ok"),
    ]
    assert find(found, "greeting").facts["is_ours"] is True
    assert find(found, "ehlo").facts["size"] == "52428800"
    assert {item.facts["port"] for item in found[1:]} == {25}


def test_a_windows_session_shows_the_greeting_alone():
    found = read(f"220 {HOST} ESMTP Postfix\n", TARGET).evidence

    assert [item.check for item in found] == ["tcp", "greeting"]
    assert find(found, "greeting").facts["code"] == 220


def test_commands_that_were_not_echoed_are_told_by_the_replies():
    text = f"220 {HOST} ESMTP\n250-{HOST}\n250-AUTH PLAIN\n250 8BITMIME\n"

    found = read(text, TARGET).evidence

    assert find(found, "starttls").facts["offered"] is False
    assert find(found, "starttls").status == "failed"


def test_a_masked_greeting_is_seen():
    text = f"$ telnet {HOST} 25\nTrying {V4}...\n220 ****************0*2\n"

    assert find(read(text, TARGET).evidence, "greeting").facts["is_masked"] is True


def test_an_open_port_that_closes_without_a_word():
    text = f"Trying {V4}...\nConnected to {HOST}.\nConnection closed by foreign host.\n"

    found = read(text, TARGET).evidence

    assert find(found, "tcp").status == "ok"
    assert find(found, "greeting").facts["error"] == "closed"


def test_several_commands_in_one_paste_keep_apart():
    refused = SESSION.replace(f"telnet {HOST} 25", f"telnet {HOST} 587")
    text = SESSION + refused + "admin@mx:~$ ls\nnotes.txt\nadmin@mx:~$ "

    reading = read("Guten Tag,\nhier die Ausgaben:\n\n" + text, TARGET)

    assert reading.commands == ("telnet", "telnet")
    ports = [item.facts["port"] for item in reading.evidence if item.check == "tcp"]
    assert ports == [25, 587]
    assert reading.unread == ((1, 3), (35, 35))


def test_outputs_without_prompts_keep_apart():
    output = SESSION.partition("\n")[2]

    found = read(output + output.replace(V4, "192.0.2.26"), TARGET).evidence

    addresses = [item.facts["address"] for item in found if item.check == "tcp"]
    assert addresses == [V4, "192.0.2.26"]


def test_a_console_breaks_lines_at_its_width():
    line = (
        f"Verbindungsaufbau zu {HOST}...Es konnte keine Verbindung mit dem Host "
        "hergestellt werden, auf Port 587: Verbinden fehlgeschlagen"
    )
    text = line[:80] + "\n" + line[80:]

    assert find(read(text, TARGET).evidence, "tcp").facts["port"] == 587


@pytest.mark.parametrize(
    "said",
    [
        "AUTH PLAIN AGFubmEAZ2VoZWltLXdvcnQ=\n235 2.7.0 Ok\n",
        (
            "AUTH LOGIN\n334 VXNlcm5hbWU6\nYW5uYQ==\n334 UGFzc3dvcmQ6\n"
            "Z2VoZWltLXdvcnQ=\n535 5.7.8 no\n"
        ),
        (
            "MAIL FROM:<geheim-wort@kunde.example>\n250 ok\nDATA\n354 go\n"
            "Subject: geheim-wort\n\nZ2VoZWltLXdvcnQ=\n.\n250 2.0.0 queued\n"
        ),
        "geheim-wort\n500 5.5.2 unknown\n",
    ],
)
def test_nothing_secret_is_kept(said: str):
    text = SESSION.replace("STARTTLS\n220 2.0.0 Ready to start TLS\n", said)

    kept = repr(read_pasted(text, TARGET))

    for secret in ("geheim", "Z2VoZWlt", "AGFubmE", "YW5uYQ", "kunde.example"):
        assert secret not in kept


def test_a_log_in_refused_for_want_of_tls_tells_nothing_of_the_password():
    text = SESSION.replace(
        "STARTTLS\n220 2.0.0 Ready to start TLS\n",
        "AUTH PLAIN AGFubmE=\n530 5.7.0 Must issue a STARTTLS command first\n",
    )

    assert find(read(text, TARGET).evidence, "auth").status == "skipped"


def test_what_is_not_understood_is_said():
    note = read_pasted("Lieber Support,\nes geht nicht.\n", TARGET)[-1]

    assert note.check == "pasted"
    assert note.status == "skipped"
    assert note.facts == {"commands": [], "unread": [[1, 3]]}


def test_dig_says_who_answered_what():
    text = f"""; <<>> DiG 9.18.28 <<>> {HOST} AAAA
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 4711
;; QUESTION SECTION:
;{HOST}.\t\tIN\tAAAA

;; Query time: 4 msec
;; SERVER: 127.0.0.53#53(127.0.0.53) (UDP)
"""

    found = find(read(text, TARGET).evidence, "names")

    assert found.subject == f"{HOST} AAAA @127.0.0.53"
    assert found.facts["rcode"] == 2
    assert found.duration_seconds == 0.004


HOSTILE = (
    "220-" * 250000,
    "220-a\n" * 160000,
    "Trying " * 140000,
    "PS C:\\" + "a" * 999000,
    "*** " + "can't find " * 90000,
    "1.1.1.1." * 120000,
    ":" * 1000000,
    "\n" * 1000000,
    "a@" * 500000,
    "telnet " + "'\"" * 490000,
    ("x" * 80 + "\n") * 12000,
    "Connecting To " + "." * 900000,
    "C:\\>" * 250000,
    "\x1b[" * 500000,
    f"traceroute to {HOST}\n" + " 1  [1.1.1\n" * 80000,
    "Windows IP Configuration\n" + "   DNS . . : 1.1.1.1\n" * 40000,
    "Kernel IP routing table\n" + "1.1.1.1 " * 120000,
    "Kernel IP routing table\n" + ("1.1.1.1 " * 14 + "\n") * 8000,
    "CONNECTED(3)\n-----BEGIN CERTIFICATE-----\n" + ("A" * 64 + "\n") * 15000,
    "\n".join(f"Trying 10.{n // 250 % 250}.{n % 250}.{n % 9}..." for n in range(30000)),
    "Name: x.y\nAddresses: 1.1.1.1\n"
    + "\n".join(f"  10.{n // 250 % 250}.{n % 250}.1" for n in range(30000)),
    "\n".join(f"default via 10.{n // 250}.{n % 250}.1 dev x" for n in range(20000)),
    "eth0: flags=1<UP>\n" + "  inet 1.1.1.1\n" * 60000,
    "=== Trying x:25...\n" + "<-  250-x\n" * 90000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_paste_takes_no_more_than_its_length(text: str):
    since = time.process_time()
    read_pasted(text, TARGET)
    read_pasted(text[:1000] * 100, TARGET)

    assert time.process_time() - since < 5


@pytest.mark.parametrize("language", IPCONFIG)
def test_neither_names_nor_hardware_addresses_are_kept(language: str):
    kept = repr(read_pasted(IPCONFIG[language] + OLD_IFCONFIG[language], TARGET))

    for secret in ("GEHEIM", "muster.example", "00-50-56", "00:50:56", "vmxnet3"):
        assert secret not in kept


def run(*words: str) -> str:
    return subprocess.run(
        words, capture_output=True, text=True, timeout=10, check=True
    ).stdout


@pytest.mark.parametrize(
    "words", [("ip", "addr"), ("ip", "-br", "addr"), ("ifconfig", "-a")], ids=" ".join
)
def test_reads_this_machine_as_the_agent_does(words: tuple[str, ...]):
    if shutil.which(words[0]) is None:
        pytest.skip(f"no {words[0]} here")
    own = {card.name: set(card.addresses) for card in read_machine().interfaces}

    found = find(read(f"$ {' '.join(words)}\n{run(*words)}").evidence, "interfaces")

    seen = {card["name"]: set(card["addresses"]) for card in found.facts["interfaces"]}
    assert {n: a for n, a in seen.items() if a} == {n: a for n, a in own.items() if a}


@pytest.mark.parametrize("words", [("ip", "route"), ("route", "-n")], ids=" ".join)
def test_reads_the_routes_of_this_machine_as_the_agent_does(words: tuple[str, ...]):
    if shutil.which(words[0]) is None:
        pytest.skip(f"no {words[0]} here")
    own = read_machine()
    if not own.routes:
        pytest.skip("no routes here")

    found = find(read(f"$ {' '.join(words)}\n{run(*words)}").evidence, "routes")

    assert found.facts["gateways"] == list(own.gateways)


OUTPUTS = Path(__file__).parent / "outputs"


def test_reads_what_the_agent_reads_of_windows():
    names = ("windows_ipconfig_all.txt", "windows_route_print.txt")

    found = read("".join((OUTPUTS / name).read_text() for name in names)).evidence

    assert find(found, "interfaces").facts["gateways"] == ["192.168.10.1"]
    assert find(found, "routes").facts["gateways"] == ["192.168.10.1"]


def test_reads_what_the_agent_reads_of_macos():
    names = ("macos_ifconfig.txt", "macos_netstat_rn.txt", "macos_scutil_dns.txt")

    found = read("".join((OUTPUTS / name).read_text() for name in names)).evidence

    cards = find(found, "interfaces").facts
    assert cards["usable"] == ["en0"]
    assert cards["name_servers"] == ["192.168.10.53", "2001:db8::53"]


@pytest.mark.parametrize(
    ("said", "status", "facts"),
    [
        (
            f"nc: connectx to {HOST} port 25 (tcp) failed: Connection refused",
            "failed",
            {"error": "ECONNREFUSED", "address": ""},
        ),
        (
            f"nc: connect to {HOST} ({V4}) port 25 (tcp) failed: Connection timed out",
            "failed",
            {"error": "timeout", "address": V4},
        ),
        (
            f"Connection to {HOST} port 25 [tcp/smtp] succeeded!",
            "ok",
            {"port": 25},
        ),
        (
            f"Connection to {HOST} ({V4}) 25 port [tcp/smtp] succeeded!",
            "ok",
            {"address": V4},
        ),
        (f"Ncat: Connected to {V4}:25.", "ok", {"address": V4}),
    ],
)
def test_netcat_is_read_like_telnet(said: str, status: str, facts: dict):
    found = find(read(f"$ nc -vz {HOST} 25\n{said}\n", TARGET).evidence, "tcp")

    assert found.status == status
    assert found.facts.items() >= facts.items()


def test_names_of_routers_are_not_kept():
    text = (
        f"Tracing route to {HOST} [{V4}]\n"
        "  1     1 ms     1 ms     1 ms  geheim.muster.example [192.168.1.1]\n"
        "  2     9 ms     9 ms     9 ms  name-of-a-router.lightspeed.exam [172.\n"
        "20.1.88]\n"
    )

    found = find(read(text, TARGET).evidence, "path")

    assert [hop["address"] for hop in found.facts["hops"]] == [
        "192.168.1.1",
        "172.20.1.88",
    ]
    assert found.facts["hops"][0]["seconds"] == 0.001
    assert "muster" not in repr(found)


def s_client(scanner: Scanner, *options: str) -> str:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    place = f"localhost:{scanner.port}"
    said = subprocess.run(
        ["openssl", "s_client", "-starttls", "smtp", "-connect", place, *options],
        capture_output=True, text=True, timeout=15, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    command = f"$ openssl s_client -starttls smtp -connect {place} </dev/null\n"
    return command + said.stdout + said.stderr


def at(scanner: Scanner, **fields) -> Target:
    return Target("localhost", "", known_ports=(scanner.port,), **fields)


def test_openssl_says_what_the_agent_says_of_a_good_certificate(
    good_certificate, authority
):
    with Scanner(good_certificate) as scanner:
        said = s_client(scanner, "-CAfile", str(authority.pem))
        own = run_checks(at(scanner, cafile=str(authority.pem)), lambda _found: None)

    found = read(said, at(scanner)).evidence

    ours = next(item for item in own if item.check == "certificate").facts
    seen = find(found, "certificate")
    assert seen.status == "ok"
    for name in ("sha256", "names", "not_after", "is_verified", "version", "cipher"):
        assert seen.facts[name] == ours[name]
    assert find(found, "starttls").status == "ok"
    assert find(found, "tcp").facts["port"] == scanner.port


def test_openssl_says_why_a_certificate_is_not_believed(new_certificate):
    with Scanner(new_certificate(names=("other.invalid",))) as scanner:
        found = read(s_client(scanner), at(scanner)).evidence

    facts = find(found, "certificate").facts
    assert facts["verify_code"] == 18
    assert facts["name_matches"] is False
    assert facts["is_verified"] is False


def test_openssl_and_a_pin_tell_interception(good_certificate, new_certificate):
    pins = (new_certificate().pin,)
    with Scanner(good_certificate) as scanner:
        found = read(s_client(scanner), at(scanner, pins=pins)).evidence

    assert find(found, "certificate").facts["pin_matches"] is False


def test_openssl_tells_of_a_server_that_does_not_offer_starttls(good_certificate):
    with Scanner(
        good_certificate, keywords=("SIZE 1",), starttls=b"502 5.5.1 no\r\n"
    ) as scanner:
        found = read(s_client(scanner), at(scanner)).evidence

    assert find(found, "starttls").facts["offered"] is False
    assert find(found, "starttls").status == "failed"


def test_openssl_tells_of_a_closed_port(good_certificate):
    with Scanner(good_certificate) as scanner:
        pass

    found = read(s_client(scanner), at(scanner)).evidence

    assert find(found, "tcp").facts["error"] == "ECONNREFUSED"


def test_openssl_tells_of_garbage_in_place_of_tls(good_certificate):
    with Scanner(good_certificate, after_starttls="500 what?\r\n") as scanner:
        found = read(s_client(scanner), at(scanner)).evidence

    facts = find(found, "certificate").facts
    assert facts["error"] == "tls"
    # Which of the two depends on whether it comes in one piece with the 220.
    assert facts["reason"] in {"WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING"}


def test_openssl_of_a_name_that_is_not_there():
    said = (
        "$ openssl s_client -starttls smtp -connect nix.invalid:587\n"
        "4057F5C3:error:10080002:BIO routines:BIO_lookup_ex:system lib:"
        "../crypto/bio/bio_addr.c:738:Name or service not known\nconnect:errno=22\n"
    )

    found = find(read(said).evidence, "names")

    assert found.facts["error"] == "EAI_NONAME"


@pytest.mark.parametrize("seed", range(4))
def test_a_mangled_paste_breaks_neither_rules_nor_words(seed: int):
    rnd = random.Random(seed)  # noqa: S311
    pool = [line for sample in SAMPLES for line in sample.text.split("\n")]
    odd = ("", "9" * 20, ":", "[", "(", "%", "\x00", "1.2.3.4", "::1", "é", "99999")
    for _ in range(60):
        lines = rnd.choice(SAMPLES).text.split("\n")
        for _ in range(rnd.randrange(6)):
            at = rnd.randrange(len(lines))
            cut = rnd.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + rnd.choice(odd) + lines[at][cut + 2 :]
            lines.insert(at, rnd.choice(pool))
            if rnd.random() < 0.3:
                rnd.shuffle(lines)

        found = read_pasted("\n".join(lines), TARGET)

        json.dumps([item._asdict() for item in found])
        judge(found, AGENT)
        for item in found:
            assert label(item)
            assert isinstance(outcome(item), str)
            assert 0 < item.facts.get("port", 1) < 65536
