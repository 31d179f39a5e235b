"""What outlives its segment's day is carried on; killed anywhere, nothing is lost."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.identifiers import uuid7
from quarantine import carrying, retention, store
from quarantine.errors import StoreUnavailable
from quarantine.inventory import take_inventory
from quarantine.models import Hold, Message
from quarantine.states import State
from quarantine.store import ORPHAN_SECONDS, Writer, erase, open_content
from quarantine.tasks import expire
from tests.factories import make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NOW = timezone.now()
PAST = NOW - timedelta(days=2)
CONTENT = b"Subject: Beweis\r\n\r\nText\r\n"


def kept(people, **fields) -> Hold:
    fields = {"expires_at": PAST, "content": CONTENT} | fields
    return make_hold(people.acme, kept_at=NOW, kept_by=people.alice, **fields)


def read(hold: Hold) -> bytes:
    return b"".join(open_content(Message.objects.get(pk=hold.message_id)))


def names(settings) -> set[str]:
    return {path.name for path in Path(settings.STORE_DIR).glob("*.seg")}


def test_a_kept_mail_outlives_its_day_and_its_segment(people, settings):
    hold = kept(people)
    gone = make_hold(people.acme, expires_at=PAST)
    before = hold.message.segment
    Message.objects.filter(pk=gone.message_id).update(segment=before)

    expire()
    expire()

    hold.refresh_from_db()
    assert hold.state == State.HELD
    assert read(hold) == CONTENT
    assert names(settings) == {Message.objects.get(pk=hold.message_id).segment}
    assert before not in names(settings)
    assert take_inventory().is_sound


def test_the_copy_has_a_key_of_its_own_and_the_old_bytes_stay_noise(people, settings):
    hold = kept(people)
    before = hold.message

    carrying.carry_on(NOW)

    after = Message.objects.get(pk=hold.message_id)
    assert before.wrapped_key != after.wrapped_key
    assert before.segment in names(settings), "who reads it just now still finds it"
    assert after.segment[:10] == (NOW + carrying.KEPT_ON).date().isoformat()


def test_what_may_stay_longer_than_its_segment_is_carried_to_its_day(people):
    hold = make_hold(people.acme, expires_at=PAST, content=CONTENT)
    later = NOW + timedelta(days=20)
    Hold.objects.filter(pk=hold.pk).update(expires_at=later)

    assert carrying.carry_on(NOW) == 1
    assert carrying.carry_on(NOW) == 0

    segment = Message.objects.get(pk=hold.message_id).segment
    assert segment.startswith(later.date().isoformat())
    assert read(hold) == CONTENT


def test_what_is_past_its_day_or_erased_is_left_behind(people, settings):
    make_hold(people.acme, expires_at=PAST)
    erase(kept(people).message)

    assert carrying.carry_on(NOW) == 0


def test_kept_mail_is_carried_again_when_that_day_is_over_too(people):
    hold = kept(people)
    carrying.carry_on(NOW)

    later = NOW + carrying.KEPT_ON + timedelta(days=2)
    retention.end_holds(later)
    retention.unlink_segments(later)
    assert carrying.carry_on(later) == 1

    assert read(hold) == CONTENT


STEPS = {
    "after the copy was written": (Writer, "append", False),
    "before it is durable": (Writer, "sync", True),
    "after it is durable": (Writer, "sync", False),
    "before the second row is switched": (carrying, "_switch", True),
    "after the second row was switched": (carrying, "_switch", False),
    "before the keys of the old segment go": (retention, "_drop_keys", True),
    "after they went, before the file does": (retention, "_drop_keys", False),
}


def die_at(monkeypatch, step: str) -> None:
    """Let the second call of the step, of sync the first, be the last one."""
    owner, name, is_before = STEPS[step]
    real = getattr(owner, name)
    calls: list[str] = []

    def dying(*args: object, **kwargs: object) -> object:
        calls.append(name)
        is_last = len(calls) == 2 or name == "sync"
        if is_last and is_before:
            raise KeyboardInterrupt
        result = real(*args, **kwargs)
        if is_last:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(owner, name, dying)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_loses_nothing(people, monkeypatch, step):
    contents = [CONTENT + b"%d" % number for number in range(3)]
    holds = [kept(people, content=content) for content in contents]

    with monkeypatch.context() as patched:
        die_at(patched, step)
        with pytest.raises(KeyboardInterrupt):
            [expire() for _ in range(3)]
    assert [read(hold) for hold in holds] == contents
    assert take_inventory().is_sound
    for _ in range(3):
        expire()

    assert [read(hold) for hold in holds] == contents
    ends = [message.segment[:10] for message in Message.objects.all()]
    assert min(ends) > NOW.date().isoformat()
    assert take_inventory().is_sound


def test_what_is_erased_while_it_is_copied_stays_erased(people, monkeypatch):
    hold = kept(people)
    sync = Writer.sync

    def slow(writer: Writer) -> None:
        erase(Message.objects.get(pk=hold.message_id))
        sync(writer)

    monkeypatch.setattr(Writer, "sync", slow)

    assert carrying.carry_on(NOW) == 0

    assert Message.objects.get(pk=hold.message_id).wrapped_key is None
    assert take_inventory().erased == 1


def test_content_that_is_lost_stops_nobody_elses(people, settings):
    lost, fine = kept(people), kept(people)
    (Path(settings.STORE_DIR) / lost.message.segment).write_bytes(b"")

    assert carrying.carry_on(NOW) == 1

    retention.unlink_segments(NOW)
    assert lost.message.segment in names(settings), "a living row points there"
    assert read(fine) == CONTENT


def test_a_full_disk_leaves_all_where_it_is(people, monkeypatch):
    hold = kept(people)

    def refuse(*_args: object) -> None:
        raise StoreUnavailable("full")

    monkeypatch.setattr(Writer, "sync", refuse)

    assert carrying.carry_on(NOW) == 0
    assert read(hold) == CONTENT


def test_a_segment_that_no_row_names_goes_once_nobody_writes_to_it(settings):
    writer = Writer()
    stored = writer.append(uuid7(), NOW.date(), [b"never committed"])
    writer.sync()
    path = Path(settings.STORE_DIR) / stored.segment
    old = NOW.timestamp() - ORPHAN_SECONDS - 1

    assert retention.unlink_orphans() == 0, "young: its commit may be under way"
    os.utime(path, (old, old))
    assert retention.unlink_orphans() == 0, "its writer lives"
    writer.close()
    assert retention.unlink_orphans() == 1

    assert not path.exists()


def test_a_segment_that_a_row_names_is_no_orphan(people, settings):
    hold = make_hold(people.acme)
    path = Path(settings.STORE_DIR) / hold.message.segment
    old = NOW.timestamp() - ORPHAN_SECONDS - 1
    os.utime(path, (old, old))

    assert retention.unlink_orphans() == 0
    assert store.NAME.fullmatch(path.name)
