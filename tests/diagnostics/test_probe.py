"""The page of one probe, and the part of it that changes."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics.models import Evidence, Probe
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NAMES = ("diagnostics:probe", "diagnostics:probe_progress")
ENDPOINT = {"address": "192.0.2.25", "family": "ipv4"}


def observe(probe: Probe, check: str, status: str = "ok", **facts) -> None:
    port = facts.get("port")
    Evidence.objects.create(
        customer=probe.customer,
        probe=probe,
        ordinal=Evidence.objects.filter(probe=probe).count() + 1,
        check_name=check,
        subject=f"out.cleanmail.example:{port}/ipv4" if port else "out",
        status=status,
        duration_seconds=0.011,
        facts=(ENDPOINT | facts) if port else facts,
        transcript=["> EHLO probe-x.invalid", "< 250 <b>ok</b>"] if port else [],
    )


def finish(probe: Probe, state: str = "finished", note: str = "") -> None:
    Probe.objects.filter(pk=probe.pk).update(
        state=state, note=note, finished_at=timezone.now()
    )


def refused(people) -> Probe:
    """Return a finished probe of Acme's, with a log-in, that the port refused."""
    made = factories.make_probe(people.acme, username="acme-relay", has_password=True)
    observe(made, "tcp", "failed", port=587, error="ECONNREFUSED")
    finish(made)
    return made


def path(probe: Probe, name: str = "diagnostics:probe") -> str:
    return reverse(name, args=[probe.pk])


@pytest.fixture
def probe(people) -> Probe:
    made = factories.make_probe(people.acme)
    observe(
        made,
        "configured",
        ports=[587],
        known_ports=[25, 587],
        relation="same",
        target="out.cleanmail.example",
    )
    observe(
        made,
        "names",
        resolver="system",
        host="out.cleanmail.example",
        addresses=["192.0.2.25"],
    )
    return made


def healthy(probe: Probe) -> None:
    for check in ("tcp", "greeting", "ehlo", "starttls"):
        observe(probe, check, port=587, code=220, offered=True)
    observe(probe, "certificate", port=587, not_after="2027-02-14T00:00:00Z")
    observe(probe, "ehlo_tls", port=587, mechanisms=["PLAIN"])
    observe(probe, "auth", port=587, code=235)
    finish(probe)


def test_says_first_that_all_is_well(people, client_for, probe):
    healthy(probe)

    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "Von hier aus ist alles in Ordnung, auch die Anmeldung." in page
    assert page.count("is-done") == 7
    assert "gültig bis 14.02.2027" in page
    assert "Diese Prüfung lief vom Portal aus" in page
    assert "hx-trigger" not in page


def test_names_the_cause_who_acts_and_what_helps(people, client_for, probe):
    observe(probe, "tcp", "failed", port=587, error="ECONNREFUSED")
    observe(probe, "tcp", "failed", port=25, error="ECONNREFUSED")
    finish(probe)

    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "Unser Outbound Scanner nimmt keine Verbindungen an." in page
    assert "Das beheben wir." in page
    assert "Der Fehler liegt bei uns, an Station 3 von 7" in page
    assert page.count("is-fail") == 1
    assert "scanner-down" not in page  # the slug is for support


def test_shows_transcripts_as_text(people, client_for, probe):
    healthy(probe)

    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "&lt;b&gt;ok&lt;/b&gt;" in page
    assert "<b>ok</b>" not in page


@pytest.mark.parametrize("name", NAMES)
def test_asks_again_until_it_is_final(people, client_for, probe, name):
    Probe.objects.filter(pk=probe.pk).update(state=Probe.State.RUNNING)
    client = client_for(people.alice)

    running = client.get(path(probe, name)).content.decode()
    healthy(probe)
    done = client.get(path(probe, name)).content.decode()

    assert 'hx-trigger="every 500ms"' in running
    assert "Station 3 von 7" in running
    assert "Diese Prüfung läuft vom Portal aus" in running
    assert "Diese Prüfung lief vom Portal aus" in done
    assert "hx-trigger" not in done


def test_says_nothing_while_there_is_nothing_new(people, client_for, probe):
    Probe.objects.filter(pk=probe.pk).update(state=Probe.State.RUNNING)
    client = client_for(people.alice)
    url = path(probe, "diagnostics:probe_progress")

    same = client.get(url, {"seen": "running-2-waiting-0-"})
    observe(probe, "tcp", port=587)
    newer = client.get(url, {"seen": "running-2-waiting-0-"})

    assert (same.status_code, same.content) == (204, b"")
    assert newer.status_code == 200
    assert "?seen=running-3-" in newer.content.decode()


def test_speaks_the_readers_language(people, client_for, probe):
    observe(probe, "tcp", "failed", port=587, error="ECONNREFUSED")
    finish(probe)
    people.alice.language = "en"
    people.alice.save()

    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "Our outbound scanner accepts no connections." in page


def test_says_what_cannot_be_told_apart(people, client_for, probe):
    for check in ("tcp", "greeting", "ehlo", "starttls"):
        observe(probe, check, port=587, code=220, offered=True)
    observe(probe, "certificate", port=587, not_after="2027-02-14T00:00:00Z")
    observe(probe, "ehlo_tls", port=587, mechanisms=["PLAIN"])
    observe(probe, "auth", "failed", port=587, code=535)
    finish(probe)

    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "bisher nicht zu unterscheiden" in page
    assert "<li>Der Benutzername stimmt nicht.</li>" in page


def test_waiting_probe_can_be_reloaded_without_script(people, client_for, probe):
    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "</svg> Wartet</p>" in page
    assert "Die Prüfung beginnt gleich." in page
    assert f'<a class="btn slim" href="{path(probe)}">' in page


def test_says_that_it_waits_for_a_worker_that_does_not_come(people, client_for, probe):
    client = client_for(people.alice)
    url = path(probe, "diagnostics:probe_progress")
    soon = client.get(url).content.decode()
    earlier = timezone.now() - timedelta(seconds=31)
    Probe.objects.filter(pk=probe.pk).update(created_at=earlier)

    late = client.get(url, {"seen": "queued-2"}).content.decode()

    assert "nicht erreichbar" not in soon
    assert "Der Prüfdienst ist im Moment nicht erreichbar." in late
    assert "Die Prüfung beginnt von selbst" in late
    assert "?seen=late-2-" in late


def test_says_that_nothing_was_checked_where_none_came(people, client_for, probe):
    finish(probe, "expired", Probe.Note.NOT_STARTED)

    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "Es wurde nichts geprüft." in page
    assert "Was bis dahin gefunden wurde" not in page


def test_lost_password_has_its_own_words(people, client_for, probe):
    finish(probe, "expired", Probe.Note.PASSWORD_LOST)

    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "Geben Sie das Passwort bitte nochmals ein." in page


def test_never_says_well_of_what_was_not_reached(people, client_for, probe):
    finish(probe, "failed", Probe.Note.TARGET_REFUSED)
    client = client_for(people.alice)

    refused = client.get(path(probe)).content.decode()
    observe(probe, "tcp", port=587)
    finish(probe)
    cut = client.get(path(probe)).content.decode()

    assert "Das Portal darf sich mit diesem Scanner nicht verbinden." in refused
    assert "is-good" not in cut.split("h-evidence")[0]
    assert "Der Weg zum Scanner ist sehr langsam." in cut


def test_lost_worker_keeps_what_was_found(people, client_for, probe):
    finish(probe, "expired", Probe.Note.WORKER_LOST)

    page = client_for(people.alice).get(path(probe)).content.decode()

    assert "Der Prüfdienst wurde unterbrochen." in page
    assert "192.0.2.25" in page


@pytest.mark.parametrize("name", NAMES)
def test_rejects_post(people, client_for, probe, name):
    assert client_for(people.alice).post(path(probe, name)).status_code == 405


@pytest.mark.parametrize("name", NAMES)
def test_hides_other_customer(people, client_for, probe, name):
    client = client_for(people.charlie)

    strange = client.get(path(probe, name))
    missing = client.get(reverse(name, args=[uuid.uuid4()]))

    assert strange.status_code == missing.status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_refuses_members(people, client_for, probe, name):
    assert client_for(people.bob).get(path(probe, name)).status_code == 403


@pytest.mark.parametrize("name", NAMES)
def test_never_starts_or_changes_anything(people, client_for, probe, name):
    before = Probe.objects.values().get()

    client_for(people.alice).get(path(probe, name))

    assert Probe.objects.values().get() == before


def test_costs_the_same_for_much_evidence(
    people, client_for, probe, django_assert_max_num_queries
):
    for port in range(1000, 1020):
        observe(probe, "tcp", "failed", port=port, error="timeout")
    finish(probe)
    client = client_for(people.alice)

    with django_assert_max_num_queries(12):
        client.get(path(probe))
