"""Somebody who belongs to several organisations acts for one at a time."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import Role
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CHOOSE = "/account/organisation/choose/"


@pytest.fixture
def both(people):
    """Let bob be an admin of the other customer as well."""
    Membership.objects.create(user=people.bob, customer=people.other, role=Role.ADMIN)
    return people


def test_changes_to_another_of_ones_own(both, client_for):
    mine = factories.make_hold(both.acme, recipient="bob@acme.example")
    theirs = factories.make_hold(both.other, recipient="charlie@other.example")
    client = client_for(both.bob)
    page = client.get("/account/").content.decode()
    assert "Other GmbH" in page
    assert client.get(f"/holds/{theirs.pk}/").status_code == 404

    response = client.post(CHOOSE, {"customer": str(both.other.pk)})

    assert response.url == "/"
    assert client.get(f"/holds/{theirs.pk}/").status_code == 200
    assert client.get(f"/holds/{mine.pk}/").status_code == 404
    assert client.get("/people/").status_code == 200


def test_changes_to_nobody_elses(people, client_for):
    hold = factories.make_hold(people.other, recipient="charlie@other.example")
    client = client_for(people.bob)

    for wanted in (str(people.other.pk), "x", ""):
        assert client.post(CHOOSE, {"customer": wanted}).status_code == 404

    assert client.get(f"/holds/{hold.pk}/").status_code == 404


def test_a_membership_that_ended_leads_back_to_the_other(both, client_for):
    client = client_for(both.bob)
    client.post(CHOOSE, {"customer": str(both.other.pk)})
    Membership.objects.filter(customer=both.other, user=both.bob).delete()

    assert client.get("/people/").status_code == 403
    assert "Other GmbH" not in client.get("/account/").content.decode()


def test_a_closed_organisation_is_no_choice(both, client_for):
    both.other.is_active = False
    both.other.save()

    response = client_for(both.bob).post(CHOOSE, {"customer": str(both.other.pk)})

    assert response.status_code == 404


def test_rejects_get(people, client_for):
    assert client_for(people.bob).get(CHOOSE).status_code == 405
