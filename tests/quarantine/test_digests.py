"""Digests are made: when they are due, once, of what is new, in one line a message."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from accounts import outbox
from accounts.models import AddressGrant, OutgoingMail, Policy
from quarantine import tasks
from quarantine.digests import making as digests
from quarantine.digests import readers as digest_readers
from quarantine.digests.schedule import Schedule
from quarantine.models import Digest, DigestSubscription, DigestToken, Hold
from tests import factories
from tests.quarantine.digest_mails import (
    NOW,
    SLOT,
    hold_for,
    html_of,
    make,
    send,
    settle,
    tell,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]

ZURICH = ZoneInfo("Europe/Zurich")
DAY = timedelta(days=1)


def due(now: datetime = NOW) -> set[tuple[str, datetime]]:
    from_list = digest_readers.list_due(now, at_most=100)
    return {(str(one.user_id), one.slot_at) for one in from_list}


def choose(user, customer, **columns) -> DigestSubscription:
    columns.setdefault("changed_at", SLOT - 9 * DAY)
    return DigestSubscription.objects.create(user=user, customer=customer, **columns)


def test_a_slot_is_by_the_clock_on_the_wall_through_both_changes_of_it():
    daily = Schedule(frozenset((day, time(9)) for day in range(7)))
    moment, slots = datetime(2026, 3, 27, tzinfo=UTC), []

    for _ in range(4):
        moment = daily.following(moment, ZURICH)
        slots.append(moment)
    winter = daily.latest(datetime(2026, 10, 25, 8, tzinfo=UTC), ZURICH)

    # 09:00 in Zürich: 08:00 UTC, from 29 March on 07:00, from 25 October on 08:00.
    assert [slot.hour for slot in slots] == [8, 8, 7, 7]
    assert winter == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_an_hour_that_is_skipped_and_one_that_comes_twice_make_one_slot_each():
    nightly = Schedule(frozenset((day, time(2, 30)) for day in range(7)))

    spring = nightly.following(datetime(2026, 3, 28, 12, tzinfo=UTC), ZURICH)
    autumn = nightly.following(datetime(2026, 10, 24, 12, tzinfo=UTC), ZURICH)
    after = nightly.following(autumn, ZURICH)

    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert after == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_the_policy_says_when_until_a_person_chooses(people):
    settle(people)
    choose(people.rita, people.acme, first_at=time(7), second_at=time(16))

    found = due()

    # Rita's 07:00 in Zürich is over; alice has no address of her own.
    assert found == {
        (str(people.bob.pk), SLOT),
        (str(people.rita.pk), SLOT - timedelta(hours=2)),
    }


def test_slots_are_in_the_zone_of_the_person(people):
    settle(people)
    people.bob.time_zone = "America/New_York"
    people.bob.save()

    found = due(SLOT + timedelta(hours=7))

    assert (str(people.bob.pk), SLOT + timedelta(hours=6)) in found


@pytest.mark.parametrize(
    "silence",
    [
        lambda people: choose(people.bob, people.acme, unsubscribed_at=SLOT),
        lambda _people: Policy.objects.update(digest_rhythm="never"),
        lambda _people: AddressGrant.objects.update(gets_digest=False),
        lambda _people: AddressGrant.objects.update(ends_on=SLOT.date() - DAY),
        lambda people: type(people.bob).objects.update(is_active=False),
        lambda people: type(people.acme).objects.update(is_active=False),
        lambda people: people.bob.memberships.update(created_at=NOW),
        lambda people: choose(people.bob, people.acme, changed_at=NOW),
    ],
    ids=["left", "never", "no right", "ended", "person off", "customer off", "newcomer",
         "just chosen"],
)  # fmt: skip
def test_nobody_is_told_who_shall_not_be(people, silence):
    settle(people)
    silence(people)

    assert str(people.bob.pk) not in {user for user, _slot in due()}


@pytest.mark.parametrize(
    "leave",
    [
        lambda people: people.bob.memberships.all().delete(),
        lambda people: type(people.bob).objects.update(is_active=False),
        lambda people: type(people.acme).objects.update(is_active=False),
    ],
    ids=["membership", "person", "customer"],
)
def test_whoever_leaves_while_a_digest_waits_is_not_sent_it(people, leave):
    settle(people)
    hold_for(people)
    make(people.bob)

    leave(people)

    assert send() == []


def test_the_beat_makes_what_is_due_and_nothing_twice(people, monkeypatch):
    settle(people)
    hold_for(people)
    monkeypatch.setattr(tasks.timezone, "now", lambda: NOW)
    for _ in range(2):
        for one in digest_readers.list_due(NOW, at_most=100):
            tasks.make_digest(
                str(one.customer_id), str(one.user_id), one.slot_at.isoformat()
            )

    assert due() == set()
    assert {digest.user for digest in Digest.objects.all()} == {people.bob, people.rita}
    assert OutgoingMail.objects.filter(kind="digest").count() == 2


def test_tells_what_is_new_and_only_once(people):
    settle(people)
    hold_for(people, subject="Erste")
    hold_for(people, subject="Vorher", received_at=SLOT - 5 * DAY)
    hold_for(people, subject="Erledigt", state="discarded")

    first = tell(people.bob)
    hold_for(people, subject="Zweite", received_at=SLOT + timedelta(hours=1))
    second = tell(people.bob, slot=SLOT + DAY)

    assert first.subject == "1 neue zurückgehaltene E-Mail"
    assert first.to == ["bob@acme.example"]
    assert "Erste" in first.body
    assert "Vorher" not in first.body
    assert "Erledigt" not in first.body
    assert "Zweite" in second.body
    assert "Erste" not in second.body


def test_what_is_not_committed_yet_is_told_of_by_the_next(people):
    settle(people)
    hold_for(people, subject="Eben", received_at=NOW - timedelta(seconds=30))
    hold_for(people, subject="Vorhin")

    first = tell(people.bob)
    second = tell(people.bob, slot=SLOT + DAY)

    assert "Eben" not in first.body
    assert "Eben" in second.body


def test_silence_is_a_slot_without_a_mail(people):
    settle(people)
    make(people.bob)

    assert send() == []
    assert Digest.objects.get().mail is None
    assert due() == {(str(people.rita.pk), SLOT)}


def test_whoever_wants_to_hear_of_nothing_does(people):
    settle(people)
    choose(people.bob, people.acme, only_with_news=False)

    assert tell(people.bob).subject == "Nichts zurückgehalten"


def test_only_chosen_kinds_are_told(people):
    settle(people)
    choose(people.bob, people.acme, categories=["bulk"])
    hold_for(people, subject="Werbung", category="bulk")
    hold_for(people, subject="Anderes", category="spam")

    sent = tell(people.bob)

    assert "Werbung" in sent.body
    assert "Anderes" not in sent.body


def test_what_ends_before_the_next_look_is_told_again(people):
    settle(people)
    hold_for(people, subject="Endet", received_at=SLOT - 20 * DAY, expires_at=NOW + DAY)
    hold_for(people, subject="Bleibt", received_at=SLOT - 20 * DAY)

    sent = tell(people.bob)

    assert sent.subject == "Zurückgehaltene E-Mails: 1 läuft bald ab"
    assert "Endet" in sent.body
    assert "Bleibt" not in sent.body


def test_a_long_list_ends_with_a_number_and_a_link(people, settings):
    settings.DIGEST_ROWS = 3
    settle(people)
    for number in range(5):
        hold_for(people, subject=f"Nummer {number}")

    sent = tell(people.bob)

    assert sent.body.count("Nummer") == 3
    assert "und 2 weitere" in sent.body
    assert "Alle 5 ansehen: http://127.0.0.1:8000/holds/" in sent.body


def test_the_digest_never_names_what_its_reader_may_not_see(people):
    settle(people)
    hold_for(people, subject="Fremd", recipient="alice@acme.example")
    hold_for(people, subject="Eigen")

    assert "Fremd" not in tell(people.bob).body


def test_shared_mailboxes_are_told_to_their_subscribers(people):
    settle(people)
    info = factories.make_address(people.acme_domain, "info")
    factories.grant(people.bob, info)
    factories.grant(people.rita, info, gets_digest=False)
    hold_for(people, subject="Geteilt", recipient="info@acme.example")
    hold_for(people, subject="Eigen")

    assert "Geteilt" in tell(people.bob).body
    assert "Geteilt" not in tell(people.rita).body


def test_d5_a_message_for_two_addresses_of_a_person_is_one_line(people):
    settle(people)
    factories.grant(people.bob, factories.make_address(people.acme_domain, "info"))
    one = hold_for(people, subject="Doppelt")
    Hold.objects.create(
        customer=people.acme,
        message=one.message,
        domain=one.domain,
        address=people.acme_domain.addresses.get(local_part="info"),
        envelope_recipient="info@acme.example",
        subject="Doppelt",
        size=1,
        received_at=one.received_at,
        expires_at=one.expires_at,
    )

    sent = tell(people.bob)

    assert sent.subject == "1 neue zurückgehaltene E-Mail"
    assert sent.body.count("Doppelt") == 1
    assert "an bob@, info@" in sent.body
    assert "info@" not in tell(people.rita).body


def test_d4_a_crash_before_the_commit_leaves_the_slot_to_the_next_run(
    people, monkeypatch
):
    settle(people)
    hold_for(people)

    def die(*_args, **_said):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(DigestToken.objects, "bulk_create", die)
        with pytest.raises(SystemExit):
            make(people.bob)
    assert (str(people.bob.pk), SLOT) in due()

    assert len([tell(people.bob)]) == 1
    assert OutgoingMail.objects.filter(kind="digest").count() == 1


def test_d4_a_crash_between_send_and_mark_neither_doubles_nor_silences(people):
    settle(people)
    hold_for(people, subject="Wichtig")
    make(people.bob)
    row = OutgoingMail.objects.get()
    outbox.deliver(row.pk)
    # As if the worker had died before it could mark the mail as sent.
    OutgoingMail.objects.update(
        state="queued",
        sealed_details=row.sealed_details,
        started_at=timezone.now() - timedelta(minutes=5),
    )

    outbox.end_stale()
    make(people.bob)

    assert send() == []
    assert len(mail.outbox) == 1
    # The next one tells it again: whoever never got the first has missed nothing.
    assert "Wichtig" in tell(people.bob, slot=SLOT + DAY).body


def test_d4_a_mail_server_that_was_down_makes_no_heap_of_digests(people):
    settle(people)
    hold_for(people, subject="Erste")
    make(people.bob)
    hold_for(people, subject="Zweite", received_at=SLOT + timedelta(hours=1))

    make(people.bob, slot=SLOT + DAY)
    (sent,) = send()

    assert "Erste" in sent.body
    assert "Zweite" in sent.body


def test_d4_one_person_whose_digest_fails_keeps_nobody_else_waiting(people):
    settle(people)

    assert len(due()) == 2
    make(people.rita)
    assert due() == {(str(people.bob.pk), SLOT)}


def test_each_reads_in_their_own_language_and_zone(people):
    settle(people)
    people.bob.language, people.bob.time_zone = "en", "America/New_York"
    people.bob.save()
    hold_for(people)

    sent = tell(people.bob)

    assert '<html lang="en">' in html_of(sent)
    # 08:00 UTC, as New York's clocks show it.
    assert "03:00 (New York)" in sent.body


def test_old_digests_go_with_their_links(people):
    settle(people)
    hold_for(people)
    tell(people.bob)
    Digest.objects.update(created_at=NOW - timedelta(days=91))

    digests.forget_old(NOW)

    assert not Digest.objects.exists()
    assert not DigestToken.objects.exists()
