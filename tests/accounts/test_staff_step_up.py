"""The proof that Django admin asks of staff before anything changes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from tests.accounts.test_step_up import in_ten_minutes

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LIST, ADD = "/admin/accounts/user/", "/admin/accounts/user/add/"
NEW = {
    "email": "friend@evil.example",
    "time_zone": "Europe/Zurich",
    "staff_role": "operator",
    "is_active": "on",
}


def leads_to_proof(response) -> bool:
    return response.get("Location", "").startswith(reverse("accounts:step_up"))


def test_an_open_browser_makes_and_changes_nobody(people, client_for):
    client = client_for(people.operator)
    bob = f"{LIST}{people.bob.pk}/"
    action = {"action": "delete_selected", "_selected_action": [str(people.bob.pk)]}

    with in_ten_minutes():
        answers = [
            client.get(ADD),
            client.post(ADD, NEW),
            client.get(f"{bob}change/"),
            client.post(f"{bob}change/", NEW),
            client.post(f"{bob}delete/", {"post": "yes"}),
            client.post(LIST, action),
        ]

    assert all(leads_to_proof(answer) for answer in answers)
    assert not User.objects.filter(email=NEW["email"]).exists()
    assert User.objects.filter(pk=people.bob.pk, staff_role="").exists()


def test_reading_asks_for_nothing(people, client_for):
    operator, support = client_for(people.operator), client_for(people.support)

    with in_ten_minutes():
        lists = operator.get(LIST)
        page = support.get(f"/admin/accounts/customer/{people.acme.pk}/change/")

    assert lists.status_code == 200
    assert page.status_code == 200


def test_with_a_fresh_proof_the_operator_makes_people(people, client_for):
    client_for(people.operator).post(ADD, NEW)

    assert User.objects.filter(email=NEW["email"]).exists()
