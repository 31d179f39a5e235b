"""The operator's view of the store: is all there, and give me these bytes."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.identifiers import uuid7
from accounts.models import AuditEvent
from quarantine.models import Hold
from quarantine.store import Writer, erase
from tests.conftest import People
from tests.factories import make_hold

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def segment_of(hold: Hold, settings) -> Path:
    return Path(settings.STORE_DIR) / hold.message.segment


def test_sound_store_is_counted(people: People, capsys):
    make_hold(people.acme)
    erase(make_hold(people.acme, recipient="info@acme.example").message)

    call_command("verify_store")

    assert capsys.readouterr().out.splitlines() == [
        "messages readable: 1",
        "messages erased: 1",
        "unreferenced ranges: 0 (0 bytes)",
    ]


def test_altered_content_is_named(people: People, capsys, settings):
    hold = make_hold(people.acme)
    path = segment_of(hold, settings)
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)

    with pytest.raises(CommandError):
        call_command("verify_store")

    assert str(hold.message.pk) in capsys.readouterr().err


def test_range_without_a_row_is_counted_and_no_error(people: People, capsys, settings):
    hold = make_hold(people.acme)
    with segment_of(hold, settings).open("ab") as file:
        file.write(b"x" * 77)

    call_command("verify_store")

    assert "unreferenced ranges: 1 (77 bytes)" in capsys.readouterr().out


def test_segment_without_any_row_is_an_orphan_after_an_hour(
    people: People, capsys, settings
):
    writer = Writer()
    stored = writer.append(uuid7(), date(2026, 12, 24), [b"x"])
    writer.sync()
    writer.close()

    call_command("verify_store")
    assert "unreferenced ranges: 1" in capsys.readouterr().out

    then = time.time() - 3700
    os.utime(Path(settings.STORE_DIR) / stored.segment, (then, then))
    with pytest.raises(CommandError):
        call_command("verify_store")
    assert stored.segment in capsys.readouterr().err


def test_content_comes_byte_for_byte_and_is_audited(people: People, capsysbinary):
    hold = make_hold(people.acme, content=b"Subject: x\n\n\0\xff\r.\n")

    call_command("content", hold.message.content_sha256.upper())

    assert capsysbinary.readouterr().out == b"Subject: x\n\n\0\xff\r.\n"
    event = AuditEvent.objects.get(action="content_read_by_command")
    assert event.object_id == str(hold.message.pk)
    assert event.customer == people.acme


def test_erased_content_is_said_to_be_erased(people: People):
    hold = make_hold(people.acme)
    erase(hold.message)

    with pytest.raises(CommandError, match="erased"):
        call_command("content", hold.message.content_sha256)


def test_unknown_hash_ends_with_a_sentence(people: People):
    with pytest.raises(CommandError, match="no message"):
        call_command("content", "0" * 64)
