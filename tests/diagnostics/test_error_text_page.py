"""An error message pasted in the portal: kept with a probe, answered on its page."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent
from diagnostics import tasks
from diagnostics.actions.error_text import TEXTS_MAX
from diagnostics.causes import title_and_remedy
from diagnostics.error_text import RULES, explain
from diagnostics.error_text_words import STAGES
from diagnostics.models import Evidence, Probe
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SILENT = "connect to out.cleanmail.example[198.51.100.7]:25: Connection timed out"
SECRET = "Geheim4711"


@pytest.fixture
def probe(people) -> Probe:
    return factories.make_probe(people.acme, state=Probe.State.FINISHED)


def paste(client, probe: Probe, text: str, **more):
    address = reverse("diagnostics:error_text_add", args=[probe.pk])
    return client.post(address, {"error_text": text, **more})


def page_of(client, probe: Probe) -> str:
    address = reverse("diagnostics:probe", args=[probe.pk])
    return client.get(address).content.decode()


def test_the_answer_is_on_the_page_without_javascript(people, client_for, probe):
    client = client_for(people.alice)

    answer = paste(client, probe, SILENT)

    assert answer["Location"].endswith(f"{probe.pk}/#h-error-text")
    [item] = Evidence.objects.filter(probe=probe)
    assert (item.vantage, item.check_name, item.status) == (
        "text",
        "error_text",
        "failed",
    )
    assert item.facts["causes"][0] == "port25-blocked-drop"
    page = page_of(client, probe)
    title, remedy = title_and_remedy("port25-blocked-drop", "de")
    assert title in page
    assert remedy in page
    assert "Prüfen Sie Port 587." in page
    assert SILENT in page
    assert AuditEvent.objects.filter(action="probe.text").count() == 1


def test_every_cause_that_fits_is_there(people, client_for, probe):
    client = client_for(people.alice)

    paste(client, probe, SILENT)

    page = page_of(client, probe)
    causes = explain(SILENT).causes
    assert len(causes) > 5
    assert all(title_and_remedy(slug, "de")[0] in page for slug in causes)


def test_codes_are_put_into_words(people, client_for, probe):
    client = client_for(people.alice)

    paste(client, probe, "server said: 535 5.7.8 Error: authentication failed")

    page = page_of(client, probe)
    assert "535 5.7.8: Benutzername oder Passwort stimmt nicht" in page


def test_a_text_we_do_not_know_is_said_to_be_so(people, client_for, probe):
    client = client_for(people.alice)

    paste(client, probe, "Bei uns geht nichts mehr.")

    [item] = Evidence.objects.filter(probe=probe)
    assert (item.status, item.facts["causes"], item.transcript) == ("skipped", [], [])
    assert "Darin ist nichts, was wir kennen." in page_of(client, probe)


def test_neither_password_nor_address_is_kept(people, client_for, probe):
    text = (
        f"anna.muster@muster.example password={SECRET}\n"
        f"535 5.7.8 failed for anna.muster@muster.example password={SECRET}"
    )

    client = client_for(people.alice)
    paste(client, probe, text)

    [item] = Evidence.objects.filter(probe=probe)
    kept = json.dumps([item.facts, item.transcript, item.subject])
    for word in (SECRET, "anna.muster"):
        assert word not in kept
        assert word not in page_of(client, probe)


@pytest.mark.parametrize("text", ["data:image/png;base64,iVBOR", "C:\\fehler.png"])
def test_a_picture_is_refused_with_the_reason(people, client_for, probe, text):
    answer = paste(client_for(people.alice), probe, text)

    assert answer.status_code == 422
    assert "nur aus Text lesen wir" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_a_file_is_refused_with_the_reason(people, client_for, probe):
    picture = SimpleUploadedFile("fehler.png", b"\x89PNG")

    answer = paste(client_for(people.alice), probe, SILENT, picture=picture)

    assert answer.status_code == 422
    assert "nur aus Text lesen wir" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_what_is_too_much_is_refused(people, client_for, probe):
    answer = paste(client_for(people.alice), probe, "x" * 200_001)

    assert answer.status_code == 422
    assert "Das ist zu viel." in answer.content.decode()


def test_a_probe_takes_some_texts_and_no_more(people, client_for, probe):
    client = client_for(people.alice)
    for _number in range(TEXTS_MAX):
        assert paste(client, probe, SILENT).status_code == 302

    assert paste(client, probe, SILENT).status_code == 422
    assert Evidence.objects.filter(probe=probe).count() == TEXTS_MAX


def test_there_is_a_limit_an_hour(people, client_for, probe, settings):
    settings.PROBES_PER_HOUR = 1
    client = client_for(people.alice)

    paste(client, probe, SILENT)

    assert paste(client, probe, SILENT).status_code == 429


def test_can_be_added_while_the_portal_still_looks(people, client_for, probe):
    Probe.objects.filter(pk=probe.pk).update(state=Probe.State.RUNNING)

    assert paste(client_for(people.alice), probe, SILENT).status_code == 302


def test_a_message_alone_starts_a_probe(
    people, client_for, monkeypatch, django_capture_on_commit_callbacks
):
    factories.make_scanner()
    sent = []
    monkeypatch.setattr(
        tasks.run_probe, "apply_async", lambda **told: sent.append(told)
    )
    client = client_for(people.alice)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("diagnostics:error_text_start"), {"error_text": SILENT}
        )

    probe = Probe.objects.get()
    assert answer["Location"].endswith(f"{probe.pk}/#h-error-text")
    assert (probe.state, probe.customer, len(sent)) == ("queued", people.acme, 1)
    assert probe.evidence.get().vantage == "text"
    assert title_and_remedy("port25-blocked-drop", "de")[0] in page_of(client, probe)


def test_an_empty_field_starts_nothing(people, client_for):
    factories.make_scanner()

    answer = client_for(people.alice).post(reverse("diagnostics:error_text_start"), {})

    assert answer.status_code == 422
    assert "Fügen Sie die Fehlermeldung ein." in answer.content.decode()
    assert not Probe.objects.exists()


def test_without_a_scanner_nothing_can_be_started(people, client_for):
    client = client_for(people.alice)

    answer = client.post(
        reverse("diagnostics:error_text_start"), {"error_text": SILENT}, follow=True
    )

    assert "noch kein Outbound Scanner" in answer.content.decode()


def test_a_server_that_is_not_ours_is_noticed(people, client_for, probe):
    text = "connect to mx.elsewhere.example[192.0.2.9]:25: Connection timed out"

    paste(client_for(people.alice), probe, text)

    assert Evidence.objects.get().facts["causes"][0] == "not-using-scanner"


def test_it_goes_to_support_with_the_case(people, client_for, probe):
    client = client_for(people.alice)
    paste(client, probe, SILENT)
    paste(client, probe, "535 5.7.8 authentication failed")

    answer = client.get(reverse("diagnostics:case_new", args=[probe.pk]))

    assert answer.status_code == 200
    assert "Fehlermeldung" in answer.content.decode()


def test_every_station_has_its_word():
    assert {rule.stage for rule in RULES} - {""} <= set(STAGES)
