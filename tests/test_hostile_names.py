"""What senders choose is text on every page that shows it (S1, S2, S3)."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from quarantine import day_counts, sightings
from quarantine.models import Hold
from quarantine.states import State
from tests import factories
from tests.conftest import actor_of
from tests.quarantine.test_intake_hold import codes, keep, transaction

pytestmark = [pytest.mark.db, pytest.mark.django_db]

EVIL = "\"'><script>steal()</script><img/src=x/onerror=steal()>{{7*7}}"
NAMES = ("script", "img", "iframe", "svg")
CONTENT = (
    f"X-Spamd-Result: default: False [9.1 / 15.0];"
    f" BAYES_SPAM(5.0)[{EVIL}]; {EVIL}(1.0)[x]\r\n"
    "X-Rspamd-Queue-Id: Q<script>1\r\n"
    f"From: {EVIL} <{EVIL}@x.example>\r\nTo: {EVIL}\r\nReply-To: <{EVIL}@y.example>\r\n"
    f"Date: {EVIL}\r\nMessage-ID: <{EVIL}>\r\n"
    f"Authentication-Results: filter.example; spf=pass smtp.mailfrom={EVIL}\r\n"
    f"Subject: {EVIL}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    f"--b\r\nContent-Type: text/plain; charset={EVIL}\r\n\r\n{EVIL}\r\n"
    f"--b\r\nContent-Type: application/{EVIL}; name*=utf-8''{EVIL}\r\n"
    f'Content-Disposition: attachment; filename="{EVIL}.exe"\r\n\r\nx\r\n--b--\r\n'
).encode()


class Elements(HTMLParser):
    """What a browser would make of a page: its elements and what they react to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.found.append((tag, dict(attrs)))

    def foreign(self) -> list[str]:
        """Return what no page of ours has: script in it, handlers, pictures."""
        return [
            f"<{tag} {told}>"
            for tag, told in self.found
            if any(name.startswith("on") for name in told)
            or (tag == "script" and not (told.get("src") or told.get("type")))
            or (tag in NAMES[1:3] and "x/" in str(told.get("src")))
        ]


@pytest.fixture
def hold(people, settings) -> Hold:
    """Let a mail in whose sender has written the same into everything."""
    settings.INTAKE_AUTHSERV_ID = "filter.example"
    kept = keep(
        transaction(
            f'"{EVIL}"@acme.example',
            content=CONTENT,
            queue_id="Q<script>1",
            name=EVIL,
            helo=EVIL,
        )
    )
    assert codes(kept) == [["250"]]
    held = Hold.objects.get()
    held.message.envelope_sender = f"{EVIL}@x.example"
    held.message.save()
    factories.make_attempt(held, "rejected", reply_text=EVIL, next_hop=EVIL)
    audit.record(actor_of(people.alice), "hold.release", held, note=EVIL)
    people.bob.full_name = EVIL
    people.bob.save()
    day_counts.count_recent()
    sightings.propose_addresses()
    return held


def paths_of(hold: Hold) -> list[str]:
    about = ("hold", "hold_row", "hold_status", "hold_preview", "hold_source", "keep")
    return [
        *(reverse(f"quarantine:{name}", args=[hold.pk]) for name in about),
        *(
            reverse(name)
            for name in (
                "quarantine:holds",
                "quarantine:hold_rows",
                "dashboard:dashboard",
                "accounts:audit",
                "accounts:people",
                "accounts:addresses",
                "domains:domains",
            )
        ),
        f"{reverse('quarantine:holds')}?q=steal&state=failed",
    ]


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize("state", [State.HELD, State.FAILED, State.UNSURE])
def test_s1_what_a_sender_writes_is_text_wherever_it_is_shown(
    people, client_for, hold: Hold, state: str
):
    """S1: a file name took over the admin; subject, From, symbols, queue id alike."""
    Hold.objects.update(state=state)
    client = client_for(people.alice)

    pages = {path: read(client, path) for path in paths_of(hold)}

    assert {
        p: bad for p, page in pages.items() if (bad := Elements(page).foreign())
    } == {}
    assert "{{7*7}}" in pages[paths_of(hold)[0]]
    assert "onerror=steal()" in pages[paths_of(hold)[0]]


def test_s2_lists_show_who_it_is_from_and_for_as_text(people, client_for, hold: Hold):
    """S2: columns of sender, recipient and queue id were escaped years later."""
    rows = read(client_for(people.alice), reverse("quarantine:hold_rows"))

    assert Elements(rows).foreign() == []
    assert "&lt;script&gt;" in rows


def test_s3_django_admin_shows_it_as_text(people, client_for, hold: Hold):
    """S3: the sibling page was forgotten."""
    audit.record(actor_of(people.alice), "membership.role", people.bob, note=EVIL)
    client = client_for(people.operator)
    index = read(client, "/admin/")
    lists = {
        told["href"]
        for tag, told in Elements(index).found
        if tag == "a" and str(told.get("href")).count("/") == 4
    }
    bob = f"/admin/accounts/user/{people.bob.pk}/"
    pages = {path: read(client, str(path)) for path in lists}
    pages |= {p: read(client, p) for p in (f"{bob}change/", f"{bob}history/")}

    assert len(lists) > 5
    assert {
        p: bad for p, page in pages.items() if (bad := Elements(page).foreign())
    } == {}
    assert any("steal()" in page for page in pages.values())


def test_s3_tables_to_take_away_hold_no_formula(people, client_for, hold: Hold):
    people.alice.full_name = '=HYPERLINK("https://evil.example","x")'
    people.alice.save()
    audit.record(actor_of(people.alice), "hold.release", hold, note="=1+1")
    client = client_for(people.alice)

    answer = client.post(reverse("accounts:export_audit_csv"))
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content])
    cells = [
        cell
        for row in csv.reader(io.StringIO(text.decode()), delimiter=";")
        for cell in row
    ]

    assert len(cells) > 10
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r")] == []
    assert timezone.now().strftime("%Y") in text.decode()
