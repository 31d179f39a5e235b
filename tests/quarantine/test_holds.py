"""The list of holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from quarantine.states import State
from tests.factories import make_hold

URL = "/holds/"
HOSTILE = "<script>alert(1)</script>\"'&{{ 7|add:7 }}{% now 'Y' %}"

pytestmark = pytest.mark.db


def make_holds(people, count, **fields):
    start = timezone.now() - timedelta(hours=1)
    return [
        make_hold(
            people.acme,
            subject=f"Nummer {number:03}",
            received_at=start + timedelta(seconds=number),
            **fields,
        )
        for number in range(count)
    ]


def test_shows_holds_newest_first(people, client_for):
    older, newer = make_holds(people, 2)

    page = client_for(people.alice).get(URL).content.decode()

    assert page.index(newer.subject) < page.index(older.subject)
    assert "2 E-Mails warten auf einen Entscheid." in page


def test_member_sees_only_granted_addresses(people, client_for):
    make_hold(people.acme, subject="Für Bob")
    make_hold(people.acme, subject="Für Carla", recipient="carla@acme.example")

    page = client_for(people.bob).get(URL).content.decode()

    assert "Für Bob" in page
    assert "Für Carla" not in page
    assert "carla@" not in page


def test_row_offers_release_only_where_allowed(people, client_for):
    hold = make_hold(people.acme)
    danger = make_hold(people.acme, category="phishing")

    page = client_for(people.bob).get(URL).content.decode()

    assert f'formaction="/holds/{hold.pk}/release"' in page
    assert f'formaction="/holds/{danger.pk}/release"' not in page


def test_viewer_gets_neither_ticks_nor_buttons(people, client_for):
    hold = make_hold(people.acme)

    page = client_for(people.rita).get(URL).content.decode()

    assert hold.subject in page
    assert 'name="hold"' not in page
    assert 'formaction="/holds/' + str(hold.pk) not in page


def test_rejects_post(people, client_for):
    assert client_for(people.alice).post(URL).status_code == 405


def test_leads_the_unknown_to_log_in(client, db):
    assert client.get(URL).status_code == 302


def test_leads_staff_to_the_start(people, client_for):
    response = client_for(people.support).get(URL)

    assert response.status_code == 302


def test_hides_from_charlie(people, client_for):
    hold = make_hold(people.acme)

    page = client_for(people.charlie).get(URL).content.decode()

    assert hold.subject not in page
    assert "Zurzeit halten wir nichts für Sie zurück." in page
    assert "Hier liegt nichts" in page


def test_pages_by_key_both_ways(people, client_for):
    made = make_holds(people, 51)
    client = client_for(people.alice)

    first = client.get(URL).context["list"]
    second = client.get(first.older_url).context["list"]
    back = client.get(second.newer_url).context["list"]

    assert [row.subject for row in second.rows] == [made[0].subject]
    assert second.older_url == ""
    assert [row.key for row in back.rows] == [row.key for row in first.rows]


def test_ties_in_time_are_neither_lost_nor_doubled(people, client_for):
    now = timezone.now()
    made = {str(make_hold(people.acme, received_at=now).pk) for _ in range(101)}
    client = client_for(people.alice)

    seen, url = [], URL
    while url and len(seen) < 200:
        shown = client.get(url).context["list"]
        seen += [row.key for row in shown.rows]
        url = shown.older_url

    assert len(seen) == 101
    assert set(seen) == made


@pytest.mark.parametrize(
    "place", ["x", "1.2", "99999999999999999999.0", "-1", "\x00", ".", "1" * 60]
)
def test_place_that_nobody_wrote_is_the_beginning(people, client_for, place):
    hold = make_hold(people.acme)

    response = client_for(people.alice).get(URL, {"after": place})

    assert response.status_code == 200
    assert hold.subject in response.content.decode()


def test_page_of_fifty_is_small_and_cheap(
    people, client_for, django_assert_max_num_queries
):
    make_holds(people, 51)
    client = client_for(people.bob)
    client.get(URL)

    # One of them asks for other names of the addresses, to choose from.
    with django_assert_max_num_queries(10):
        response = client.get(URL)

    assert len(response.context["list"].rows) == 50
    assert len(response.content) < 100_000


def test_hostile_words_are_escaped(people, client_for):
    make_hold(
        people.acme,
        subject=HOSTILE + "\u202egnp.exe",
        header_from_name=HOSTILE,
        header_from=HOSTILE,
        recipient="bob@acme.example",
    )

    page = client_for(people.alice).get(URL).content.decode()

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "‹U+202E›" in page
    assert "{{ 7|add:7 }}" in page


def test_says_when_one_runs_out(people, client_for):
    make_hold(people.acme, expires_at=timezone.now() + timedelta(hours=1))

    page = client_for(people.alice).get(URL).content.decode()

    assert "1 davon läuft bald ab" in page
    assert 'class="soon"' in page


@pytest.mark.parametrize("state", [s for s in State if s not in {"held", "expired"}])
def test_quick_filter_finds_each_state(people, client_for, state):
    make_hold(people.acme, state=state, subject="Gesuchte", decided_by=people.alice)
    client = client_for(people.alice)
    chips = client.get(URL).context["list"].chips

    pages = [client.get(chip.url).content.decode() for chip in chips]

    assert any("Gesuchte" in page for page in pages)


def test_fragment_has_the_rows_alone(people, client_for):
    hold = make_hold(people.acme)

    page = client_for(people.alice).get(reverse("quarantine:hold_rows"))

    assert hold.subject in page.content.decode()
    assert "<html" not in page.content.decode()
