"""From the button to the next hop and back to the page, through all real parts."""

from __future__ import annotations

import pytest

from accounts.models import Domain
from quarantine.models import Hold
from quarantine.reinjection import reinject
from tests.factories import make_hold
from tests.smtp_server import Script, SmtpServer

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def any_port(settings):
    settings.ALLOWED_PORTS = list(range(1024, 65536))


def press_and_deliver(client, hold, port, url="release"):
    """Press the button, let the worker work, return the page."""
    Domain.objects.filter(pk=hold.domain_id).update(next_hop_port=port)
    assert client.post(f"/holds/{hold.pk}/{url}").status_code == 303
    reinject(str(hold.customer_id), str(hold.pk))
    return client.get(f"/holds/{hold.pk}/").content.decode()


def test_page_shows_what_the_next_hop_said(people, client_for):
    hold = make_hold(people.acme)
    with SmtpServer() as next_hop:
        page = press_and_deliver(client_for(people.bob), hold, next_hop.port)

    assert "250 2.0.0 Ok: queued as 4XyZ" in page
    assert "Der Mailserver von bob@acme.example hat die E-Mail angenommen." in page
    assert page.count("2.0.0 Ok") == 2  # the answer, and the history


def test_patience_is_told_with_the_next_try(people, client_for):
    hold = make_hold(people.acme)
    script = Script(replies={"RCPT": "451 4.7.1 Greylisting in effect"})
    with SmtpServer(script) as next_hop:
        page = press_and_deliver(client_for(people.bob), hold, next_hop.port)

    assert "Noch nicht zugestellt" in page
    assert "451 4.7.1 Greylisting in effect" in page
    assert "Wir versuchen es um" in page


def test_refusal_is_told_and_can_be_tried_again(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.bob)
    script = Script(replies={"RCPT": ["550 5.1.1 No such user", "250 2.1.5 Ok"]})
    with SmtpServer(script) as next_hop:
        refused = press_and_deliver(client, hold, next_hop.port)
        delivered = press_and_deliver(client, hold, next_hop.port, "again/release")

    assert "Der empfangende Server lehnt die E-Mail ab." in refused
    assert "550 5.1.1 No such user" in refused
    assert "hat die E-Mail angenommen." in delivered
    assert "550 5.1.1 No such user" in delivered  # the history keeps it


def test_next_hop_that_is_down_is_told(people, client_for):
    hold = make_hold(people.acme)
    with SmtpServer() as gone:
        port = gone.port

    page = press_and_deliver(client_for(people.bob), hold, port)

    assert "Der empfangende Server ist nicht erreichbar." in page
    assert "Wir versuchen es um" in page


def test_cut_after_the_end_of_data_is_left_to_a_person(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.bob)
    with SmtpServer(Script(cuts=("END",))) as next_hop:
        page = press_and_deliver(client, hold, next_hop.port)

    assert "Unklar, ob zugestellt" in page
    client.post(f"/holds/{hold.pk}/confirm")
    confirmed = client.get(f"/holds/{hold.pk}/").content.decode()
    assert "Die E-Mail liegt im Postfach." in confirmed
    assert Hold.objects.get(pk=hold.pk).state == "released"
