"""The migration that spells addresses of before as log-ins compare them."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, User
from tests.accounts.conftest import post_password
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.db]
STREET, KEPT = "info@straße.ch", "info@xn--strae-oqa.ch"
migration = import_module("accounts.migrations.0027_addresses_of_people_in_a_labels")


def make_old(email: str) -> User:
    """Make a person as it was before: the address in lower case, as typed."""
    user = User.objects.create_user("before@acme.example", PASSWORD)
    User.objects.filter(pk=user.pk).update(email=email)
    return user


def test_who_was_kept_as_typed_logs_in_again(people):
    make_old(STREET)
    assert post_password(Client(), STREET).status_code != 302

    migration.spell_anew(apps, None)

    assert post_password(Client(), STREET).status_code == 302


def test_open_invitations_are_found_in_the_one_spelling(people):
    Invitation.objects.create(
        customer=people.acme,
        email=STREET,
        expires_at=timezone.now() + timedelta(days=1),
    )

    migration.spell_anew(apps, None)

    assert Invitation.objects.get().email == KEPT


def test_nobody_loses_the_spelling_they_have(people):
    newer = User.objects.create_user(KEPT, PASSWORD)
    older = make_old(STREET)

    migration.spell_anew(apps, None)

    newer.refresh_from_db()
    older.refresh_from_db()
    assert (newer.email, older.email) == (KEPT, STREET)


@pytest.mark.parametrize(
    "email", ["bob@strasse.ch", "bob@ac\u200cme.example", "bo_b@a_b.example"]
)
def test_what_is_right_or_no_name_stays(people, email):
    old = make_old(email)

    migration.spell_anew(apps, None)

    old.refresh_from_db()
    assert old.email == email
