"""Finding holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from quarantine.criteria import Criteria
from quarantine.search import count_holds
from tests.conftest import actor_of
from tests.factories import make_hold

pytestmark = pytest.mark.db


def found(client, **query):
    shown = client.get("/holds/", query).context["list"]
    return {row.subject for row in shown.rows}


@pytest.fixture
def holds(people):
    make_hold(
        people.acme,
        subject="Offerte Dach",
        search_text="gerber@spengler.example bob@acme.example offerte dach",
    )
    make_hold(
        people.acme,
        subject="100% Rabatt_x",
        search_text="shop@sale.example bob@acme.example 100% rabatt_x",
        category="bulk",
    )


def test_all_words_must_fit_in_any_case(people, client_for, holds):
    client = client_for(people.bob)

    assert found(client, q="DACH gerber") == {"Offerte Dach"}
    assert found(client, q="dach rabatt") == set()


@pytest.mark.parametrize("word", ["100%", "rabatt_x"])
def test_wildcards_are_letters(people, client_for, holds, word):
    assert found(client_for(people.bob), q=word) == {"100% Rabatt_x"}


def test_wildcards_match_nothing_else(people, client_for, holds):
    assert found(client_for(people.bob), q="offer%dach") == set()
    assert found(client_for(people.bob), q="d_ch") == set()


def test_filters_by_reason_and_time(people, client_for, holds):
    make_hold(
        people.acme, subject="Alt", received_at=timezone.now() - timedelta(days=10)
    )
    client = client_for(people.bob)

    assert found(client, why="bulk") == {"100% Rabatt_x"}
    assert "Alt" not in found(client, when="week")
    assert "Alt" in found(client, when="month")


def test_admin_filters_by_address(people, client_for):
    make_hold(people.acme, subject="Bobs")
    make_hold(people.acme, subject="Carlas", recipient="carla@acme.example")

    assert found(client_for(people.alice), to=str(people.bob_address.pk)) == {"Bobs"}


def test_foreign_address_is_no_filter(people, client_for, holds):
    foreign = make_hold(people.other, recipient="eva@other.example").address_id

    page = client_for(people.bob).get("/holds/", {"to": str(foreign)})

    assert page.status_code == 200
    assert "other.example" not in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"},
        {"q": "x" * 5000},
        {"q": "' OR 1=1 --"},
        {"q": "%"},
        {"why": "nonsense"},
        {"to": "not-a-key"},
        {"when": "<script>"},
        {"show": "everything"},
        {"before": "x", "after": "y"},
    ],
)
def test_nonsense_is_no_error(people, client_for, holds, query):
    assert client_for(people.bob).get("/holds/", query).status_code == 200


def test_short_word_alone_is_explained(people, client_for, holds):
    page = client_for(people.bob).get("/holds/", {"q": "ab"}).content.decode()

    assert "Geben Sie mindestens drei Zeichen ein." in page


def test_no_hit_says_what_else_can_have_happened(people, client_for, holds):
    page = client_for(people.bob).get("/holds/", {"q": "ziegel gerber"})

    text = page.content.decode()
    assert "Kein Treffer für «ziegel gerber»" in text
    assert "Fehlermeldung" in text
    assert "Sie wartet noch beim Absender oder vor unserem Filter" in text
    assert "laufen nach 30 Tagen ab" in text
    assert "Nur nach «gerber» suchen" in text
    assert 'href="/holds/?q=gerber"' in text


def test_counts_stop_at_a_thousand(people, monkeypatch, client_for):
    monkeypatch.setattr("quarantine.search.COUNT_MAX", 2)
    monkeypatch.setattr("quarantine.presentation.list.COUNT_MAX", 2)
    for _ in range(4):
        make_hold(people.acme)

    page = client_for(people.alice).get("/holds/").content.decode()

    assert count_holds(actor_of(people.alice), Criteria()) == 3
    assert "über 2 E-Mails" in page


def test_no_hit_leads_to_where_the_words_are_found(people, client_for):
    make_hold(people.acme, state="discarded", search_text="ziegel")
    client = client_for(people.bob)

    page = client.get("/holds/", {"q": "ziegel"}).content.decode()

    assert "Unter «Verworfen» suchen" in page
    assert 'href="/holds/?q=ziegel&amp;show=discarded"' in page


def test_fragment_tells_the_address_of_its_page(people, client_for, holds):
    response = client_for(people.bob).get("/holds/rows?q=dach")

    assert response["HX-Replace-Url"] == "/holds/?q=dach"


def test_new_ones_are_those_that_nobody_has_looked_at(people, client_for):
    make_hold(people.acme, subject="Neue")
    make_hold(people.acme, subject="Gesehene", first_seen_at=timezone.now())

    assert found(client_for(people.bob), show="new") == {"Neue"}


def test_beyond_the_cap_only_what_is_cheap_is_counted(people, monkeypatch, client_for):
    monkeypatch.setattr("quarantine.search.COUNT_MAX", 2)
    for state in ("held", "held", "held", "requested", "failed"):
        make_hold(people.acme, state=state)

    chips = client_for(people.alice).get("/holds/").context["list"].chips

    assert {chip.label: chip.count for chip in chips} == {
        "Alle": "3",
        "Neu": "",
        "Läuft bald ab": "",
        "Freigabe angefragt": "1",
        "Noch nicht zugestellt": "1",
        "Freigegeben": "",
        "Verworfen": "",
    }
