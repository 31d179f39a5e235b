"""A second factor demanded from a day on: grace, banner, reminders, numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import factor_demand, factor_reminders, tasks
from accounts.access.factors import factor_coverage
from accounts.errors import NotPermitted
from accounts.factor_demand import Coverage
from accounts.models import FactorReminder, Membership, OutgoingMail, Policy, User
from accounts.models.people import today
from accounts.tenancy import Role
from tests import factories
from tests.conftest import actor_of, make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def demand(people):
    """Return a function that sets what Acme demands."""

    def put(days: int | None, *, grace: int = 0, of: str = "everybody") -> None:
        since = None if days is None else today() + timedelta(days=days)
        Policy.objects.filter(customer=people.acme).update(
            second_factor=of, second_factor_from=since, second_factor_grace_days=grace
        )

    return put


def password_client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def joined(user: User, days_ago: int) -> None:
    Membership.objects.filter(user=user).update(
        created_at=timezone.now() - timedelta(days=days_ago)
    )


@pytest.mark.parametrize(
    ("dates", "enforced"),
    [
        ((None, 0, 0), True),
        ((0, 0, 100), True),
        ((1, 0, 100), False),
        ((-1, 0, 0), True),
        ((0, 7, 100), False),
        ((-7, 7, 100), True),
        ((-6, 7, 100), False),
        ((-100, 7, 0), False),
        ((-100, 7, 8), True),
        ((None, 7, 8), True),
        ((None, 7, 1), False),
    ],
)
def test_the_grace_runs_from_the_demand_or_from_joining(
    people, demand, dates, enforced
):
    since, grace, joined_ago = dates
    demand(since, grace=grace)
    joined(people.bob, joined_ago)

    response = password_client(people.bob).get("/holds/")

    assert (response.status_code == 302) is enforced
    assert (factor_demand.find_demand(people.bob) is not None) is enforced


def test_says_on_each_page_from_when_one_is_demanded(people, demand):
    demand(3)
    day = today() + timedelta(days=3)

    text = password_client(people.bob).get("/holds/").content.decode()

    said = f"Ab dem {day:%d.%m.%Y} verlangt Acme AG einen zweiten Faktor."
    assert said in text
    assert 'href="/account/factor/"' in text


def test_says_nothing_to_who_has_one_or_need_not(people, demand, client_for):
    demand(3, of="admins")

    member = password_client(people.bob).get("/holds/").content.decode()
    holder = client_for(people.alice).get("/holds/").content.decode()

    assert "verlangt Acme AG" not in member + holder


def test_enforces_on_portal_and_admin_alike(people, demand):
    demand(0)
    bob = password_client(people.bob)

    for path in ("/holds/", "/account/", "/admin/", "/people/", "/"):
        assert bob.get(path).url.startswith("/account/factor/")
    assert bob.post(reverse("quarantine:release_many")).url.startswith(
        "/account/factor/"
    )


def test_the_strictest_customer_decides(people, demand):
    demand(30)
    Membership.objects.create(user=people.bob, customer=people.other)
    Policy.objects.filter(customer=people.other).update(second_factor="everybody")

    found = factor_demand.list_demands(people.bob)

    assert [one.customer for one in found] == ["Other GmbH", "Acme AG"]
    assert factor_demand.find_demand(people.bob).customer == "Other GmbH"


def test_a_closed_customer_demands_nothing(people, demand):
    demand(0)
    people.acme.is_active = False
    people.acme.save()

    assert factor_demand.list_demands(people.bob) == []


def test_nobodys_own_zone_delays_the_day(people, demand):
    demand(0)
    User.objects.filter(pk=people.bob.pk).update(time_zone="Etc/GMT+12")
    midnight = timezone.make_aware(
        timezone.datetime(2026, 12, 1, 0, 30), timezone.get_default_timezone()
    )

    with time_machine.travel(midnight):
        demand(0)
        response = password_client(people.bob).get("/holds/")

    assert response.url.startswith("/account/factor/")


def test_asks_the_database_once_where_nothing_is_demanded(
    people, django_assert_num_queries
):
    with django_assert_num_queries(1):
        factor_demand.list_demands(people.bob)


@pytest.mark.parametrize(
    ("days", "reminder"),
    [(30, 0), (14, 14), (10, 14), (7, 7), (3, 7), (1, 1), (0, 0), (-1, 0)],
)
def test_reminds_before_the_day(people, demand, days, reminder):
    demand(days)

    told = factor_reminders.remind()

    assert told == (3 if reminder else 0)
    found = FactorReminder.objects.values_list("days_before", flat=True)
    assert set(found) == ({reminder} if reminder else set())


def test_reminds_each_once(people, demand):
    demand(14)

    told = [factor_reminders.remind() for _ in range(3)]
    with time_machine.travel(timezone.now() + timedelta(days=7)):
        told += [factor_reminders.remind() for _ in range(2)]

    assert told == [3, 0, 0, 3, 0]
    assert OutgoingMail.objects.count() == 6


def test_a_new_day_is_told_anew(people, demand):
    demand(14)
    factor_reminders.remind()

    demand(12)

    assert factor_reminders.remind() == 3


def test_reminds_of_the_persons_own_day(people, demand):
    demand(-100, grace=14)
    for user in (people.alice, people.rita):
        joined(user, 60)
    joined(people.bob, 7)

    factor_reminders.remind()

    found = FactorReminder.objects.get()
    assert found.user == people.bob
    assert found.due_on == today() + timedelta(days=7)


def test_reminds_neither_holders_nor_those_who_need_none(people, demand):
    make_totp_device(people.alice)
    factories.make_person("a2@acme.example", people.acme, role=Role.ADMIN)
    demand(7, of="admins")

    factor_reminders.remind()

    assert FactorReminder.objects.get().user.email == "a2@acme.example"


def test_the_mail_names_customer_and_day(people, demand):
    demand(7)
    tasks.remind()

    for waiting in OutgoingMail.objects.filter(user=people.bob):
        tasks.send_mail(str(waiting.pk))

    day = today() + timedelta(days=7)
    body = " ".join(mail.outbox[0].body.split())
    assert f"Acme AG verlangt ab dem {day:%d.%m.%Y}" in body


def test_counts_who_has_one_and_who_must(people, demand):
    make_totp_device(people.bob)
    factories.make_person("gone@acme.example", people.acme, is_active=False)
    before = factor_coverage(actor_of(people.alice))
    demand(0)

    after = factor_coverage(actor_of(people.alice))

    assert before == Coverage(people=3, holders=1, demanded=0, missing=0)
    assert after == Coverage(people=3, holders=1, demanded=3, missing=2)
    assert after.percent == 33
    with pytest.raises(NotPermitted):
        factor_coverage(actor_of(people.bob))


def test_due_on_is_none_where_it_was_always_demanded(people):
    membership = Membership.objects.get(user=people.bob)
    policy = Policy(second_factor="everybody")

    assert factor_demand.due_on(policy, membership) is None
    policy.second_factor_from = date(2026, 1, 1)
    assert factor_demand.due_on(policy, membership) == date(2026, 1, 1)
