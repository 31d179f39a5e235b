"""The roof's own pages: the start, the language, alive and ready."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import Http404
from django.test import Client

from cleanmail.demo.outbox import list_sent
from cleanmail.demo.views import outbox_mail

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.mark.parametrize(
    ("who", "target"),
    [("bob", "/holds/"), ("alice", "/holds/"), ("support", "/admin/")],
)
def test_start_leads_each_to_what_they_came_for(people, client_for, who, target):
    response = client_for(getattr(people, who)).get("/")

    assert (response.status_code, response["Location"]) == (302, target)


def test_start_leads_strangers_to_log_in(client):
    assert client.get("/")["Location"].startswith("/login/")


def test_language_is_remembered_in_the_persons_row(people, client_for):
    client = client_for(people.bob)

    response = client.post("/language/", {"language": "fr", "next": "/holds/"})

    people.bob.refresh_from_db()
    assert response["Location"] == "/holds/"
    assert people.bob.language == "fr"
    assert '<html lang="fr' in client.get("/holds/").content.decode()


def test_language_of_a_stranger_is_a_cookie(client):
    client.post("/language/", {"language": "en", "next": "/login/"})

    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert '<html lang="en' in client.get("/login/").content.decode()


def test_language_changes_by_post_only(client):
    assert client.get("/language/").status_code == 405


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", ""])
def test_language_never_leads_to_a_foreign_host(client, target):
    response = client.post("/language/", {"language": "it", "next": target})

    assert response["Location"] == "/"


def test_unknown_language_changes_nothing(client):
    response = client.post("/language/", {"language": "xx", "next": "/login/"})

    assert response["Location"] == "/login/"
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies


def test_is_alive_and_ready(client):
    alive, ready = client.get("/healthz"), client.get("/readyz")

    assert (alive.status_code, alive.content) == (200, b"ok\n")
    assert ready.status_code == 200
    assert ready.json() == {"database": "ok", "broker": "ok", "store": "ok"}


def test_is_not_ready_without_its_store(client, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.STORE_DIR = tmp_path / "file"

    ready = client.get("/readyz")

    assert ready.status_code == 503
    assert ready.json()["store"] == "FileExistsError"


def test_is_not_ready_without_its_broker(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    ready = client.get("/readyz")

    assert ready.status_code == 503
    assert ready.json()["broker"] == "OperationalError"


def test_outbox_of_the_demo_exists_in_the_demo_only():
    assert Client().get("/outbox/").status_code == 404


def test_outbox_of_the_demo_shows_a_mail_as_a_mail_program_does(settings, tmp_path, rf):
    settings.DEMO_DIR = tmp_path
    (tmp_path / "outbox").mkdir()
    mail = EmailMultiAlternatives("Neu", "text", "a@x.example", ["b@x.example"])
    mail.attach_alternative("<p style='color:red'>eine</p>", "text/html")
    (tmp_path / "outbox" / "1.log").write_bytes(mail.message().as_bytes())

    shown = outbox_mail(rf.get("/outbox/1.log"), "1.log")

    assert "<p style='color:red'>eine</p>" in shown.text
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert list_sent()[0].name == "1.log"
    with pytest.raises(Http404):
        outbox_mail(rf.get("/outbox/x"), "../1.log")
