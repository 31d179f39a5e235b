"""The pages about people in Chromium: accessible, never wider than a phone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.invitation_links import make_link
from accounts.models import User
from accounts.people_csv import Row
from tests import factories
from tests.system.looking import ON_ALL_SCREENS, look_through, visit

__all__ = ["look_through", "visit"]

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(people) -> dict[str, tuple[User | None, str]]:
    """Return the pages by name: who looks, and where."""
    alice, bob, one = people.alice, people.bob, f"/people/{people.bob.pk}/"
    factories.make_person("eva.bernasconi-von-allmen@acme.example", people.acme)
    new = factories.make_invitation(people.acme, alice)
    theirs = factories.make_invitation(people.acme, alice, "charlie@other.example")
    seen = factories.make_proposal(people.acme_domain, "sales", days_seen=3)
    rows = [Row(2, "neu@acme.example", "Neu"), Row(3, "x", "Kaputt", reason="form")]
    waiting = factories.make_import(people.acme, alice, *rows)
    now = timezone.now()
    done = factories.make_import(people.acme, alice, confirmed_at=now, finished_at=now)
    link = urlsplit(make_link(theirs)).path
    return {
        "people": (alice, "/people/"),
        "people-nobody": (alice, "/people/?q=gibtesnicht"),
        "person": (alice, one),
        "person-self": (alice, f"/people/{alice.pk}/"),
        "person-end": (alice, f"{one}end/"),
        "person-grant": (alice, f"{one}grant/"),
        "person-factor-reset": (alice, f"{one}factor/reset/"),
        "invite": (alice, "/people/invite/"),
        "people-list": (alice, "/people/import/"),
        "people-preview": (alice, f"/people/import/{waiting.pk}/"),
        "people-list-done": (alice, f"/people/import/{done.pk}/"),
        "addresses": (alice, "/people/addresses/"),
        "addresses-none": (alice, "/people/addresses/?q=gibtesnicht"),
        "address-alias": (alice, f"/people/addresses/{seen.pk}/alias/"),
        "address-ask": (bob, "/account/address/ask/"),
        "claim": (None, "/claim/"),
        "claim-sent": (None, "/claim/sent/"),
        "invitation": (None, urlsplit(make_link(new)).path),
        "invitation-known": (None, link),
        "invitation-mine": (people.charlie, link),
        "invitation-not-mine": (bob, link),
        "invitation-void": (None, "/invitation/x/"),
    }


@ON_ALL_SCREENS
def test_axe_finds_nothing_on_any_page(pages, look_through, screens: tuple[str, ...]):
    assert look_through(pages, screens) == {}
