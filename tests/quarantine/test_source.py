"""The message as it came, and its attachments: for admins, once more proved, noted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.second_factor import PROOF_KEY
from tests.factories import make_hold

pytestmark = pytest.mark.db

CONTENT = (
    b"Subject: Hallo\r\nX-Odd: <script>alert(1)</script>\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\n\r\nGuten Tag \xfc\r\n"
    b'--b\r\nContent-Disposition: attachment; filename="../rechnung .exe"\r\n'
    b"Content-Type: text/html\r\n\r\n<script>alert(2)</script>\r\n--b--\r\n"
)


@pytest.fixture
def hold(people):
    return make_hold(people.acme, recipient="bob@acme.example", content=CONTENT)


def address(name: str, hold, *more: object) -> str:
    return reverse(f"quarantine:{name}", args=[hold.pk, *more])


def test_shows_the_source_as_text(people, hold, client_for: Callable[..., Client]):
    page = client_for(people.alice).get(address("hold_source", hold)).content.decode()

    assert "X-Odd: &lt;script&gt;" in page
    assert "Guten Tag ü" in page
    assert AuditEvent.objects.filter(action="hold.view_raw").count() == 1


def test_hands_an_attachment_out_to_be_saved_only(
    people, hold, client_for: Callable[..., Client]
):
    answer = client_for(people.alice).get(address("attachment", hold, 0))

    assert answer.content == b"<script>alert(2)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="rechnung .exe.held"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.get(action="hold.download").detail["sha256"]


@pytest.mark.parametrize("name", ["hold_source", "attachment"])
def test_a_member_gets_neither(people, hold, name, client_for: Callable[..., Client]):
    more = [0] if name == "attachment" else []

    answer = client_for(people.bob).get(address(name, hold, *more))

    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(action__startswith="hold.").exists()


def test_a_members_page_offers_neither(people, hold, client_for: Callable[..., Client]):
    member = client_for(people.bob).get(address("hold", hold)).content.decode()
    admin = client_for(people.alice).get(address("hold", hold)).content.decode()

    assert address("attachment", hold, 0) not in member
    assert address("hold_source", hold) not in member
    assert address("attachment", hold, 0) in admin
    assert address("hold_source", hold) in admin


@pytest.mark.parametrize("name", ["hold_source", "attachment"])
def test_an_old_proof_is_asked_for_again(
    people, hold, name, client_for: Callable[..., Client]
):
    client = client_for(people.alice)
    session = client.session
    del session[PROOF_KEY]
    session.save()
    more = [0] if name == "attachment" else []

    answer = client.get(address(name, hold, *more))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:step_up"))


def test_an_attachment_that_is_not_there_is_missing(
    people, hold, client_for: Callable[..., Client]
):
    assert (
        client_for(people.alice).get(address("attachment", hold, 1)).status_code == 404
    )
