"""The forgotten password: a link by mail, which opens nothing but a new password."""

from __future__ import annotations

import re
import time

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client

from accounts.mail import password_link
from accounts.models import AuditEvent, TotpDevice
from tests.accounts.conftest import post_code, post_password, totp_code
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NEW = "sieben-Birnen-auf-dem-Dach"


@pytest.fixture
def ask(worker_in_line, django_capture_on_commit_callbacks):
    """Return a function that asks for the link by the page."""

    def post(client: Client, email: str, **extra):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post("/password/", {"email": email}, **extra)

    return post


def follow(client: Client, link: str, password: str = NEW):
    """Open the link and set the password."""
    path = re.sub(r"^https?://[^/]+", "", link)
    opened = client.get(path)
    if opened.status_code != 302:
        return opened
    return client.post(
        opened.url, {"new_password1": password, "new_password2": password}
    )


def test_mails_a_link_that_sets_a_password(people, client, ask):
    ask(client, "Bob@acme.example")
    link = re.search(r"http://\S+", mail.outbox[0].body).group()

    response = follow(client, link)

    people.bob.refresh_from_db()
    assert response.url == "/password/done/"
    assert people.bob.check_password(NEW)
    assert SESSION_KEY not in client.session
    assert mail.outbox[0].to == ["bob@acme.example"]
    assert mail.outbox[0].subject == "Neues Passwort für Cleanmail"
    assert AuditEvent.objects.filter(action="password.reset").exists()


def test_does_not_bypass_the_second_factor(people, client):
    make_totp_device(people.bob)
    follow(client, password_link(people.bob))

    asked = post_password(client, "bob@acme.example", NEW)

    assert "Code eingeben" in asked.content.decode()
    assert SESSION_KEY not in client.session
    assert TotpDevice.objects.filter(user=people.bob).count() == 1
    post_code(client, totp_code())
    assert SESSION_KEY in client.session


def test_answers_alike_for_an_unknown_address(people, client, ask):
    known = ask(client, "bob@acme.example")
    unknown = ask(client, "nobody@acme.example")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert len(mail.outbox) == 1


def test_the_link_works_once(people, client):
    link = password_link(people.bob)
    follow(client, link)

    response = follow(Client(), link, "acht-Birnen-auf-dem-Dach")

    people.bob.refresh_from_db()
    assert "gilt nicht mehr" in response.content.decode()
    assert people.bob.check_password(NEW)


def test_the_link_expires(people, client):
    link = password_link(people.bob)
    with time_machine.travel(time.time() + 61 * 60):
        assert "gilt nicht mehr" in follow(client, link).content.decode()


def test_the_link_names_our_host_not_the_one_of_the_request(people, client, ask):
    ask(client, "bob@acme.example", headers={"host": "localhost"})

    assert "http://127.0.0.1:8000/password/" in mail.outbox[0].body


def test_ends_other_sessions(people, client_for):
    running = client_for(people.bob)

    follow(Client(), password_link(people.bob))

    assert running.get("/account/").url.startswith("/login/")


def test_s18_is_limited_alike_for_known_and_unknown(people, client, ask):
    answers = [
        [ask(client, email).status_code for _ in range(4)]
        for email in ("bob@acme.example", "nobody@acme.example")
    ]

    assert answers == [[302, 302, 302, 429]] * 2


def test_refuses_a_short_password(people, client):
    response = follow(client, password_link(people.bob), "elf-Zeichen")

    assert response.status_code == 200
    assert "new_password1" in response.content.decode()


def test_an_inactive_person_gets_no_mail(people, client, ask):
    people.bob.is_active = False
    people.bob.save()

    ask(client, "bob@acme.example")

    assert mail.outbox == []


@pytest.mark.parametrize("email", ["", "kein-at", "a" * 250 + "@acme.example"])
def test_refuses_what_is_no_address(people, client, email):
    assert client.post("/password/", {"email": email}).status_code == 422
