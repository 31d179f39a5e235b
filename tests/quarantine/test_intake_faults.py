"""What happens to mail when something breaks: deferred, never lost, never doubled."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from django.db import connection

from accounts.models import AuditEvent, Policy
from quarantine.models import Hold, Message
from quarantine.states import State
from quarantine.store import open_content
from tests.conftest import People
from tests.quarantine.test_intake_hold import SPAM
from tests.services.intake import ROOT, Intake, environment, greeted, intake

pytestmark = pytest.mark.django_db(transaction=True)


def verify_store() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "verify_store"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def content_of(queue_id: str) -> bytes:
    return f"Subject: {queue_id}\r\n\r\n".encode() + queue_id.encode() * 400 + b"\r\n"


class Senders:
    """Threads that send until the intake is gone, noting what was answered 250."""

    def __init__(self, running: Intake, count: int) -> None:
        self.running = running
        self.kept: list[str] = []
        self.threads = [
            threading.Thread(target=self.send, args=(number,))
            for number in range(count)
        ]

    def send(self, number: int) -> None:
        try:
            with greeted(self.running) as client:
                for turn in range(10_000):
                    queue_id = f"Q{number}x{turn}"
                    replies = client.send(content_of(queue_id), queue_id=queue_id)
                    if not replies[0].startswith("250 2.6.0"):
                        return
                    self.kept.append(queue_id)
        except (OSError, AssertionError):
            return

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self.threads:
            thread.join(30)


def assert_kept(queue_ids: list[str]) -> None:
    found = {m.queue_id: m for m in Message.objects.prefetch_related("holds")}
    for queue_id in queue_ids:
        assert b"".join(open_content(found[queue_id])) == content_of(queue_id)
    times = Counter(Hold.objects.values_list("message__queue_id", flat=True))
    assert max(times.values()) == 1


def test_l1_killed_in_mid_run_nothing_is_lost_and_nothing_doubled(
    people: People, tmp_path: Path
):
    with intake(tmp_path) as running, Senders(running, 6) as senders:
        while len(senders.kept) < 300:
            time.sleep(0.01)
        running.kill()
    kept = list(senders.kept)

    assert len(kept) >= 300
    assert_kept(kept)
    assert verify_store().returncode == 0

    # The MTA did not hear the last answers and comes again with all of it.
    with intake(tmp_path) as running, greeted(running) as client:
        for queue_id in kept[-50:]:
            replies = client.send(content_of(queue_id), queue_id=queue_id)
            assert replies[0].startswith("250")
    assert_kept(kept)
    checked = verify_store()
    assert checked.returncode == 0, checked.stderr


def test_sigterm_drains(people: People, tmp_path: Path):
    with intake(tmp_path) as running, Senders(running, 4) as senders:
        while len(senders.kept) < 50:
            time.sleep(0.01)
        code = running.stop()

    assert code == 0
    assert_kept(senders.kept)
    assert Hold.objects.count() == len(senders.kept)


@pytest.fixture
def door_to_database(tmp_path: Path) -> Iterator[Path]:
    """Give a folder through which PostgreSQL is reached, so that it can go away."""
    folder = tmp_path / "pg"
    folder.mkdir()
    real = Path(connection.settings_dict["HOST"]) / ".s.PGSQL.5432"
    (folder / real.name).symlink_to(real)
    return folder


def test_database_down_defers_and_later_keeps(
    people: People, tmp_path: Path, door_to_database: Path
):
    url = f"postgres:///{door_to_database}/{connection.settings_dict['NAME']}"
    link = door_to_database / ".s.PGSQL.5432"
    real = link.readlink()
    with intake(tmp_path, DATABASE_URL=url) as running, greeted(running) as client:
        assert client.send(b"one\r\n", queue_id="Q1")[0].startswith("250")

        link.unlink()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        down = [client.send(b"two\r\n", queue_id="Q2")[0] for _ in range(3)]
        link.symlink_to(real)
        later = client.send(b"two\r\n", queue_id="Q2")[0]

    assert [reply[:9] for reply in down] == ["451 4.3.0"] * 3
    assert later.startswith("250")
    assert Counter(Message.objects.values_list("queue_id", flat=True)) == {
        "Q1": 1,
        "Q2": 1,
    }


@pytest.mark.system
def test_full_disk_defers_and_loses_nothing(people: People, tmp_path: Path, settings):
    settings.STORE_DIR = disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    try:
        with intake(tmp_path) as running, greeted(running) as client:
            replies = [
                client.send(os.urandom(100_000), queue_id=f"Q{n}")[0] for n in range(20)
            ]
            small = client.send(b"small\r\n", queue_id="small")[0]
            subprocess.run(["mount", "-o", "remount,size=9m", disk], check=True)
            later = client.send(os.urandom(100_000), queue_id="later")[0]
            big = client.send(os.urandom(30_000_000), queue_id="big")[0]
        kept = [reply[:3] for reply in replies].count("250")
        checked = verify_store()
    finally:
        subprocess.run(["umount", disk], check=True)

    assert 5 <= kept <= 10
    assert {reply[:9] for reply in replies} == {"250 2.6.0", "451 4.3.0"}
    assert later.startswith("250")
    assert big.startswith("451 4.3.0")
    assert checked.returncode == 0, checked.stderr
    expected = kept + 1 + small.startswith("250")
    assert f"messages readable: {expected}" in checked.stdout


def test_file_size_limit_defers_and_later_keeps(people: People, tmp_path: Path):
    with intake(tmp_path) as running, greeted(running) as client:
        first = client.send(b"first\r\n")[0]
        limit = (200_000, resource.RLIM_INFINITY)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, limit)
        refused = client.send(os.urandom(300_000))[0]
        small = client.send(b"small\r\n")[0]

    assert [first[:3], refused[:9], small[:3]] == ["250", "451 4.3.0", "250"]
    assert verify_store().returncode == 0
    assert Hold.objects.count() == 2


def test_broken_key_ring_defers(people: People, tmp_path: Path):
    with (
        intake(tmp_path, KEY_RING="t1:not-base64!") as running,
        greeted(running) as client,
    ):
        assert client.send(b"x\r\n")[0].startswith("451 4.3.0")

    assert Hold.objects.count() == 0


def test_broker_away_does_not_hold_up_intake(people: People, tmp_path: Path):
    Policy.objects.filter(customer=people.acme).update(held_categories=[])
    with (
        intake(tmp_path, REDIS_URL="redis://127.0.0.1:1/0") as running,
        greeted(running, timeout=5) as client,
    ):
        replies = [
            client.send(SPAM + text, queue_id="Q1")[0]
            for text in (b"1\r\n", b"2\r\n", b"3\r\n")
        ]

    assert all(reply.startswith("250") for reply in replies)
    assert Hold.objects.filter(state=State.RELEASING).count() == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty", b""),
        ("no header", b"\r\nonly a body\r\n"),
        ("NUL bytes", b"Subject: a\0b\r\n\r\n\0\0\0\r\n"),
        ("line of 1 MB", b"Subject: x\r\n\r\n" + b"a" * 1_000_000 + b"\r\n"),
        ("header line of 1 MB", b"Subject: " + b"a" * 1_000_000 + b"\r\n\r\nx\r\n"),
        ("bare LF", b"Subject: x\n\ntext\n.\n..\r\n"),
        ("bare CR", b"Subject: x\r\rtext\r.\r\r\n"),
        ("8 bit", b"Subject: \xff\xfe\r\n\r\n\x80\x81\r\n"),
        (
            "3,000 parts",
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
            + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 3000
            + b"--b--\r\n",
        ),
        ("50 MB", b"Subject: big\r\n\r\n" + b"0123456789abcde\r\n" * 3_000_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_odd_message_is_kept_byte_for_byte_and_shown(
    people: People, client_for, tmp_path: Path, name: str, content: bytes
):
    with intake(tmp_path) as running, greeted(running) as client:
        reply = client.send(content)[0]

    assert reply.startswith("250 2.6.0"), name
    hold = Hold.objects.select_related("message").get()
    assert b"".join(open_content(hold.message)) == content
    assert hold.message.content_sha256 == hashlib.sha256(content).hexdigest()
    client, began = client_for(people.alice), time.monotonic()
    assert client.get(f"/holds/{hold.pk}/").status_code == 200
    assert time.monotonic() - began < 2


def test_content_command_gives_the_bytes(people: People, tmp_path: Path):
    content = b"Subject: x\r\n\r\n\0\xff\r\n"
    with intake(tmp_path) as running, greeted(running) as client:
        client.send(content)

    sha256 = hashlib.sha256(content).hexdigest()
    written = subprocess.run(
        [sys.executable, "manage.py", "content", sha256],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=True,
    )

    assert written.stdout == content
    assert AuditEvent.objects.filter(action="content_read_by_command").exists()


def test_two_processes_share_a_port(people: People, tmp_path: Path):
    with intake(tmp_path) as first:
        listen = f"{first.host}:{first.port}"
        second = subprocess.Popen(
            [sys.executable, "manage.py", "intake", "--listen", listen],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert second.stdout.readline() == f"intake: listening on {listen}\n"
            for _ in range(20):
                with greeted(first) as client:
                    assert client.send(b"x\r\n")[0].startswith("250")
        finally:
            second.send_signal(signal.SIGTERM)
            assert second.wait(30) == 0
            second.stdout.close()

    assert Hold.objects.count() == 20
