"""What a hold's page says of a release that something stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from quarantine.models import Hold
from quarantine.states import State
from tests.factories import make_attempt, make_hold

pytestmark = pytest.mark.db

# What stopped a try, and the words by which its page tells it.
REASONS = {
    "connect": "Der empfangende Server ist nicht erreichbar.",
    "greeting": "nimmt im Moment keine E-Mails von uns an.",
    "mail": "Die Verbindung zum empfangenden Server brach vor der Übergabe ab.",
    "content": "Die Verbindung zum empfangenden Server brach vor der Übergabe ab.",
    "name:missing": "Den Namen des empfangenden Servers gibt es im DNS nicht.",
    "name:timeout": "Das DNS sagt im Moment nicht, wo der empfangende Server ist.",
    "starttls": "Der empfangende Server bietet keine Verschlüsselung an",
    "tls": "Mit dem empfangenden Server kam keine Verschlüsselung zustande.",
    "certificate:expired": "Das Zertifikat des empfangenden Servers ist abgelaufen.",
    "certificate:name": "Servers gilt für einen anderen Namen.",
    "certificate:unknown": "Für das Zertifikat des empfangenden Servers bürgt niemand.",
    "worker_lost": "Die Zustellung wurde bei uns vor der Übergabe unterbrochen.",
    "claim_lost": "Die Zustellung wurde bei uns vor der Übergabe unterbrochen.",
}
FINAL_REASONS = {
    "refused:port": "Der Port des empfangenden Servers ist hier nicht erlaubt.",
    "refused:private": "Die Adresse des empfangenden Servers ist hier nicht erlaubt.",
    "loop": "Diese E-Mail läuft im Kreis",
    "unsafe": "Eine Adresse dieser E-Mail enthält unerlaubte Zeichen.",
    "smtputf8": "Der empfangende Server nimmt keine Adressen mit Sonderzeichen an.",
    "content_lost": "Der Inhalt dieser E-Mail ist bei uns im Moment nicht lesbar.",
    "content_erased": "Der Inhalt dieser E-Mail wurde gelöscht.",
}
SILENT = {"reply_code": None, "enhanced_status_code": "", "reply_text": ""}


def page_of(client, hold):
    return client.get(f"/holds/{hold.pk}/").content.decode()


@pytest.mark.parametrize(("stage", "sentence"), REASONS.items())
def test_waiting_says_what_stood_in_the_way(people, client_for, stage, sentence):
    hold = make_hold(
        people.acme,
        state=State.RELEASING,
        attempts_count=1,
        next_attempt_at=timezone.now() + timedelta(minutes=5),
    )
    make_attempt(hold, "unreached", failed_stage=stage, **SILENT)

    page = page_of(client_for(people.bob), hold)

    assert page.count(sentence) == 2  # the answer, and the history
    assert "Die E-Mail bleibt bei uns; Sie müssen nichts tun." in page
    assert "bat um Geduld" not in page


@pytest.mark.parametrize(("stage", "sentence"), (REASONS | FINAL_REASONS).items())
def test_failed_says_what_stood_in_the_way(people, client_for, stage, sentence):
    hold = make_hold(people.acme, state=State.FAILED, attempts_count=1)
    outcome = "rejected" if stage == "smtputf8" else "unreached"
    make_attempt(hold, outcome, failed_stage=stage, **SILENT)

    page = page_of(client_for(people.bob), hold)

    assert page.count(sentence) == 2  # the answer, and the history
    assert "trotz mehrerer Versuche" not in page
    assert "Antwort des empfangenden Servers" not in page


@pytest.mark.parametrize("stage", ["content_lost", "content_erased"])
def test_what_cannot_be_read_is_not_called_safe(people, client_for, stage):
    hold = make_hold(people.acme, state=State.FAILED, attempts_count=1)
    make_attempt(hold, "unreached", failed_stage=stage, **SILENT)

    page = page_of(client_for(people.bob), hold)

    assert "Sie ist nicht verloren." not in page
    assert "Wir haben nichts zugestellt." in page


def test_greeting_of_a_closed_server_is_no_plea_for_patience(people, client_for):
    hold = make_hold(
        people.acme,
        state=State.RELEASING,
        attempts_count=1,
        next_attempt_at=timezone.now() + timedelta(minutes=5),
    )
    make_attempt(
        hold,
        "deferred",
        failed_stage="greeting",
        reply_code=554,
        enhanced_status_code="",
        reply_text="No SMTP service here",
    )

    page = page_of(client_for(people.bob), hold)

    assert "nimmt im Moment keine E-Mails von uns an." in page
    assert page.count("554 No SMTP service here") == 2
    assert "bat um Geduld" not in page


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        ("end_of_data", "Die Verbindung brach nach der Übergabe ab."),
        ("worker_lost", "bei uns während der Übergabe unterbrochen."),
    ],
)
def test_unsure_says_on_which_side_it_broke(people, client_for, stage, sentence):
    hold = make_hold(people.acme, state=State.UNSURE, attempts_count=1)
    make_attempt(hold, "unsure", failed_stage=stage, **SILENT)

    assert page_of(client_for(people.bob), hold).count(sentence) == 2


@pytest.mark.parametrize("tries", [0, 1])
def test_says_that_a_release_waits_for_a_worker_that_does_not_come(
    people, client_for, tries
):
    ago = timezone.now() - timedelta(seconds=31)
    due = ago if tries else None
    hold = make_hold(
        people.acme, state=State.RELEASING, decided_at=ago, next_attempt_at=due
    )
    if tries:
        make_attempt(hold, "unreached", failed_stage="connect", **SILENT)
    client = client_for(people.bob)

    late = page_of(client, hold)
    Hold.objects.filter(pk=hold.pk).update(started_at=timezone.now())
    begun = page_of(client, hold)

    assert "Unser Zustelldienst ist im Moment nicht erreichbar." in late
    assert "Zustelldienst" not in begun
