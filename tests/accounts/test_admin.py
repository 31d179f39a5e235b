"""Django admin: for verified staff, by role, without anybody's secrets."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import outbox
from accounts.models import (
    AuditEvent,
    Domain,
    PasskeyDevice,
    SmsDevice,
    TotpDevice,
    User,
)
from accounts.tenancy import STAFF_PERMISSIONS, StaffRole
from tests import factories
from tests.accounts.conftest import post_password

pytestmark = [pytest.mark.django_db, pytest.mark.db]

LISTS = [
    "customer",
    "domain",
    "policy",
    "user",
    "address",
    "addressgrant",
    "membership",
    "outboundscanner",
    "outboundaccount",
    "auditevent",
    "outgoingmail",
]


def url(name: str, *args) -> str:
    return reverse(f"admin:accounts_{name}", args=args)


@pytest.mark.parametrize("model", LISTS)
def test_the_operator_reads_each_list(people, client_for, model):
    assert (
        client_for(people.operator).get(url(f"{model}_changelist")).status_code == 200
    )


@pytest.mark.parametrize("model", LISTS)
def test_support_reads_only_what_the_table_says(people, client_for, model):
    allowed = f"accounts.view_{model}" in STAFF_PERMISSIONS[StaffRole.SUPPORT]

    status = client_for(people.support).get(url(f"{model}_changelist")).status_code

    assert status == (200 if allowed else 403)


@pytest.mark.parametrize("model", [m for m in LISTS if m != "auditevent"])
def test_support_adds_nothing(people, client_for, model):
    assert client_for(people.support).get(url(f"{model}_add")).status_code == 403


def test_refuses_staff_without_their_factor(people):
    client = Client()
    post_password(client, "operator@cleanmail.example")

    for path in ("/admin/", url("user_changelist"), url("user_add")):
        assert client.get(path).url.startswith("/account/factor/")


def test_refuses_people_of_customers(people, client_for):
    client = client_for(people.alice)
    assert client.get("/admin/").status_code == 302
    assert client.get(url("user_changelist"), follow=False).status_code == 302


def test_log_in_of_admin_tells_people_of_customers_no(people, client_for):
    assert client_for(people.alice).get("/admin/login/").status_code == 403


def test_log_in_of_admin_is_ours(people, client: Client):
    response = client.get("/admin/login/", {"next": "/admin/"})

    assert response.url == "/login/?next=/admin/"


def test_password_of_staff_changes_on_our_page(people, client_for):
    response = client_for(people.operator).get("/admin/password_change/")

    assert response.url == "/account/password/"


def test_nobodys_factor_is_registered(people):
    for model in admin.site._registry:
        assert not issubclass(model, TotpDevice | SmsDevice | PasskeyDevice)
        assert model._meta.app_label not in {"otp_totp", "otp_static"}


def test_the_page_of_a_person_shows_no_hash(people, client_for):
    client_for(people.bob)

    page = client_for(people.operator).get(url("user_change", people.bob.pk))

    text = page.content.decode()
    assert people.bob.password not in text
    assert 'name="password"' not in text
    assert "totp" not in text.lower()


def test_a_new_person_gets_a_link_and_no_password(
    people, client_for, worker_in_line, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        client_for(people.operator).post(
            url("user_add"),
            {
                "email": "Neu@acme.example",
                "time_zone": "Europe/Zurich",
                "is_active": "on",
            },
        )

    made = User.objects.get(email="neu@acme.example")
    assert not made.has_usable_password()
    assert [sent.to for sent in mail.outbox] == [["neu@acme.example"]]
    assert AuditEvent.objects.filter(action="staff.add", object_id=made.pk).exists()


def test_a_posted_password_is_ignored(people, client_for):
    before = people.bob.password

    client_for(people.operator).post(
        url("user_change", people.bob.pk),
        {
            "email": "bob@acme.example",
            "time_zone": "Europe/Zurich",
            "is_active": "on",
            "password": "eingeschmuggelt",
        },
    )

    people.bob.refresh_from_db()
    assert people.bob.password == before


def test_nobody_types_an_outbound_password(people, client_for):
    account = factories.make_outbound_account(people.acme, password="Zug4711Zug")
    client = client_for(people.operator)
    change = url("outboundaccount_change", account.pk)

    page = client.get(change)
    changed = client.post(change, {"new_password": "x", "username": "x"})
    added = client.post(url("outboundaccount_add"), {"username": "x"})

    account.refresh_from_db()
    assert page.status_code == 200
    assert 'type="password"' not in page.content.decode()
    assert account.password_hash not in page.content.decode()
    assert (changed.status_code, added.status_code) == (403, 403)
    assert account.has_password("Zug4711Zug")


def test_the_audit_log_is_read_only(people, client_for):
    client = client_for(people.operator)
    event = AuditEvent.objects.create(action="auth.login")
    change = url("auditevent_change", event.pk)

    assert client.get(change).status_code == 200
    assert client.post(change, {"action": "x"}).status_code == 403
    assert client.post(url("auditevent_delete", event.pk)).status_code == 403
    assert client.get(url("auditevent_add")).status_code == 403


def test_the_operator_reads_which_mails_wait_and_not_what_they_say(people, client_for):
    row = outbox.put(people.bob, "new_sign_in", browser="Firefox", network="nowhere")
    client = client_for(people.operator)

    listed = client.get(url("outgoingmail_changelist")).content.decode()
    shown = client.get(url("outgoingmail_change", row.pk)).content.decode()

    assert "new_sign_in" in listed
    assert "wartet" in listed
    assert "Firefox" not in shown
    assert "sealed" not in shown
    assert client.post(url("outgoingmail_delete", row.pk)).status_code == 403


def test_policy_is_edited_by_ticking(people, client_for):
    client = client_for(people.operator)
    policy = people.acme.pk
    from accounts.models import Policy  # noqa: PLC0415

    row = Policy.objects.get(customer_id=policy)
    client.post(
        url("policy_change", row.pk),
        {
            "customer": people.acme.pk,
            "held_categories": ["spam", "bulk"],
            "member_categories": ["spam"],
            "retention_days": "30",
            "second_factor": "admins",
            "second_factor_grace_days": "7",
            "digest_rhythm": "daily",
            "digest_at": "07:30",
            "may_release_by_link": "on",
        },
    )

    row.refresh_from_db()
    assert row.held_categories == ["spam", "bulk"]
    assert (row.second_factor, row.second_factor_grace_days) == ("admins", 7)
    assert (row.digest_rhythm, f"{row.digest_at:%H:%M}") == ("daily", "07:30")
    assert row.may_release_by_link


def test_no_list_answers_whether_a_hash_begins_so(people, client_for):
    factories.make_outbound_account(people.acme)

    for person, model, lookup in (
        (people.support, "outboundaccount", "password_hash__startswith"),
        (people.operator, "outboundaccount", "password_hash__startswith"),
        (people.operator, "user", "password__startswith"),
    ):
        client = client_for(person)
        asked = client.get(url(f"{model}_changelist"), {lookup: "a"})
        assert asked.status_code == 400


def test_vouching_for_a_domain_verifies_it(people, client_for):
    form = {
        "customer": str(people.acme.pk),
        "name": "Neu.Example.",
        "is_vouched": "on",
        "verified_at_0": "",
        "verified_at_1": "",
        "next_hop_port": "25",
        "next_hop_tls": Domain._meta.get_field("next_hop_tls").default,
    }

    client_for(people.operator).post("/admin/accounts/domain/add/", form)

    domain = Domain.objects.get(name="neu.example")
    assert domain.is_vouched
    assert domain.is_verified


@pytest.mark.parametrize("name", ["co.uk", "acme.example", "a b"])
def test_staff_enters_no_domain_that_cannot_be(people, client_for, name):
    form = {
        "customer": str(people.other.pk),
        "name": name,
        "is_vouched": "on",
        "next_hop_port": "25",
    }

    response = client_for(people.operator).post("/admin/accounts/domain/add/", form)

    assert response.status_code == 200
    assert Domain.objects.count() == 2


def test_an_alias_stays_within_a_customer(people, client_for):
    form = {
        "customer": str(people.other.pk),
        "name": "neu.example",
        "alias_of": str(people.acme_domain.pk),
        "next_hop_port": "25",
    }

    response = client_for(people.operator).post("/admin/accounts/domain/add/", form)

    assert "einem anderen Kunden" in response.content.decode()
