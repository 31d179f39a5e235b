"""The admin's overview: figures of the own customer only, with few queries."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.bar_chart import BOTTOM, TOP, draw
from quarantine.day_counts import DayFigures
from quarantine.models import VerdictReport
from quarantine.states import State
from tests.factories import make_domain, make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]

PAGE = reverse("dashboard:dashboard")


def test_shows_figures_senders_factors_and_domains(people, client_for):
    make_hold(people.acme, header_from="werbung@gastro.example")
    make_hold(
        people.acme,
        header_from="werbung@gastro.example",
        state=State.RELEASED,
        decided_by=people.bob,
    )

    text = client_for(people.alice).get(PAGE).content.decode()

    assert '<dd class="big">2</dd>' in text
    assert "50.0 %" in text
    assert "gastro.example" in text
    assert "acme.example" in text
    assert '<dd class="big">1 / 3</dd>' in text
    assert "<svg" in text
    assert "style=" not in text


def test_tells_wrong_verdicts_beside_releases(people, client_for):
    hold = make_hold(people.acme)
    make_hold(people.acme)
    VerdictReport.objects.create(
        customer=people.acme, hold=hold, reported_by=people.bob, says="ham"
    )

    text = client_for(people.alice).get(PAGE).content.decode()

    figure = text.partition("Irrtümer des Filters</dt>")[2]
    assert figure.startswith('<dd class="big">1</dd><dd>50.0 %</dd>')
    assert "Ein Irrtum ist, was jemand dem Filter als erwünscht gemeldet hat." in text


def test_rejects_post(people, client_for):
    assert client_for(people.alice).post(PAGE).status_code == 405


def test_shows_nothing_of_another_customer(people, client_for):
    make_hold(people.acme, header_from="werbung@gastro.example")

    text = client_for(people.charlie).get(PAGE).content.decode()

    assert "gastro" not in text
    assert "acme" not in text
    assert "In dieser Zeit wurde nichts zurückgehalten." in text


@pytest.mark.parametrize("person", ["bob", "rita"])
def test_members_have_no_business_there(person, people, client_for):
    client = client_for(getattr(people, person))

    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get(reverse("quarantine:holds")).content.decode()


@pytest.mark.parametrize(
    ("asked", "shown"), [("7", 7), ("30", 30), ("90", 90), ("", 30), ("1e9", 30)]
)
def test_shows_the_days_asked_for(asked, shown, people, client_for):
    make_hold(people.acme)

    text = client_for(people.alice).get(PAGE, {"days": asked}).content.decode()

    table = text.partition('details class="fold"')[2].partition("</details>")[0]
    assert table.count('<th scope="row">') == shown
    assert text.count('<rect class="held" x') == shown


def test_says_what_waits(people, client_for):
    make_hold(people.acme, state=State.REQUESTED)

    text = client_for(people.alice).get(PAGE).content.decode()

    assert "1 Freigabe wartet auf Sie." in text


def test_asks_as_often_for_many_holds_as_for_one(
    people, client_for, django_assert_max_num_queries
):
    client = client_for(people.alice)
    for number in range(12):
        make_hold(people.acme, header_from=f"x@s{number}.example")
    for number in range(5):
        make_domain(people.acme, f"d{number}.example", verified_at=timezone.now())

    with django_assert_max_num_queries(28):
        client.get(PAGE, {"days": "90"})


def test_draws_bars_that_stand_on_the_line_and_stay_within():
    days = [
        DayFigures(date(2026, 11, 1) + timedelta(days=n), held, held // 3)
        for n, held in enumerate([0, 7, 243, 12, 1])
    ]

    chart = draw(days)

    for column in chart.columns:
        for bar in (column.wide, column.narrow):
            assert float(bar.y) + float(bar.height) == pytest.approx(BOTTOM, abs=0.2)
            assert float(bar.y) >= TOP
            assert re.fullmatch(r"\d+\.\d", bar.x)
    assert [line.label for line in chart.lines] == [
        "0",
        "50",
        "100",
        "150",
        "200",
        "250",
    ]


def test_writes_a_label_where_there_is_room():
    days = [DayFigures(date(2026, 8, 1) + timedelta(days=n), 1, 0) for n in range(90)]

    labels = [column for column in draw(days).columns if column.is_labelled]

    assert len(labels) <= 14
    assert labels[-1].is_last
