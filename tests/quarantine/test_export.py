"""The list as a table to take away."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from accounts.models import AuditEvent
from tests.factories import make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]
URL = "/holds/export"


def table(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_takes_away_what_the_search_finds(people, client_for):
    people.bob.time_zone = "America/New_York"
    people.bob.save()
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    make_hold(
        people.acme, subject="Ä, «b»; c", category="bulk", received_at=at, score=-1.5
    )
    make_hold(people.acme, subject="Anderes")
    make_hold(people.acme, subject="Carlas", recipient="carla@acme.example")

    response = client_for(people.bob).post(f"{URL}?why=bulk")
    rows = table(response)

    assert "attachment" in response["Content-Disposition"]
    assert [row["subject"] for row in rows] == ["Ä, «b»; c"]
    assert rows[0]["received_at"] == "2026-11-19T21:00:00-05:00"
    assert rows[0]["score"] == "-1.5"


def test_admin_takes_away_all_of_the_customer_and_nobody_elses(people, client_for):
    make_hold(people.acme)
    make_hold(people.acme, recipient="carla@acme.example")
    make_hold(people.other, recipient="eva@other.example")

    rows = table(client_for(people.alice).post(URL))

    assert {row["recipient"] for row in rows} == {
        "bob@acme.example",
        "carla@acme.example",
    }


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "|calc", "%0a", '=HYPERLINK("http://x")'],
)
def test_nothing_is_a_formula(people, client_for, text):
    make_hold(people.acme, subject=text, header_from_name=text, header_from=text)

    (row,) = table(client_for(people.bob).post(URL))

    assert not row["subject"].startswith(tuple("=+-@|% "))
    assert row["sender"].startswith("'")
    assert row["sender_name"].startswith("'")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "text", ["a,=1+1", 'a";=1+1', "a, \u00a0@x", "a|=x", "\uff1d1"]
)
def test_nothing_is_a_formula_wherever_cells_are_parted(
    people, client_for, text, delimiter
):
    make_hold(people.acme, subject=text, header_from_name=text)

    sent = client_for(people.bob).post(URL).getvalue().decode("utf-8-sig")

    lines = csv.reader(io.StringIO(sent), delimiter=delimiter)
    cells = [cell.strip(" \u00a0") for line in lines for cell in line]
    assert not [cell for cell in cells if cell.startswith(tuple("=+@\uff1d"))]


def test_says_when_there_is_more(people, client_for, monkeypatch):
    monkeypatch.setattr("quarantine.export.ROWS_MAX", 1)
    for _ in range(2):
        make_hold(people.acme)

    rows = table(client_for(people.bob).post(URL))

    assert len(rows) == 2
    assert rows[1]["received_at"] == "Es gibt mehr. Grenzen Sie die Suche ein."


def test_is_written_down_and_limited(people, client_for, monkeypatch):
    monkeypatch.setattr("quarantine.actions.export.EXPORTS_PER_HOUR", 1)
    client = client_for(people.bob)
    client.post(f"{URL}?q=rechnung")

    second = client.post(URL, follow=True)

    assert "Zu viele Versuche." in second.content.decode()
    event = AuditEvent.objects.get(action="hold.export")
    assert event.detail == {"query": "q=rechnung"}


def test_rejects_get(people, client_for):
    assert client_for(people.bob).get(URL).status_code == 405
