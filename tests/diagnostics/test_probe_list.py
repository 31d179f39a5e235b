"""The list of probes: pages by key, filters, and the same cost at any depth."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from diagnostics import search
from diagnostics.models import Probe
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
URL = "/diagnostics/"


def make_probes(people, count: int, **fields) -> list[Probe]:
    """Make probes, the first one the newest."""
    now = timezone.now()
    made = []
    for number in range(count):
        probe = factories.make_probe(people.acme, **fields)
        Probe.objects.filter(pk=probe.pk).update(
            # Two share a moment: the key parts them.
            created_at=now - timedelta(minutes=number // 2)
        )
        made.append(probe)
    return made


def shown(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/diagnostics/([0-9a-f-]{36})/"', page)


def link(page: str, word: str) -> str:
    found = re.search(rf'href="(\?[^"#]*)#h-list">[^?]*?{word}', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_leads_through_all_pages_and_back(people, client_for, monkeypatch):
    monkeypatch.setattr(search, "PAGE_ROWS", 4)
    made = make_probes(people, 10)
    client = client_for(people.alice)

    first = client.get(URL).content.decode()
    second = client.get(URL + link(first, "Ältere")).content.decode()
    third = client.get(URL + link(second, "Ältere")).content.decode()

    seen = shown(first) + shown(second) + shown(third)
    assert len(seen) == 10
    assert set(seen) == {str(probe.pk) for probe in made}
    assert not link(third, "Ältere")
    back = client.get(URL + link(third, "Neuere")).content.decode()
    assert shown(back) == shown(second)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"queued", "good", "bad", "broken"}),
        ("?show=waiting", {"queued"}),
        ("?show=good", {"good"}),
        ("?show=bad", {"bad"}),
        ("?show=broken", {"broken"}),
        ("?cause=scanner-down", {"bad"}),
        ("?cause=no-internet", {"queued", "good", "bad", "broken"}),  # not offered
        ("?show=x&after=1.2&before=%00", {"queued", "good", "bad", "broken"}),
    ],
)
def test_filters_by_state_and_cause(people, client_for, query, expected):
    probes = {
        "queued": factories.make_probe(people.acme),
        "good": factories.make_probe(people.acme, state="finished"),
        "bad": factories.make_probe(
            people.acme, state="finished", first_cause="scanner-down"
        ),
        "broken": factories.make_probe(
            people.acme, state="expired", note="worker_lost"
        ),
    }

    page = client_for(people.alice).get(URL + query).content.decode()

    names = {str(probe.pk): name for name, probe in probes.items()}
    assert {names[key] for key in shown(page)} == expected


def test_keeps_the_filter_from_page_to_page(people, client_for, monkeypatch):
    monkeypatch.setattr(search, "PAGE_ROWS", 2)
    bad = make_probes(people, 3, state="finished", first_cause="scanner-down")
    make_probes(people, 5)
    client = client_for(people.alice)

    first = client.get(f"{URL}?show=bad").content.decode()
    second = client.get(URL + link(first, "Ältere")).content.decode()

    assert set(shown(first) + shown(second)) == {str(probe.pk) for probe in bad}


def test_says_that_nothing_fits(people, client_for):
    make_probes(people, 1)

    page = client_for(people.alice).get(f"{URL}?show=broken").content.decode()

    assert "Keine Prüfung passt dazu." in page


def test_knows_no_causes_of_others(people, client_for):
    factories.make_probe(people.acme, state="finished", first_cause="scanner-down")

    page = client_for(people.charlie).get(f"{URL}?cause=scanner-down").content.decode()

    assert 'value="scanner-down"' not in page


@pytest.mark.parametrize("count", [1, 60])
def test_costs_the_same_however_many(
    people, client_for, django_assert_max_num_queries, count
):
    make_probes(people, count, state="finished", first_cause="scanner-down")
    client = client_for(people.alice)

    with django_assert_max_num_queries(12):
        client.get(URL)
