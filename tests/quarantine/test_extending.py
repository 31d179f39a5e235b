"""Longer days for what is held already: it only lengthens, and ends nothing early."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import AuditEvent, Policy
from quarantine import carrying, extending, retention
from quarantine.actions.extending import extend_held
from quarantine.models import Extension, Hold
from quarantine.states import State
from quarantine.store import open_content
from quarantine.tasks import expire
from tests.conftest import actor_of
from tests.factories import make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NOW = timezone.now()
MONTH_AGO = NOW - timedelta(days=31)


def set_days(customer, **fields: object) -> None:
    Policy.objects.filter(customer=customer, domain=None).update(**fields)


def days_of(hold: Hold) -> int:
    hold.refresh_from_db()
    return (hold.expires_at - hold.received_at).days


def test_what_is_held_stays_as_long_as_the_rules_say_now(people):
    spam = make_hold(people.acme)
    virus = make_hold(people.acme, category="virus")
    other = make_hold(people.other, recipient="eva@other.example")
    set_days(people.acme, retention_days=60, category_days={"virus": 90})

    extend_held(actor_of(people.alice), None)

    assert extending.extend_all(NOW) == 2
    assert [days_of(hold) for hold in (spam, virus, other)] == [60, 90, 30]
    wish = Extension.objects.get()
    assert (wish.extended_count, wish.finished_at) == (2, NOW)
    assert AuditEvent.objects.filter(action="policy.extend_held").count() == 1


def test_shorter_rules_shorten_nothing(people):
    hold = make_hold(people.acme)
    set_days(people.acme, retention_days=5)

    extend_held(actor_of(people.alice), None)

    assert extending.extend_all(NOW) == 0
    assert days_of(hold) == 30


def test_a_domain_with_rules_of_its_own_is_asked_for_alone(people):
    hold = make_hold(people.acme)
    set_days(people.acme, retention_days=60)
    Policy.objects.create(
        customer=people.acme, domain=people.acme_domain, retention_days=90
    )

    extend_held(actor_of(people.alice), None)
    extending.extend_all(NOW)
    assert days_of(hold) == 30

    extend_held(actor_of(people.alice), people.acme_domain)
    extending.extend_all(NOW)
    assert days_of(hold) == 90


def test_what_would_end_today_waits_for_the_longer_days(people, settings):
    hold = make_hold(people.acme, received_at=MONTH_AGO, content=b"alt")
    set_days(people.acme, retention_days=60)
    extend_held(actor_of(people.alice), None)

    assert retention.end_holds(NOW) == 0, "not while a wish waits"
    expire()
    retention.unlink_segments(NOW)

    hold.refresh_from_db()
    assert hold.state == State.HELD
    assert b"".join(open_content(Hold.objects.get().message)) == b"alt"
    assert Hold.objects.get().message.segment[:10] == str(hold.expires_at.date())
    assert carrying.carry_on(NOW) == 0


def test_a_run_out_of_time_is_gone_on_with(people, monkeypatch):
    holds = [
        make_hold(people.acme, received_at=NOW - timedelta(days=n)) for n in (3, 2, 1)
    ]
    set_days(people.acme, retention_days=60)
    extend_held(actor_of(people.alice), None)
    real = extending._extend_day
    calls = []

    def dying(wish: Extension, day: object) -> int:
        calls.append(day)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(wish, day)

    with monkeypatch.context() as patched:
        patched.setattr(extending, "_extend_day", dying)
        with pytest.raises(KeyboardInterrupt):
            extending.extend_all(NOW)

    assert [days_of(hold) for hold in holds] == [60, 30, 30]
    assert extending.extend_all(NOW) == 2
    assert [days_of(hold) for hold in holds] == [60, 60, 60]
    assert Extension.objects.get().extended_count == 3


def test_two_clicks_are_one_wish(people):
    alice = actor_of(people.alice)

    assert extend_held(alice, None)
    assert not extend_held(alice, None)


def test_an_admin_asks_on_the_page_of_the_rules(people, client_for):
    client = client_for(people.alice)
    general = reverse("domains:extend_held")
    own = reverse("domains:extend_held_of", args=[people.acme_domain.pk])
    Policy.objects.create(customer=people.acme, domain=people.acme_domain)
    page = client.get(reverse("domains:policy")).content.decode()
    assert general in page

    for address in (general, own):
        assert client.post(address).status_code == 302
        assert client.get(address).status_code == 405

    assert Extension.objects.count() == 2


def test_members_do_not_ask(people, client_for):
    with pytest.raises(NotPermitted):
        extend_held(actor_of(people.bob), None)
    address = reverse("domains:extend_held")
    assert client_for(people.bob).post(address).status_code == 403
