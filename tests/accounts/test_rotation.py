"""Keys are rotated row by row: nothing lost, nothing back, nothing silent."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import outbox, rotation
from accounts.audit_chain import seal_events, verify
from accounts.keyring import key_id_of, seal
from accounts.models import AuditEvent, OutgoingMail, PeopleImport, TotpDevice
from accounts.people_csv import Row
from accounts.people_import import open_rows
from quarantine.inventory import take_inventory
from quarantine.models import Message
from quarantine.store import erase, open_content
from tests.conftest import make_totp_device
from tests.factories import make_hold, make_import

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NEW = "t2:" + "QUFB" * 10 + "QUE="


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def sealed(people, settings):
    """Something of every kind under the old key, then a new one in front of it."""
    make_totp_device(people.bob)
    make_import(people.acme, people.alice, Row(1, "eva@acme.example"))
    outbox.put(people.bob, "password_reset")
    holds = [make_hold(people.acme, content=b"x%d" % number) for number in range(5)]
    settings.KEY_RING = f"{NEW},{settings.KEY_RING}"
    return holds


def old_key(settings) -> str:
    return settings.KEY_RING.split(",")[1].partition(":")[0]


def test_everything_still_reads_once_the_old_key_is_gone(sealed, people, settings):
    said = run()

    old = old_key(settings)
    assert f"key {old}: seals nothing and may leave KEY_RING" in said
    settings.KEY_RING = NEW
    assert take_inventory().readable == 5
    assert b"".join(open_content(Message.objects.first())).startswith(b"x")
    assert TotpDevice.objects.get().verify_token("000000") is False
    assert open_rows(PeopleImport.objects.get())[0].email == "eva@acme.example"
    assert verify().fault is None
    assert "may leave" not in run("--status")


def test_counting_changes_nothing(sealed, settings):
    before = list(Message.objects.values_list("wrapped_key", flat=True))

    said = run("--status")

    old = old_key(settings)
    assert f"quarantine.Message.wrapped_key: {old} 5" in said
    assert f"key {old}: needed by" in said
    assert before == list(Message.objects.values_list("wrapped_key", flat=True))
    assert not AuditEvent.objects.exists()


def test_a_run_that_was_killed_is_completed_by_the_next(sealed, monkeypatch):
    monkeypatch.setattr(rotation, "STEP", 2)

    def die(column: str, _count: int) -> None:
        if column.startswith("quarantine"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(die)
    (column,) = [c for c in rotation.list_columns() if c.model is Message]
    assert rotation.count_by_key(column)["t2"] == 2

    run()

    assert rotation.count_by_key(column) == {"t2": 5}
    assert take_inventory().readable == 5


def test_what_is_erased_meanwhile_stays_erased(sealed, monkeypatch):
    first = Message.objects.order_by("pk").first()
    reseal = rotation.reseal

    def slow(value: bytes, *, purpose: str) -> bytes:
        if purpose == "content":
            erase(first)
        return reseal(value, purpose=purpose)

    monkeypatch.setattr(rotation, "reseal", slow)

    said = run()

    first.refresh_from_db()
    assert first.wrapped_key is None
    assert "changed or erased meanwhile: 1" in said
    assert take_inventory().erased == 1


def test_values_of_a_key_that_is_gone_are_named(sealed, settings):
    old = old_key(settings)
    settings.KEY_RING = NEW

    with pytest.raises(CommandError, match=f"8 values under '{old}', not in KEY_RING"):
        run()


def test_a_value_that_no_key_opens_is_named(sealed, settings):
    device = TotpDevice.objects.get()
    broken = bytes(device.sealed_secret)[:-1] + b"\0"
    TotpDevice.objects.update(sealed_secret=broken)

    with pytest.raises(CommandError, match=f"TotpDevice.sealed_secret {device.pk}"):
        run()

    assert bytes(TotpDevice.objects.get().sealed_secret) == broken


def test_what_was_done_with_needs_no_key(sealed, settings):
    OutgoingMail.objects.update(sealed_details=b"")

    run()

    assert bytes(OutgoingMail.objects.get().sealed_details) == b""


def test_the_run_is_audited_without_secrets(sealed):
    run()

    event = AuditEvent.objects.get(action="keys.rotate")
    assert event.detail["key"] == "t2"
    assert event.detail["values"]["quarantine.Message.wrapped_key"] == 5


def test_a_key_id_is_read_from_the_value(settings):
    assert key_id_of(seal(b"x", purpose="totp")) == settings.KEY_RING.partition(":")[0]


def test_the_end_of_the_audit_log_keeps_its_key_until_it_is_sealed(sealed, settings):
    assert rotation.is_head_current() is False

    seal_events()

    assert rotation.is_head_current() is True
