"""What was held and released by day: counted once, still there when holds expire."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import NotPermitted
from quarantine import day_counts
from quarantine.day_counts import Figures, count_day, summarize, today
from quarantine.models import DayCount, DaySender, Hold, VerdictReport
from quarantine.states import State
from tests.conftest import actor_of
from tests.factories import make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def noon(days_ago: int):
    zone = timezone.get_default_timezone()
    now = timezone.localtime(timezone=zone)
    return now.replace(hour=12, minute=0) - timedelta(days=days_ago)


def released(people, **fields) -> Hold:
    return make_hold(people.acme, state=State.RELEASED, decided_by=people.bob, **fields)


def test_counts_by_day_category_and_sender(people):
    make_hold(people.acme, received_at=noon(2), header_from="x@Spam.example")
    make_hold(people.acme, received_at=noon(2), header_from="y@spam.example")
    released(people, received_at=noon(2), category="bulk", header_from="n@list.example")
    make_hold(people.acme, category="virus", header_from="")
    for back in range(3):
        count_day(people.acme.pk, today() - timedelta(days=back))

    summary = summarize(actor_of(people.alice), 7)

    assert [(day.held, day.released) for day in summary.days[-3:]] == [
        (3, 1),
        (0, 0),
        (1, 0),
    ]
    assert len(summary.days) == 7
    assert set(summary.categories) == {
        Figures("spam", "spam", 2, 0),
        Figures("bulk", "bulk", 1, 1),
        Figures("virus", "virus", 1, 0),
    }
    assert summary.senders[0] == Figures("spam.example", "spam", 2, 0)
    assert Figures("list.example", "bulk", 1, 1) in summary.senders
    assert Figures("remote.example", "virus", 1, 0) in summary.senders


def test_today_is_seen_before_anybody_counted_it(people):
    make_hold(people.acme)

    summary = summarize(actor_of(people.alice), 7)

    assert (summary.held, summary.released) == (1, 0)
    assert not DayCount.objects.exists()


def test_a_big_today_stands_as_it_was_last_counted(people, monkeypatch):
    monkeypatch.setattr(day_counts, "LIVE_ROWS", 1)
    make_hold(people.acme)
    make_hold(people.acme)
    count_day(people.acme.pk, today())
    make_hold(people.acme)

    assert summarize(actor_of(people.alice), 7).held == 2


def test_counting_twice_changes_nothing(people):
    make_hold(people.acme, received_at=noon(1))
    day = today() - timedelta(days=1)

    count_day(people.acme.pk, day)
    count_day(people.acme.pk, day)

    assert [row.held for row in DayCount.objects.all()] == [1]
    assert [row.held for row in DaySender.objects.all()] == [1]


def test_counts_outlive_the_holds(people):
    make_hold(people.acme, received_at=noon(1))
    day = today() - timedelta(days=1)
    count_day(people.acme.pk, day)
    Hold.objects.all().delete()

    count_day(people.acme.pk, day)

    assert summarize(actor_of(people.alice), 7).held == 1


def report(people, hold: Hold, says: str) -> None:
    VerdictReport.objects.create(
        customer=people.acme, hold=hold, reported_by=people.bob, says=says, state="sent"
    )


def test_wrong_verdicts_are_counted_once_a_mail_and_outlive_it(people):
    wrong = make_hold(people.acme, received_at=noon(1))
    right = make_hold(people.acme, received_at=noon(1))
    fresh = make_hold(people.acme, category="bulk")
    for hold, says in ((wrong, "ham"), (wrong, "ham"), (right, "spam"), (fresh, "ham")):
        report(people, hold, says)
    day = today() - timedelta(days=1)
    count_day(people.acme.pk, day)
    Hold.objects.filter(received_at__lt=noon(0) - timedelta(hours=12)).delete()
    count_day(people.acme.pk, day)

    summary = summarize(actor_of(people.alice), 7)
    strange = summarize(actor_of(people.charlie), 7)

    assert [it.reported for it in summary.days[-2:]] == [1, 1]
    assert {it.name: it.reported for it in summary.categories} == {
        "spam": 1, "bulk": 1,
    }  # fmt: skip
    assert (summary.reported, strange.reported) == (2, 0)


def test_what_policy_lets_pass_was_never_held(people):
    make_hold(people.acme, state=State.RELEASED)

    assert summarize(actor_of(people.alice), 7).held == 0


def test_counts_nothing_of_another_customer(people):
    make_hold(people.acme)
    make_hold(people.acme, received_at=noon(1))
    count_day(people.acme.pk, today() - timedelta(days=1))

    summary = summarize(actor_of(people.charlie), 7)

    assert (summary.held, summary.senders, summary.categories) == (0, [], [])


def test_is_for_admins(people):
    with pytest.raises(NotPermitted):
        summarize(actor_of(people.bob), 7)


def test_the_beat_counts_all_customers(people):
    make_hold(people.acme)
    make_hold(people.other, recipient="x@other.example")

    day_counts.count_recent()

    assert DayCount.objects.count() == 2


def test_a_day_is_counted_by_the_index(people, django_assert_num_queries):
    make_hold(people.acme, received_at=noon(1))

    with django_assert_num_queries(9):
        count_day(people.acme.pk, today() - timedelta(days=1))
