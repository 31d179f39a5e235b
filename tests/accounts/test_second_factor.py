"""What a session without its second factor reaches, and of whom one is demanded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from accounts import factor_demand, second_factor
from accounts.middleware import REACHABLE_UNVERIFIED
from accounts.models import Policy
from accounts.models.customers import FactorDemand
from tests.accounts.conftest import post_code, post_password, totp_code
from tests.conftest import make_totp_device
from tests.test_tenancy import PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NEEDS_NOTHING = [
    "/",
    "/account/",
    "/account/password/",
    "/admin/",
    "/admin/accounts/user/",
]


def password_session(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", NEEDS_NOTHING)
def test_a_session_without_its_factor_is_led_to_the_code(people, path):
    make_totp_device(people.bob)

    response = password_session(people.bob).get(path)

    assert response.status_code == 302
    assert response.url.startswith("/account/confirm/?next=")


def test_a_leaked_password_alone_opens_nothing(people):
    """The thief has address and password, and tries every page."""
    device = make_totp_device(people.alice)
    thief = Client()
    post_password(thief, "alice@acme.example")
    logged_in_before_enrolment = password_session(people.alice)

    for client in (thief, logged_in_before_enrolment):
        for path in _plain_paths():
            for verb in (client.get, client.post):
                answer = verb(path)
                assert answer.status_code != 200 or _is_harmless(path), path
                assert "alice@" not in answer.content.decode(), path
    assert list(second_factor.list_factors(people.alice)) == [device]


def _plain_paths() -> list[str]:
    """Return the addresses of all pages that need no argument."""
    resolver = get_resolver()
    names = [key for key in resolver.reverse_dict if isinstance(key, str)]
    paths = {reverse(name) for name in names if not _arguments_of(resolver, name)}
    for namespace, (prefix, inner) in resolver.namespace_dict.items():
        for name in inner.reverse_dict:
            if isinstance(name, str) and not _arguments_of(inner, name):
                paths.add(reverse(f"{namespace}:{name}"))
        assert prefix is not None
    return sorted(paths)


def _arguments_of(resolver, name: str) -> list[str]:
    return resolver.reverse_dict.getlist(name)[0][0][0][1]


def _is_harmless(path: str) -> bool:
    """Say whether the page is one that strangers see as well, or asks for the code."""
    name = resolve(path).view_name
    return name in PUBLIC | REACHABLE_UNVERIFIED | {"admin:jsi18n"}


def test_lets_verified_people_through(people, client_for):
    assert client_for(people.bob).get("/account/").status_code == 200


def test_asks_nothing_of_people_without_a_factor(people):
    assert password_session(people.bob).get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("demand", "bob_led", "alice_led"),
    [
        (FactorDemand.NOBODY, False, False),
        (FactorDemand.ADMINS, False, True),
        (FactorDemand.EVERYBODY, True, True),
    ],
)
def test_leads_to_enrolment_whom_the_policy_names(people, demand, bob_led, alice_led):
    Policy.objects.filter(customer=people.acme).update(second_factor=demand)

    led = []
    for user in (people.bob, people.alice):
        response = password_session(user).get("/account/")
        led.append(response.status_code == 302)
        if led[-1]:
            assert response.url.startswith("/account/factor/?next=")

    assert led == [bob_led, alice_led]


def test_the_policy_of_another_customer_does_not_matter(people):
    Policy.objects.filter(customer=people.other).update(
        second_factor=FactorDemand.EVERYBODY
    )

    assert factor_demand.find_demand(people.bob) is None


@pytest.mark.parametrize(("days", "demanded"), [(0, True), (1, False), (-1, True)])
def test_demands_from_the_date_on(people, days, demanded):
    Policy.objects.filter(customer=people.acme).update(
        second_factor=FactorDemand.EVERYBODY,
        second_factor_from=timezone.localdate() + timedelta(days=days),
    )

    assert (factor_demand.find_demand(people.bob) is not None) is demanded


def test_staff_enrol_before_anything_else(people):
    response = password_session(people.support).get("/admin/")

    assert response.url == "/account/factor/?next=%2Fadmin%2F"


def test_htmx_gets_a_redirect_of_the_whole_page(people):
    make_totp_device(people.bob)
    client = password_session(people.bob)

    response = client.get(
        "/account/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/account/"},
    )

    assert response.headers["HX-Redirect"] == "/account/confirm/?next=%2Faccount%2F"


def test_the_code_raises_an_old_session_under_a_new_key(people):
    make_totp_device(people.bob)
    client = password_session(people.bob)
    before = client.session.session_key

    response = client.post(
        "/account/confirm/", {"code": totp_code(), "next": "/account/"}
    )

    assert response.url == "/account/"
    assert client.session.session_key != before
    assert client.get("/account/").status_code == 200


def test_a_removed_device_verifies_nobody(people, client_for):
    client = client_for(people.bob)
    people.bob.refresh_from_db()
    second_factor.list_factors(people.bob)[0].delete()
    make_totp_device(people.bob)

    assert client.get("/account/").status_code == 302


def test_verified_sessions_cost_no_further_query(
    people, client_for, django_assert_max_num_queries
):
    client = client_for(people.bob)

    # Three of them list the factors that the page shows, a kind each.
    with django_assert_max_num_queries(11):
        client.get("/account/")


def test_staff_land_in_admin_after_enrolment_and_log_in(people):
    make_totp_device(people.support)
    client = Client()
    post_password(client, "support@cleanmail.example", next="/admin/")

    response = post_code(client, totp_code(), next="/admin/")

    assert response.url == "/admin/"
    assert client.get("/admin/").status_code == 200
