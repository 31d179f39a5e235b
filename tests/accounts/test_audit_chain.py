"""The audit chain against somebody who can write to the database but has no key."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts import audit, audit_chain, tasks
from accounts.audit_chain import FIRST_HASH, Fault, Mark, event_hash, verify
from accounts.errors import AuditBroken
from accounts.models import AuditEvent, AuditHead
from tests.conftest import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def chain(people) -> None:
    """Seal five events."""
    for number in range(5):
        audit.record(actor_of(people.alice), "probe.start", number=number)
    audit_chain.seal_events()


@pytest.fixture
def intruder(chain) -> None:
    """Be somebody who owns the table: the guard of PostgreSQL is lifted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER audit_event_guard ON accounts_auditevent")


def events() -> list[AuditEvent]:
    return list(AuditEvent.objects.order_by("sequence"))


def rehash() -> None:
    """Chain all events anew, as the source code says how."""
    previous = FIRST_HASH
    for number, event in enumerate(events(), start=1):
        event.sequence = number
        event.sealed_hash = previous = event_hash(previous, event)
        AuditEvent.objects.filter(pk=event.pk).update(
            sequence=number, sealed_hash=previous
        )


def test_an_untouched_chain_holds(chain):
    finding = verify()

    assert (finding.count, finding.fault) == (5, None)


def test_an_empty_chain_holds(people):
    assert (verify().count, verify().fault) == (0, None)


def test_sealing_goes_on_where_it_stopped(chain, people):
    audit.record(actor_of(people.alice), "probe.start")

    assert audit_chain.seal_events() == 1
    assert audit_chain.seal_events() == 0
    assert verify().count == 6


def test_what_is_not_sealed_yet_is_no_fault(chain, people):
    audit.record(actor_of(people.alice), "probe.start")

    assert verify().fault is None


def harm_edit() -> None:
    AuditEvent.objects.filter(sequence=3).update(detail={"number": 99})


def harm_edit_and_rehash() -> None:
    harm_edit()
    rehash()


def harm_delete_newest() -> None:
    AuditEvent.objects.filter(sequence=5).delete()


def harm_delete_middle() -> None:
    AuditEvent.objects.filter(sequence=3).delete()


def harm_delete_middle_and_rehash() -> None:
    harm_delete_middle()
    rehash()


def harm_delete_all() -> None:
    AuditEvent.objects.all().delete()


def harm_swap() -> None:
    AuditEvent.objects.filter(sequence=2).update(sequence=99)
    AuditEvent.objects.filter(sequence=3).update(sequence=2)
    AuditEvent.objects.filter(sequence=99).update(sequence=3)


def harm_renumber() -> None:
    AuditEvent.objects.filter(sequence=5).update(sequence=6)


def harm_unseal_newest() -> None:
    AuditEvent.objects.filter(sequence=5).update(sequence=None, sealed_hash="")


def harm_append() -> None:
    event = AuditEvent.objects.create(action="auth.login")
    event.sequence = 6
    event.sealed_hash = event_hash(events()[4].sealed_hash, event)
    event.save()


def harm_cut_and_write_a_head() -> None:
    harm_delete_newest()
    last = events()[-1]
    AuditHead.objects.update(count=4, last_hash=last.sealed_hash)


def harm_delete_head() -> None:
    AuditHead.objects.all().delete()


def harm_delete_everything() -> None:
    harm_delete_all()
    harm_delete_head()


HARMS = {
    harm_edit: Fault.ALTERED,
    harm_edit_and_rehash: Fault.END_MISSING,
    harm_delete_newest: Fault.END_MISSING,
    harm_delete_middle: Fault.MISSING,
    harm_delete_middle_and_rehash: Fault.END_MISSING,
    harm_delete_all: Fault.END_MISSING,
    harm_swap: Fault.ALTERED,
    harm_renumber: Fault.END_MISSING,
    harm_unseal_newest: Fault.END_MISSING,
    harm_append: Fault.END_ADDED,
    harm_cut_and_write_a_head: Fault.HEAD_FORGED,
    harm_delete_head: Fault.NO_HEAD,
    harm_delete_everything: Fault.NO_HEAD,
}


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_no_harm_goes_unnoticed(harm, intruder):
    harm()

    assert verify().fault == HARMS[harm]
    with pytest.raises(CommandError, match="chain broken"):
        call_command("verify_audit", stdout=StringIO())


@pytest.mark.parametrize(
    "harm",
    [harm_delete_newest, harm_append, harm_delete_everything, harm_unseal_newest],
    ids=lambda harm: harm.__name__,
)
def test_the_sealer_covers_no_traces(harm, intruder, caplog):
    harm()
    audit.record_event("auth.login")

    with pytest.raises(AuditBroken):
        audit_chain.seal_events()
    tasks.seal_audit()

    assert "nothing sealed" in caplog.text
    assert not AuditEvent.objects.filter(sequence__gt=6).exists()


def test_an_old_backup_fits_itself_but_not_a_head_noted_outside(intruder, people):
    before = AuditHead.objects.values().get()
    audit.record(actor_of(people.alice), "probe.start")
    audit_chain.seal_events()
    noted = str(audit_chain.find_head())
    AuditEvent.objects.filter(sequence=6).delete()
    AuditHead.objects.update(**before)

    count, _, last_hash = noted.partition(":")

    assert verify().fault is None
    assert verify(Mark(int(count), last_hash)).fault == Fault.OTHER_HISTORY
    with pytest.raises(CommandError, match="noted head"):
        call_command("verify_audit", "--head", noted, stdout=StringIO())


def test_a_head_noted_before_is_part_of_what_came_after(chain, people):
    noted = str(audit_chain.find_head())
    audit.record(actor_of(people.alice), "probe.start")
    audit_chain.seal_events()

    out = StringIO()
    call_command("verify_audit", "--head", noted, stdout=out)

    assert "the chain holds" in out.getvalue()


def test_another_key_in_front_keeps_the_head(chain, settings):
    new = "t2:" + "bmV1bmV1bmV1bmV1bmV1bmV1bmV1bmV1bmV1bmV1bmU="
    both = f"{new},{settings.KEY_RING}"
    before = audit_chain.find_head().mac

    settings.KEY_RING = both
    held = verify().fault
    audit_chain.seal_events()
    settings.KEY_RING = new

    assert held is None
    assert audit_chain.find_head().mac != before
    assert verify().fault is None


def test_the_log_gets_each_head(people, caplog):
    caplog.set_level("INFO", "accounts.audit_chain")
    audit.record(actor_of(people.alice), "probe.start")

    audit_chain.seal_events()

    assert f"audit head {audit_chain.find_head()}" in caplog.text


def test_verification_is_remembered_for_the_page(intruder):
    tasks.verify_audit()
    whole = audit_chain.find_head()
    harm_edit()
    tasks.verify_audit()
    broken = audit_chain.find_head()

    assert (whole.fault, whole.verified_count) == ("", 5)
    assert (broken.fault, broken.fault_sequence) == ("altered", 3)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's trigger")
def test_postgresql_refuses_to_change_what_is_sealed(chain):
    audit.record_event("auth.login")
    sealed = AuditEvent.objects.filter(sequence=3)
    fresh = AuditEvent.objects.filter(sequence=None)

    for act in (
        sealed.delete,
        fresh.delete,
        lambda: sealed.update(action="x"),
        lambda: sealed.update(sequence=None),
        lambda: fresh.update(action="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert verify().count == 5
