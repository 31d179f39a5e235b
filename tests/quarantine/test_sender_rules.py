"""The lists of senders: read, filled, changed, emptied, taken back; by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import AuditEvent, Membership
from quarantine import sender_list
from quarantine.access.sender_rules import Scope
from quarantine.actions.sender_rules import create_rule, restore_rules
from quarantine.models import SenderRule
from quarantine.sender_list import Entry, forget_removed
from quarantine.sender_patterns import parse_pattern
from tests.conftest import People, actor_of
from tests.factories import make_domain, make_rule

pytestmark = [pytest.mark.db, pytest.mark.django_db]

OWN, HOUSE = reverse("quarantine:own_senders"), reverse("quarantine:senders")


def add(client, name: str = "add_own_sender", **said: object):
    form = {"sender": "shop.example", "verb": "allow"} | said
    return client.post(reverse(f"quarantine:{name}"), form)


def test_a_person_keeps_a_list_of_their_own(people: People, client_for):
    client = client_for(people.bob)

    response = add(client, sender='"Anna" <Anna@Zürich.example>', note="Lieferantin")

    rule = SenderRule.objects.get()
    assert (response.status_code, response["Location"]) == (302, OWN)
    assert (rule.pattern, rule.kind) == ("anna@xn--zrich-kva.example", "address")
    assert (rule.owner, rule.customer) == (people.bob, people.acme)
    page = client.get(OWN).content.decode()
    assert "anna@zürich.example" in page
    assert "Lieferantin" in page
    assert AuditEvent.objects.get(action="sender.add").actor_id == people.bob.pk


def test_an_admin_keeps_lists_for_a_domain_and_for_all(people: People, client_for):
    client = client_for(people.alice)
    domain = str(people.acme_domain.pk)

    add(client, "add_sender", sender="*.shop.example", verb="block", domain=domain)
    add(client, "add_sender", sender="*.shop.example")

    kept = SenderRule.objects.order_by("pk").values_list("verb", "domain__name")
    assert list(kept) == [("block", "acme.example"), ("allow", None)]
    page = client.get(HOUSE).content.decode()
    assert page.count("*.shop.example</bdi>") == 2
    assert "alle Domains" in page


def test_what_an_allow_entry_does_not_override_stands_on_each_page(
    people: People, client_for
):
    make_rule(people.acme, "shop.example")

    for address in (OWN, HOUSE):
        page = client_for(people.alice).get(address).content.decode()
        assert "Viren, verbotene Anhänge" in page
        assert "DMARC" in page
        assert "schon beim Empfang abgewiesen" in page


@pytest.mark.parametrize("person", ["alice", "rita", "charlie"])
def test_nobody_reads_what_a_person_keeps(people: People, client_for, person: str):
    rule = make_rule(people.acme, "secret.example", owner=people.bob)
    client = client_for(getattr(people, person))

    pages = [client.get(address).content.decode() for address in (OWN, HOUSE)]
    one = client.get(reverse("quarantine:sender", args=[rule.pk]))
    removed = client.post(reverse("quarantine:remove_senders"), {"rule": str(rule.pk)})

    assert not any("secret.example" in page for page in pages)
    assert one.status_code == removed.status_code == 404
    assert SenderRule.objects.get().removed_at is None


def test_s12_who_may_only_look_is_refused_each_unsafe_verb(people: People, client_for):
    """A reader's list may be there from a time when they could act."""
    client = client_for(people.rita)
    own = make_rule(people.acme, "own.example", owner=people.rita)
    house = make_rule(people.acme, "house.example")
    one = reverse("quarantine:sender", args=[own.pk])

    codes = [
        add(client).status_code,
        add(client, "add_sender").status_code,
        client.post(one, {"note": "x"}).status_code,
        *(
            client.post(reverse(f"quarantine:{name}"), said).status_code
            for name in ("remove_senders", "restore_senders")
            for said in ({"rule": str(own.pk)}, {})
        ),
        client.get(HOUSE).status_code,
    ]
    foreign = client.post(reverse("quarantine:remove_senders"), {"rule": str(house.pk)})

    assert set(codes) == {403}
    assert foreign.status_code == 404
    assert client.get(OWN).status_code == 200
    assert SenderRule.objects.filter(removed_at=None, note="").count() == 2


def test_s12_a_member_is_refused_the_lists_of_the_customer(people: People, client_for):
    client = client_for(people.bob)

    assert client.get(HOUSE).status_code == 403
    assert add(client, "add_sender").status_code == 403
    with pytest.raises(NotPermitted):
        create_rule(Scope(), _entry(), actor=actor_of(people.bob))
    assert not SenderRule.objects.exists()


def _entry(sender: str = "shop.example", verb: str = "allow", **fields) -> Entry:
    return Entry(verb, parse_pattern(sender), **fields)


def test_a_rule_is_for_domains_of_the_own_customer_only(people: People, client_for):
    foreign = make_domain(people.other, "second.example")

    response = add(client_for(people.alice), "add_sender", domain=str(foreign.pk))

    assert response.status_code == 422
    for scope in (Scope(domain_id=foreign.pk), Scope(owner_id=people.bob.pk)):
        with pytest.raises(NotPermitted):
            create_rule(scope, _entry(), actor=actor_of(people.alice))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"sender": "*.com"}, "weder eine Adresse noch eine Domain"),
        ({"sender": "co.uk"}, "alle Domains mit dieser Endung"),
        ({"sender": "a@b.example, c@d.example"}, "einen Absender nach dem andern"),
        ({"sender": "gmail.com"}, "kann jeder eine Adresse haben"),
        ({"sender": "*.bluewin.ch"}, "kann jeder eine Adresse haben"),
        ({"sender": ""}, "zwingend"),
        ({"sender": "x" * 700}, "höchstens"),
        ({"verb": "delete"}, "keine gültige Auswahl"),
        ({"ends_on": "2020-01-01"}, "schon vorbei"),
        ({"note": "a\u202eb"}, "unsichtbare Zeichen"),
        ({"sender": "<script>alert(1)</script>"}, "&lt;script&gt;"),
    ],
)
def test_what_is_wrong_is_said(people: People, client_for, said, words):
    response = add(client_for(people.bob), **said)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not SenderRule.objects.exists()


def test_a_provider_for_all_can_be_blocked_and_one_address_of_it_allowed(
    people: People, client_for
):
    client = client_for(people.bob)

    add(client, sender="gmail.com", verb="block")
    add(client, sender="anna@gmail.com")

    assert SenderRule.objects.count() == 2


def test_a_name_in_other_letters_is_shown_as_such(people: People, client_for):
    client = client_for(people.bob)
    add(client, sender="\u0440\u0430\u0443\u0440\u0430l.com")
    add(client, sender="zürich.example")

    page = client.get(reverse("quarantine:own_senders")).content.decode()

    assert "\u0440\u0430\u0443\u0440\u0430l.com (xn--" in page
    assert "zürich.example" in page
    assert "xn--zrich" not in page


def test_the_same_sender_stands_once_a_list(people: People, client_for):
    make_rule(people.acme, "shop.example")
    make_rule(people.acme, "shop.example", owner=people.alice)
    client = client_for(people.bob)

    first, second = add(client), add(client, verb="block")

    assert (first.status_code, second.status_code) == (302, 422)
    assert "schon in der Liste" in second.content.decode()


def test_what_is_over_gives_way(people: People):
    over = timezone.now() - timedelta(days=1)
    old = make_rule(people.acme, "shop.example", expires_at=over)

    rule = create_rule(Scope(), _entry(verb="block"), actor=actor_of(people.alice))

    assert rule.pk == old.pk
    assert (rule.verb, rule.expires_at) == ("block", None)


def test_a_list_is_full_some_day(people: People, client_for, monkeypatch):
    monkeypatch.setattr(sender_list, "OWN_MAX", 1)
    client = client_for(people.bob)
    add(client)

    response = add(client, sender="second.example")

    assert response.status_code == 422
    assert "Liste ist voll" in response.content.decode()


def test_taking_back_does_not_fill_a_list_beyond_its_end(
    people: People, client_for, monkeypatch
):
    monkeypatch.setattr(sender_list, "OWN_MAX", 1)
    client = client_for(people.bob)
    add(client, sender="first.example")
    first = {"rule": [str(SenderRule.objects.get().pk)]}
    client.post(reverse("quarantine:remove_senders"), first)
    add(client, sender="second.example")

    told = client.post(reverse("quarantine:restore_senders"), first, follow=True)

    assert "Liste ist voll" in told.content.decode()
    assert SenderRule.objects.get(removed_at=None).pattern == "second.example"


def test_the_log_that_admins_read_names_no_sender_of_a_personal_list(
    people: People, client_for
):
    client = client_for(people.bob)
    add(client, sender="praxis@klinik.example")
    rule = SenderRule.objects.get()
    client.post(reverse("quarantine:sender", args=[rule.pk]), {"note": "x"})
    client.post(reverse("quarantine:remove_senders"), {"rule": [str(rule.pk)]})
    client.post(reverse("quarantine:restore_senders"), {"rule": [str(rule.pk)]})

    told = list(AuditEvent.objects.filter(action__startswith="sender.").values())

    assert len(told) == 4
    assert "klinik" not in str(told)


def test_note_and_last_day_change_by_the_readers_clock(people: People, client_for):
    people.bob.time_zone = "Pacific/Auckland"
    people.bob.save()
    rule = make_rule(people.acme, "shop.example", owner=people.bob)
    address = reverse("quarantine:sender", args=[rule.pk])
    client = client_for(people.bob)

    client.post(address, {"note": "bis Weihnachten", "ends_on": "2099-12-24"})

    rule.refresh_from_db()
    assert rule.note == "bis Weihnachten"
    assert rule.expires_at.isoformat() == "2099-12-24T11:00:00+00:00"
    assert 'value="2099-12-24"' in client.get(address).content.decode()


def test_many_are_removed_and_taken_back(people: People, client_for):
    rules = [make_rule(people.acme, f"{name}.example") for name in ("one", "two")]
    chosen = {"rule": [str(rule.pk) for rule in rules]}
    client = client_for(people.alice)

    gone = client.post(reverse("quarantine:remove_senders"), chosen, follow=True)
    left = SenderRule.objects.filter(removed_at=None).count()
    back = client.post(reverse("quarantine:restore_senders"), chosen, follow=True)

    assert "2 Absender entfernt" in gone.content.decode()
    assert "Kürzlich entfernt" in gone.content.decode()
    assert left == 0
    assert "2 Absender zurückgeholt" in back.content.decode()
    assert SenderRule.objects.filter(removed_at=None).count() == 2
    acts = AuditEvent.objects.filter(action__startswith="sender.")
    assert acts.filter(action="sender.restore").count() == 2


def test_one_made_anew_meanwhile_stays(people: People):
    now = timezone.now()
    gone = make_rule(people.acme, "shop.example", "block", removed_at=now)
    new = make_rule(people.acme, "shop.example")

    assert restore_rules([gone], actor=actor_of(people.alice)) == 0
    assert list(SenderRule.objects.filter(removed_at=None)) == [new]


def test_removed_ones_are_forgotten_after_a_while(people: People):
    now = timezone.now()
    make_rule(people.acme, "old.example", removed_at=now - timedelta(days=31))
    make_rule(people.acme, "new.example", removed_at=now - timedelta(days=29))
    make_rule(people.acme, "kept.example")

    forget_removed(now)

    assert SenderRule.objects.count() == 2


def test_search_and_pages(people: People, client_for):
    for number in range(51):
        make_rule(people.acme, f"s{number}.example", note="Ostern" if number else "")
    make_rule(people.acme, "zürich.example")
    client = client_for(people.alice)

    first = client.get(HOUSE).content.decode()
    query = first.split('href="?after=')[1].split('"')[0]
    second = client.get(f"{HOUSE}?after={query}").content.decode()

    assert first.count('name="rule"') == 50
    assert second.count('name="rule"') == 2
    assert client.get(f"{HOUSE}?q=ZÜRICH").content.decode().count('name="rule"') == 1
    assert client.get(f"{HOUSE}?q=s7.ex").content.decode().count('name="rule"') == 1
    assert client.get(f"{HOUSE}?q=ostern").content.decode().count('name="rule"') == 50
    nothing = client.get(f"{HOUSE}?q=%00%25_<b>").content.decode()
    assert "Kein Absender passt" in nothing or nothing.count('name="rule"') == 50
    assert client.get(f"{HOUSE}?after=x").status_code == 200


def test_a_list_costs_few_queries(
    people: People, client_for, django_assert_max_num_queries
):
    for number in range(40):
        make_rule(people.acme, f"s{number}.example", created_by=people.alice)
    client = client_for(people.alice)

    with django_assert_max_num_queries(12):
        client.get(HOUSE)


def test_an_end_of_role_ends_the_way_to_the_list(people: People, client_for):
    rule = make_rule(people.acme, "shop.example", owner=people.bob)
    client = client_for(people.bob)
    Membership.objects.filter(user=people.bob).update(customer=people.other)

    response = client.post(reverse("quarantine:remove_senders"), {"rule": str(rule.pk)})

    assert response.status_code in {403, 404}
    assert SenderRule.objects.get().removed_at is None
