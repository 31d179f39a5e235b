"""The button that starts a probe."""

from __future__ import annotations

import base64
import logging

import pytest
from django.urls import reverse
from kombu.exceptions import OperationalError

from accounts.models import AuditEvent
from diagnostics import tasks
from diagnostics.models import Probe
from diagnostics.passwords import unseal_password
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
URL = "/diagnostics/start"
TYPED = {"host": "out.cleanmail.example", "port": "587"}
SECRET = "geheim-und-lang "


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    """Collect what goes to the broker."""
    messages: list[tuple] = []

    def collect(**options) -> None:
        messages.append(options["args"])

    monkeypatch.setattr(tasks.run_probe, "apply_async", collect)
    return messages


@pytest.fixture
def press(client_for, django_capture_on_commit_callbacks):
    """Press the button as a person; what waits for the commit happens."""

    def post(person, typed):
        client = client_for(person)
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(URL, typed)

    return post


def test_queues_a_probe_and_wakes_a_worker(people, press, sent):
    factories.make_scanner()

    response = press(people.alice, TYPED)

    probe = Probe.objects.get()
    assert response["Location"] == reverse("diagnostics:probe", args=[probe.pk])
    assert (probe.state, probe.customer, probe.configured_port) == (
        Probe.State.QUEUED,
        people.acme,
        587,
    )
    assert sent == [(str(people.acme.pk), str(probe.pk))]
    assert AuditEvent.objects.filter(action="probe.start").count() == 1


def test_one_button_is_enough(people, press, sent):
    factories.make_scanner()

    press(people.alice, {})

    probe = Probe.objects.get()
    assert (probe.configured_host, probe.configured_port) == ("", None)
    assert len(sent) == 1


def test_password_goes_sealed_in_the_task_and_nowhere_else(people, press, sent, caplog):
    factories.make_scanner()
    caplog.set_level(logging.DEBUG)

    press(people.alice, TYPED | {"username": " acme", "password": SECRET})

    probe = Probe.objects.get()
    sealed = sent[0][2]
    assert unseal_password(sealed, probe_id=probe.pk) == SECRET
    assert SECRET.strip() not in repr(sent)
    assert SECRET.encode() not in base64.b64decode(sealed)
    assert SECRET.strip() not in caplog.text
    assert SECRET.strip() not in repr(list(Probe.objects.values()))
    assert SECRET.strip() not in repr(list(AuditEvent.objects.values()))
    assert (probe.username, probe.has_password) == (" acme", True)


def test_rejects_get(people, client_for):
    assert client_for(people.alice).get(URL).status_code == 405
    assert not Probe.objects.exists()


def test_starts_for_the_own_customer_only(people, client_for, sent):
    factories.make_scanner()

    client_for(people.charlie).post(URL, TYPED)

    assert Probe.objects.get().customer == people.other


def test_refuses_members(people, client_for, sent):
    factories.make_scanner()

    assert client_for(people.bob).post(URL, TYPED).status_code == 403
    assert not Probe.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"host": "a b\n"}, "id_host"),
        ({"host": "x" * 256}, "id_host"),
        ({"host": "ok.example", "port": "0"}, "id_port"),
        ({"host": "ok.example", "port": "65536"}, "id_port"),
        ({"host": "ok.example", "port": "zwei"}, "id_port"),
        ({"host": "ok.example", "password": "x"}, "id_username"),
        ({"host": "ok.example", "username": "x"}, "id_password"),
        ({"host": "ok.example", "username": "a\0b", "password": "x"}, "id_username"),
    ],
)
def test_says_what_is_wrong_at_the_field(people, client_for, sent, typed, field):
    factories.make_scanner()

    response = client_for(people.alice).post(URL, typed)

    assert response.status_code == 422
    assert f'id="{field}_error"' in response.content.decode()
    assert not Probe.objects.exists()


@pytest.mark.parametrize("port", ["0", "99999", "zwei"])
def test_says_in_its_own_words_what_a_port_is(people, client_for, sent, port):
    factories.make_scanner()

    page = client_for(people.alice).post(URL, {"port": port}).content.decode()

    assert "<span>Ein Port liegt zwischen 1 und 65535.</span>" in page


def test_never_sends_the_password_back(people, client_for, sent):
    factories.make_scanner()

    response = client_for(people.alice).post(
        URL, {"port": "0", "username": "acme", "password": "ganz-geheim"}
    )

    assert "ganz-geheim" not in response.content.decode()


def test_limits_probes_per_hour(people, client_for, sent, settings):
    settings.PROBES_PER_HOUR = 2
    factories.make_scanner()
    client = client_for(people.alice)

    codes = [client.post(URL, TYPED).status_code for _ in range(3)]

    assert codes == [302, 302, 429]
    assert Probe.objects.count() == 2
    assert client_for(people.charlie).post(URL, TYPED).status_code == 302


def test_broker_down_keeps_the_row_for_the_sweep(people, press, monkeypatch):
    factories.make_scanner()

    def fail(**_options) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.run_probe, "apply_async", fail)

    response = press(people.alice, TYPED)

    assert response.status_code == 302
    assert Probe.objects.get().state == Probe.State.QUEUED
