"""All of Django admin, walked by staff: an event for each view, a secret in none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.actions.history import put_mail
from accounts.models import (
    Address,
    AddressGrant,
    AuditEvent,
    Customer,
    Domain,
    Membership,
    OutboundAccount,
    OutboundScanner,
    OutgoingMail,
    Policy,
    User,
)
from accounts.staff_audit import SECRET, is_secret
from diagnostics.models import Case, Probe
from tests import factories
from tests.conftest import actor_of, make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]

# What Django calls pages of one row, and what they are noted as.
ROW_PAGES = {"change": "staff.view", "delete": "staff.view", "history": "staff.history"}


@pytest.fixture
def rows(people) -> dict[type[models.Model], models.Model]:
    """Make a row of each model that admin shows, and secrets beside them."""
    make_totp_device(people.bob)
    factories.make_hold(people.acme)
    factories.make_outbound_account(people.acme, password="Zug4711ZugZug")
    factories.make_scanner()
    factories.make_case(people.acme)
    audit.record(actor_of(people.alice), "probe.start")
    put_mail(people.bob, "password_changed", at=timezone.now().isoformat())
    made = {
        Customer: people.acme,
        User: people.bob,
        Domain: people.acme_domain,
    }
    for model in (
        Policy, Membership, Address, AddressGrant, OutboundScanner,
        OutboundAccount, OutgoingMail, AuditEvent, Probe, Case,
    ):  # fmt: skip
        made[model] = model.objects.first()
    return made


def page(model: type[models.Model], name: str, *args: object) -> str:
    label = f"{model._meta.app_label}_{model._meta.model_name}_{name}"
    return reverse(f"admin:{label}", args=args)


def secrets() -> Iterator[str]:
    """Yield what stands in columns that stay unseen."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if SECRET.search(field.name) and not isinstance(
                field, models.BooleanField | models.IntegerField | models.DateTimeField
            ):
                for value in model._default_manager.values_list(field.name, flat=True):
                    if value and len(value) > 7:
                        yield value if isinstance(value, str) else bytes(value).hex()


def test_every_model_of_admin_has_a_row_here(rows):
    assert set(admin.site._registry) == set(rows)


@pytest.mark.parametrize("role", ["operator", "support"])
def test_each_page_that_is_shown_is_written_down_and_shows_no_secret(
    role, people, rows, client_for
):
    client: Client = client_for(getattr(people, role))
    hidden = set(secrets())
    seen = 0
    for model, row in rows.items():
        pages = [(page(model, "changelist"), "staff.list")]
        pages += [(page(model, n, row.pk), event) for n, event in ROW_PAGES.items()]
        for path, action in pages:
            before = AuditEvent.objects.count()
            response = client.get(path)
            if response.status_code != 200:
                assert response.status_code == 403, path
                assert AuditEvent.objects.count() == before
                continue
            seen += 1
            event = AuditEvent.objects.latest("pk")
            assert AuditEvent.objects.count() == before + 1, path
            assert (event.action, event.actor) == (action, getattr(people, role))
            if action != "staff.list":
                assert event.object_id == str(row.pk)
            text = response.content.decode()
            assert not [value for value in hidden if value in text], path
            assert not re.search(r'name="(?!csrf)[^"]*(password|hash|secret)', text)

    assert len(hidden) > 8
    assert seen >= (30 if role == "operator" else 12)


def test_support_sees_less_than_the_operator(people, rows, client_for):
    def shown(user: User) -> set[type[models.Model]]:
        client = client_for(user)
        return {m for m in rows if client.get(page(m, "changelist")).status_code == 200}

    support, operator = shown(people.support), shown(people.operator)

    assert support < operator
    assert not support & {User, Membership, Address, AddressGrant, AuditEvent, Policy}


def test_a_look_at_a_customers_row_is_theirs_to_read(people, rows, client_for):
    client = client_for(people.operator)

    for model in (Customer, User, Domain, Probe, Case):
        client.get(page(model, "change", rows[model].pk))
        assert AuditEvent.objects.latest("pk").customer == people.acme


def test_a_change_is_written_down_with_its_columns(people, client_for):
    client_for(people.operator).post(
        page(Customer, "change", people.acme.pk),
        {"name": "Acme Neu", "is_active": "on"},
    )

    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.customer) == ("staff.change", people.acme)
    assert event.detail == {"fields": ["Name"]}


def test_a_bulk_action_is_written_down_with_its_rows(people, client_for):
    client_for(people.operator).post(
        page(User, "changelist"),
        {"action": "send_invitation", "_selected_action": [str(people.bob.pk)]},
    )

    event = AuditEvent.objects.latest("pk")
    assert event.action == "staff.act"
    assert event.detail["action"] == "send_invitation"
    assert event.detail["rows"] == [str(people.bob.pk)]


def test_a_customer_that_goes_leaves_an_event(people, client_for):
    empty = Customer.objects.create(name="Leer AG")

    client_for(people.operator).post(
        page(Customer, "delete", empty.pk), {"post": "yes"}
    )

    assert not Customer.objects.filter(pk=empty.pk).exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.object_id) == ("staff.delete", str(empty.pk))


def test_what_is_searched_for_is_not_written_down(people, client_for):
    client_for(people.operator).get(page(User, "changelist"), {"q": "bob@acme.example"})

    assert "bob" not in str(AuditEvent.objects.latest("pk").detail)


@pytest.mark.parametrize(
    "lookup",
    [
        "password__startswith",
        "password_hash__gt",
        "user__password__regex",
        "sealed_secret",
        "message__wrapped_key",
        "control_token",
    ],
)
def test_no_list_is_filtered_by_a_secret(lookup, people, client_for):
    assert is_secret(lookup)
    for model in admin.site._registry:
        response = client_for(people.operator).get(
            page(model, "changelist"), {lookup: "a"}
        )
        assert response.status_code in {302, 400}


def test_being_called_superuser_opens_nothing(people, client_for):
    people.support.is_superuser = True
    people.support.save()

    client = client_for(people.support)

    assert client.get(page(User, "changelist")).status_code == 403
    assert not people.support.has_perm("accounts.change_user")


def test_an_operator_cannot_turn_somebodys_address_to_get_the_link(people, client_for):
    client_for(people.operator).post(
        page(User, "change", people.bob.pk),
        {
            "email": "mine@attacker.example",
            "time_zone": "Europe/Zurich",
            "is_active": "on",
        },
    )

    people.bob.refresh_from_db()
    assert people.bob.email == "bob@acme.example"


def test_nobody_adds_factors_by_any_page_of_admin():
    for model, model_admin in admin.site._registry.items():
        inlines = {inline.model._meta.label for inline in model_admin.inlines}
        assert not {label for label in inlines if "Device" in label or "Code" in label}
        assert "Device" not in model._meta.label
