"""The filters of the list, alone and together."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.utils import timezone

from quarantine.criteria import Criteria
from tests.factories import grant, make_address, make_hold, make_person

pytestmark = pytest.mark.db
URL = "/holds/"


def found(client, **query):
    shown = client.get(URL, query).context["list"]
    return {row.subject for row in shown.rows}


def make_mail(people, subject, **fields):
    sender = fields.get("header_from", "sender@remote.example")
    name = fields.get("header_from_name", "")
    recipient = fields.get("recipient", "bob@acme.example")
    text = f"bounce@vm.example {sender} {name} {recipient} {subject}".lower()
    return make_hold(people.acme, subject=subject, search_text=text, **fields)


@pytest.fixture
def mails(people):
    make_mail(people, "Rechnung Mai", header_from_name="Rita Gerber", score=6.4)
    make_mail(
        people,
        "Mahnung",
        header_from="rechnung@shop.example",
        category="bulk",
        score=12.0,
    )
    make_mail(people, "Paket", category="phishing", score=None)


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ({"from": "rechnung@"}, {"Mahnung"}),
        ({"from": "GERBER"}, {"Rechnung Mai"}),
        ({"subject": "rechnung"}, {"Rechnung Mai"}),
        ({"why": ["bulk", "phishing"]}, {"Mahnung", "Paket"}),
        ({"why": ["spam"], "from": "shop"}, set()),
        ({"low": "6.4"}, {"Rechnung Mai", "Mahnung"}),
        ({"low": "6", "high": "10"}, {"Rechnung Mai"}),
        ({"high": "5"}, set()),
        ({"from": "%", "subject": "_"}, set()),
        ({"q": "rechnung", "why": ["bulk"], "low": "1"}, {"Mahnung"}),
    ],
)
def test_filter_finds(people, client_for, mails, query, subjects):
    assert found(client_for(people.bob), **query) == subjects


def test_days_are_those_of_the_reader(people, client_for):
    people.bob.time_zone = "America/New_York"
    people.bob.save()
    late = datetime(2026, 11, 20, 2, tzinfo=UTC)  # still the 19th in New York
    make_mail(people, "Spät", received_at=late)
    make_mail(people, "Danach", received_at=late + timedelta(hours=3))
    client = client_for(people.bob)

    assert found(client, since="2026-11-19", until="2026-11-19") == {"Spät"}
    assert found(client, since="2026-11-20") == {"Danach"}
    assert found(client, since="2026-11-19", since_time="21:01") == {"Danach"}
    assert found(client, until="2026-11-20", until_time="00:00") == {"Spät"}


@pytest.mark.parametrize(
    "query",
    [
        {"since": "9999-12-31"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"until": "x", "until_time": "25:00"},
        {"since_time": "10:00"},
        {"low": "nan", "high": "1e999"},
        {"low": "x"},
        {"why": ["spam", "nonsense"]},
        {"from": "\x00", "subject": "x" * 5000},
        {"to": "nobody@x.example"},
    ],
)
def test_nonsense_is_left_out(people, client_for, mails, query):
    response = client_for(people.bob).get(URL, query)

    assert response.status_code == 200
    assert len(response.context["list"].rows) == 3


def test_what_ends_within_three_days_ends_soon(people, client_for):
    with time_machine.travel("2026-11-24 09:00 +01:00", tick=False):
        now = timezone.now()
        for days in (0, 1, 3, 4):
            ends = now + timedelta(days=days, hours=10)
            make_mail(people, f"in {days}", expires_at=ends, received_at=now)
        make_mail(people, "bleibt", expires_at=now, kept_at=now)
        client = client_for(people.bob)

        shown = client.get(URL, {"show": "soon"}).context["list"]

        told = {row.subject: row.ends for row in shown.rows}
        assert told == {"in 0": "heute 19:00", "in 1": "morgen", "in 3": "in 3 Tagen"}
        assert shown.soon_text == "3 davon laufen bald ab"


def test_addresses_are_told_apart(people, client_for):
    shared = make_address(people.acme_domain, "info")
    carla = make_address(people.acme_domain, "carla")
    make_address(people.acme_domain, "robert", alias_of=people.bob_address)
    make_address(people.acme_domain, "geheim")
    make_person("carla@acme.example", people.acme)
    for address in (shared, carla):
        grant(people.bob, address)
    make_mail(people, "An Robert", recipient="robert@acme.example")
    make_mail(people, "An Bob")
    make_mail(people, "An alle", recipient="info@acme.example")
    client = client_for(people.bob)

    form = client.get(URL).context["form"]

    groups = {
        str(label): [name for _key, name in group]
        for label, group in form.fields["to"].choices[1:]
    }
    assert groups == {
        "Eigene Adressen": ["bob@acme.example"],
        "Weitere Namen": ["robert@acme.example"],
        "Gemeinsame Adressen": ["info@acme.example"],
        "Adressen anderer": ["carla@acme.example"],
    }
    assert found(client, to=str(shared.pk)) == {"An alle"}


def test_another_name_of_an_address_is_a_filter(people, client_for):
    make_address(people.acme_domain, "robert", alias_of=people.bob_address)
    mine = {"address": people.bob_address}
    make_mail(people, "An Robert", recipient="robert@acme.example", **mine)
    make_mail(people, "An Bob")

    assert found(client_for(people.bob), to="robert@acme.example") == {"An Robert"}


def test_many_addresses_are_typed(people, client_for, monkeypatch):
    monkeypatch.setattr("quarantine.forms.listing.ADDRESSES_MAX", 1)
    make_mail(people, "An Bob")
    make_mail(people, "An Carla", recipient="carla@acme.example")
    client = client_for(people.alice)

    assert found(client, to="carla") == {"An Carla"}
    assert found(client, to="bob@acme.example") == {"An Bob"}
    assert found(client, to="ob@acme.example") == set()


def test_each_filter_can_be_taken_off(people, client_for, mails):
    query = {
        "why": ["spam", "bulk"],
        "from": "rechnung@",
        "low": "3.5",
        "since": "2026-01-31",
        "when": "month",
    }
    client = client_for(people.bob)

    shown = client.get(URL, query).context["list"]

    told = {one.label: one.url for one in shown.filters}
    assert set(told) == {
        "Grund: Spam",
        "Grund: Massenmail",
        "Absender: rechnung@",
        "ab 3.5 Punkten",
        "ab 31.1.2026",
        "Letzte 30 Tage",
    }
    assert told["Grund: Spam"] == URL + "?" + urlencode(
        {
            "why": "bulk",
            "from": "rechnung@",
            "when": "month",
            "since": "2026-01-31",
            "low": "3.5",
        }
    )


def test_filters_work_without_javascript(people, client_for):
    page = client_for(people.bob).get(URL, {"why": "bulk", "show": "new"})

    text = page.content.decode()
    assert '<form class="filters" role="search" method="get" action="/holds/"' in text
    assert '<details class="filter-more">' in text
    assert 'name="why" value="bulk" id="id_why_1" checked' in text
    assert '<option value="new" selected>' in text


def test_criteria_survive_their_own_query():
    criteria = Criteria(
        words=("ä&b", "c"),
        why=("spam", "bulk"),
        to="x@y.example",
        sender="a b",
        subject="100%",
        when="week",
        since=datetime(2026, 1, 2, tzinfo=UTC).date(),
        since_time=time(0, 0),
        until=datetime(2026, 1, 3, tzinfo=UTC).date(),
        low=-1.5,
        high=1000000.0,
        show="new",
    )

    assert Criteria.parse(criteria.query) == criteria
    assert Criteria.parse("") == Criteria()


def test_low_of_zero_is_a_filter(people, client_for):
    make_mail(people, "Ohne", score=None)
    make_mail(people, "Null", score=0.0)

    assert found(client_for(people.bob), low="0") == {"Null"}


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_page_with_every_filter_asks_no_more(
    who, people, client_for, mails, django_assert_max_num_queries
):
    query = {"q": "rechnung", "why": "bulk", "from": "shop", "low": "1", "high": "20"}
    client = client_for(getattr(people, who))
    client.get(URL)

    with django_assert_max_num_queries(11):
        client.get(URL, query)
