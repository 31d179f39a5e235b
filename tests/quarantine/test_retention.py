"""Held mail ends on its day, not before, and leaves nothing that could be read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from quarantine import retention, store
from quarantine.errors import ContentErased
from quarantine.inventory import take_inventory
from quarantine.models import Hold, Message
from quarantine.states import State
from quarantine.tasks import expire
from tests.factories import make_attempt, make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NOW = timezone.now()
PAST = NOW - timedelta(days=2)


def segments(settings) -> list[str]:
    return sorted(path.name for path in Path(settings.STORE_DIR).glob("*.seg"))


@pytest.mark.parametrize("state", sorted(set(State) - {State.RELEASING, State.EXPIRED}))
def test_what_is_past_its_day_expires(people, state: str):
    hold = make_hold(people.acme, state=state, expires_at=PAST)

    assert retention.end_holds(NOW) == 1

    hold.refresh_from_db()
    assert hold.state == State.EXPIRED


def test_what_still_has_time_is_left_alone(people, settings):
    hold = make_hold(people.acme, expires_at=timezone.now() + timedelta(days=1))

    expire()

    hold.refresh_from_db()
    assert hold.state == State.HELD
    assert b"".join(store.open_content(hold.message)).startswith(b"Subject")


def test_what_is_on_its_way_keeps_its_bytes(people, settings):
    hold = make_hold(people.acme, state=State.RELEASING, expires_at=PAST)
    neighbour = make_hold(people.acme, expires_at=PAST)
    Message.objects.filter(pk=neighbour.message_id).update(segment=hold.message.segment)

    expire()

    hold.refresh_from_db()
    assert hold.state == State.RELEASING
    assert b"".join(store.open_content(hold.message)).startswith(b"Subject")


def test_a_segment_goes_when_its_day_is_over_and_nothing_in_it_is_wanted(
    people, settings
):
    gone = make_hold(people.acme, expires_at=PAST)
    stays = make_hold(people.acme, expires_at=NOW + timedelta(days=3))

    expire()

    assert segments(settings) == [stays.message.segment]
    gone.message.refresh_from_db()
    with pytest.raises(ContentErased):
        store.open_content(gone.message)
    assert take_inventory().is_sound


def test_todays_segment_stays_until_the_day_is_over(people, settings):
    hold = make_hold(people.acme, expires_at=NOW - timedelta(seconds=1))

    retention.end_holds(NOW)
    retention.unlink_segments(NOW)

    assert hold.message.segment in segments(settings)


def test_rows_are_told_of_and_then_deleted_with_their_message(people):
    told = make_hold(people.acme, state=State.EXPIRED, expires_at=PAST)
    old = make_hold(
        people.acme, state=State.EXPIRED, expires_at=NOW - timedelta(days=15)
    )
    make_attempt(old, "rejected")

    assert retention.delete_told(NOW) == 1

    assert list(Hold.objects.all()) == [told]
    assert list(Message.objects.all()) == [told.message]


def test_a_message_stays_while_another_recipient_holds_it(people):
    old = make_hold(
        people.acme, state=State.EXPIRED, expires_at=NOW - timedelta(days=15)
    )
    other = Hold.objects.get(pk=old.pk)
    other.pk = None
    other.id = Hold._meta.pk.get_default()
    other.envelope_recipient, other.state = "rita@acme.example", State.HELD
    other.expires_at = NOW + timedelta(days=1)
    other.save(force_insert=True)

    retention.delete_told(NOW)
    retention.unlink_segments(NOW)

    assert list(Hold.objects.all()) == [other]
    assert b"".join(store.open_content(other.message)).startswith(b"Subject")


def test_goes_in_small_steps(people, monkeypatch):
    monkeypatch.setattr(retention, "STEP", 2)
    monkeypatch.setattr(retention, "STEPS_PER_RUN", 2)
    for _ in range(5):
        make_hold(people.acme, expires_at=PAST)

    assert retention.end_holds(NOW) == 4
    assert retention.end_holds(NOW) == 1
    assert retention.end_holds(NOW) == 0


def test_foreign_files_in_the_store_are_left_alone(people, settings):
    make_hold(people.acme)
    foreign = Path(settings.STORE_DIR) / "2001-01-01-notes.seg"
    foreign.write_text("not ours")

    expire()

    assert foreign.exists()
