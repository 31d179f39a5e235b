"""Releasing with an allowance, discarding with a block: one act, one transaction."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from quarantine.models import Hold, SenderRule
from quarantine.states import State
from tests.conftest import People
from tests.factories import grant, make_address, make_hold, make_rule

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SENT = {"header_from": "news@shop.example", "envelope_sender": "b-1=x@m.shop.example"}


def post(client, name: str, hold: Hold, *, htmx: bool = False, **said: str):
    headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    address = reverse(f"quarantine:{name}", args=[hold.pk])
    return client.post(address, said, **headers)


def test_releases_and_allows_for_me(people: People, client_for):
    hold = make_hold(people.acme, **SENT)

    response = post(
        client_for(people.bob),
        "release_allow",
        hold,
        sender="news@shop.example",
        scope="own",
    )

    hold.refresh_from_db()
    rule = SenderRule.objects.get()
    assert response.status_code == 303
    assert hold.state == State.RELEASING
    assert (rule.pattern, rule.verb, rule.owner) == (
        "news@shop.example",
        "allow",
        people.bob,
    )
    assert AuditEvent.objects.get(action="hold.release").detail["rule"] == str(rule.pk)


@pytest.mark.parametrize(
    ("scope", "domain"), [("domain", "acme.example"), ("all", None)]
)
def test_an_admin_allows_for_a_domain_or_all(people, client_for, scope, domain):
    hold = make_hold(people.acme, **SENT)

    said = {"sender": "shop.example", "scope": scope}
    post(client_for(people.alice), "release_allow", hold, **said)

    rule = SenderRule.objects.select_related("domain").get()
    assert rule.owner is None
    assert (rule.domain and rule.domain.name) == domain


def test_discards_and_blocks_and_takes_both_back(people: People, client_for):
    hold = make_hold(people.acme, **SENT)
    client = client_for(people.bob)
    said = {"sender": "shop.example", "scope": "own"}

    fragment = post(client, "block_sender", hold, htmx=True, **said)
    hold.refresh_from_db()
    blocked = (hold.state, SenderRule.objects.get().verb)
    post(client, "unblock_sender", hold)

    hold.refresh_from_db()
    assert fragment.status_code == 200
    assert "Sperre aufheben" in fragment.content.decode()
    assert blocked == (State.DISCARDED, "block")
    assert hold.state == State.HELD
    assert SenderRule.objects.get().removed_at is not None


def test_a_block_gives_way_to_an_allowance(people: People, client_for):
    make_rule(people.acme, "shop.example", "block", owner=people.bob)
    hold = make_hold(people.acme, **SENT)
    said = {"sender": "shop.example", "scope": "own"}

    post(client_for(people.bob), "release_allow", hold, **said)

    assert SenderRule.objects.get().verb == "allow"


@pytest.mark.parametrize("name", ["release_allow", "block_sender"])
def test_who_comes_second_leaves_no_rule(people: People, client_for, name: str):
    hold = make_hold(people.acme, state=State.RELEASED, **SENT)
    said = {"sender": "news@shop.example", "scope": "own"}

    response = post(client_for(people.bob), name, hold, **said)

    assert response.status_code == 409
    assert not SenderRule.objects.exists()


@pytest.mark.parametrize("name", ["release_allow", "block_sender", "unblock_sender"])
def test_s12_who_may_only_look_allows_and_blocks_nobody(people, client_for, name):
    hold = make_hold(people.acme, **SENT)
    said = {"sender": "news@shop.example", "scope": "own"}

    response = post(client_for(people.rita), name, hold, **said)

    assert response.status_code == 403
    assert not SenderRule.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"sender": "bank.example", "scope": "own"},
        {"sender": "*.com", "scope": "own"},
        {"sender": "news@shop.example", "scope": "all"},
        {"sender": "news@shop.example", "scope": "domain"},
        {"sender": "news@shop.example"},
        {},
    ],
)
def test_nothing_is_taken_that_was_not_offered(people: People, client_for, said):
    hold = make_hold(people.acme, **SENT)

    response = post(client_for(people.bob), "release_allow", hold, **said)

    assert response.status_code == 409
    assert not SenderRule.objects.exists()
    assert Hold.objects.get().state == State.HELD


def test_a_shared_mailbox_has_no_personal_list(people: People, client_for):
    shared = make_address(people.acme_domain, "team")
    grant(people.bob, shared)
    grant(people.rita, shared)
    hold = make_hold(people.acme, recipient="team@acme.example", **SENT)
    client = client_for(people.bob)

    page = client.get(reverse("quarantine:hold", args=[hold.pk])).content.decode()
    said = {"sender": "news@shop.example", "scope": "own"}
    response = post(client, "release_allow", hold, **said)

    assert "Absender zulassen oder sperren" not in page
    assert response.status_code == 409


@pytest.mark.parametrize("category", ["virus", "attachment"])
def test_what_no_rule_lets_pass_offers_a_block_only(people, client_for, category):
    hold = make_hold(people.acme, category=category, **SENT)

    page = client_for(people.alice).get(reverse("quarantine:hold", args=[hold.pk]))

    text = page.content.decode()
    assert "Verwerfen und Absender sperren" in text
    assert "Freigeben und Absender zulassen" not in text
    assert "Zulassen hilft hier nicht" in text


def test_what_a_member_may_not_release_is_not_allowed_either(people, client_for):
    hold = make_hold(people.acme, category="policy", **SENT)
    said = {"sender": "news@shop.example", "scope": "own"}

    response = post(client_for(people.bob), "release_allow", hold, **said)

    assert response.status_code == 403
    assert not SenderRule.objects.exists()


def test_the_page_says_what_an_allowance_does_not_override(people, client_for):
    hold = make_hold(people.acme, **SENT)

    page = client_for(people.bob).get(reverse("quarantine:hold", args=[hold.pk]))

    text = page.content.decode()
    assert "Was Zulassen nicht aufhebt" in text
    assert "Viren, verbotene Anhänge" in text
    assert 'value="news@shop.example" checked' in text
    assert 'value="own" checked' in text


@pytest.mark.parametrize(
    ("verb", "words"),
    [("block", "weil der Absender gesperrt ist"), ("allow", "zugelassen ist")],
)
def test_the_page_names_the_rule_that_decided(people, client_for, verb, words):
    rule = {
        "id": "x",
        "verb": verb,
        "pattern": "*.xn--zrich-kva.example",
        "scope": "all",
    }
    hold = make_hold(people.acme, reason={"filter": "rspamd", "rule": rule}, **SENT)

    page = client_for(people.bob).get(reverse("quarantine:hold", args=[hold.pk]))

    assert words in page.content.decode()
    assert "*.zürich.example" in page.content.decode()


def test_senders_stand_beside_the_dock_that_phones_shorten(people, client_for):
    hold = make_hold(people.acme, **SENT)
    client = client_for(people.bob)

    page = client.get(f"/holds/{hold.pk}/").content.decode()
    aside = page[page.index("<aside") : page.index("</aside>")]
    done = post(client, "block_sender", hold, htmx=True, sender="shop.example")
    part = done.content.decode()
    section = part[part.index('id="sender-') :]

    assert "Freigeben und Absender zulassen" in page
    assert "Absender zulassen" not in aside
    assert 'hx-swap-oob="true"' in section.partition(">")[0]


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("release_allow", "Der Absender ist zugelassen"),
        ("block_sender", "ist gesperrt"),
    ],
)
def test_says_what_became_of_the_sender(people, client_for, act, told):
    hold = make_hold(people.acme, **SENT)
    client = client_for(people.bob)
    before = client.get(f"/holds/{hold.pk}/").text

    said = {"sender": "news@shop.example", "scope": "own"}
    part = post(client, act, hold, htmx=True, **said).text
    page = client.get(f"/holds/{hold.pk}/").text

    assert told not in before
    assert f"{told}: news@shop.example, nur für mich." in part
    assert f"{told}: news@shop.example, nur für mich." in page
