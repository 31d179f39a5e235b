"""The audit log for admins: read, filtered, taken away; nobody else's, no secrets."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts import audit, audit_chain, tasks
from accounts.access.audit import PAGE_ROWS
from accounts.audit_words import KINDS, WORDS, describe
from accounts.models import AuditEvent, AuditHead
from tests.conftest import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]

PAGE = reverse("accounts:audit")
CSV = reverse("accounts:export_audit_csv")
LINES = reverse("accounts:export_audit_lines")
ROOT = Path(__file__).parents[2]


def body(response) -> str:
    return b"".join(response.streaming_content).decode()


def test_says_who_did_what_newest_first(people, client_for):
    client = client_for(people.alice)
    audit.record(actor_of(people.alice), "membership.role", people.bob)
    audit.record(actor_of(people.bob), "hold.release")

    text = client.get(PAGE).content.decode()

    assert "änderte die Rolle einer Person" in text
    assert text.index("gab eine E-Mail frei") < text.index("änderte die Rolle")
    assert "<bdi>bob@acme.example</bdi></b>" in text


def test_speaks_the_readers_language_and_shows_unknown_actions_by_slug(people):
    with translation.override("de"):
        assert describe("hold.release") == "gab eine E-Mail frei"
    assert describe("new.thing") == "new.thing"


def test_every_action_of_the_code_has_words_and_a_kind():
    """An action is the one literal with a dot in a call that records."""
    called = {"record", "record_event", "record_for"}
    found = set()
    for house in ("accounts", "quarantine", "diagnostics", "cleanmail"):
        for path in (ROOT / house).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in called:
                    found |= {
                        argument.value
                        for argument in node.args
                        if isinstance(argument, ast.Constant)
                        and isinstance(argument.value, str)
                        and re.fullmatch(r"[a-z_.]+[._][a-z_]+", argument.value)
                    }
    prefixes = tuple(p for _label, group in KINDS.values() for p in group)

    assert len(found) > 25
    assert not found - set(WORDS)
    assert not [action for action in WORDS if not action.startswith(prefixes)]


@pytest.mark.parametrize("path", [PAGE, CSV, LINES])
def test_members_have_no_business_there(path, people, client_for):
    client = client_for(people.bob)

    assert (client.get if path == PAGE else client.post)(path).status_code == 403


@pytest.mark.parametrize("path", [CSV, LINES])
def test_exports_only_by_post_and_with_a_fresh_proof(path, people, client_for):
    client = client_for(people.alice)
    session = client.session
    session["proof"] = {"at": 0, "by": "factor"}
    session.save()

    assert client.get(path).status_code == 405
    assert client.post(path).url.startswith(reverse("accounts:step_up"))
    assert not AuditEvent.objects.filter(action="audit.export").exists()


def test_shows_and_exports_nothing_of_another_customer(people, client_for):
    audit.record(actor_of(people.alice), "membership.role", people.bob)
    client = client_for(people.charlie)

    assert "Rolle" not in client.get(PAGE).content.decode().partition("<tbody")[2]
    for path in (CSV, LINES):
        text = body(client.post(path))
        assert "membership.role" not in text
        assert "acme" not in text


def test_finds_by_person_kind_and_date(people, client_for):
    client = client_for(people.alice)
    audit.record(actor_of(people.alice), "membership.role", people.bob)
    audit.record(actor_of(people.bob), "hold.release")
    today = timezone.localdate()

    def rows(**query: object) -> int:
        text = client.get(PAGE, query).content.decode()
        return len(re.findall(r"<time ", text))

    assert rows(person=people.bob.pk) == 1
    assert rows(kind="people") == 1
    assert rows(since=today.isoformat(), until=today.isoformat()) == 2
    assert rows(until=(today - timedelta(days=1)).isoformat()) == 0
    assert rows(person=people.bob.pk, kind="people") == 0


def test_a_stranger_is_nobody_to_choose(people, client_for):
    response = client_for(people.alice).get(PAGE, {"person": people.charlie.pk})

    assert response.status_code == 422
    assert "charlie" not in response.content.decode()


def test_refuses_a_time_that_ends_before_it_begins(people, client_for):
    query = {"since": "2026-02-02", "until": "2026-01-01"}

    response = client_for(people.alice).get(PAGE, query)

    assert response.status_code == 422
    assert "Das Ende liegt vor dem Anfang." in response.content.decode()


def test_pages_by_key_and_asks_as_often_for_many_as_for_few(
    people, client_for, django_assert_max_num_queries
):
    client = client_for(people.alice)
    for _ in range(PAGE_ROWS + 3):
        audit.record(actor_of(people.alice), "membership.role", people.bob)

    with django_assert_max_num_queries(16):
        first = client.get(PAGE).content.decode()
    older = re.search(r'href="(\?before=\d+)"', first)[1]
    second = client.get(PAGE + older).content.decode()

    assert len(re.findall("<time ", first)) == PAGE_ROWS
    assert len(re.findall("<time ", second)) == 3


def test_says_whether_the_log_is_whole(people, client_for):
    client = client_for(people.alice)
    audit.record(actor_of(people.alice), "membership.role", people.bob)
    audit_chain.seal_events()
    unchecked = client.get(PAGE).content.decode()
    tasks.verify_audit()
    whole = client.get(PAGE).content.decode()
    AuditHead.objects.update(count=99)
    tasks.verify_audit()
    broken = client.get(PAGE).content.decode()

    assert "noch nicht geprüft" in unchecked
    assert "vollständig und unverändert" in whole
    assert "Das Protokoll wurde verändert." in broken


def test_anybody_can_check_the_exported_hashes(people, client_for):
    audit.record(actor_of(people.charlie), "probe.start")  # a link of somebody else's
    for _ in range(3):
        audit.record(actor_of(people.alice), "membership.role", people.bob)
    audit_chain.seal_events()

    response = client_for(people.alice).post(LINES)

    lines = [json.loads(line) for line in body(response).splitlines()]
    sealed = [line for line in lines if line.get("sequence")]
    assert [line["sequence"] for line in sealed] == [4, 3, 2]
    for line in sealed:
        assert (
            hashlib.sha256(line["hashed"].encode()).hexdigest() == (line["sealed_hash"])
        )
    newer, older = sealed[0], sealed[1]
    assert json.loads(newer["hashed"])[0] == older["sealed_hash"]
    assert lines[-1]["head"] == f"4:{newer['sealed_hash']}"
    assert response["Content-Disposition"].endswith('.jsonl"')
    assert AuditEvent.objects.filter(action="audit.export").count() == 1


def test_the_table_runs_nothing_in_a_spreadsheet(people, client_for):
    people.alice.email = "=cmd|' /C calc'!A0@acme.example"
    people.alice.save()
    audit.record(actor_of(people.alice), "factor.reset", reason="=1+1")

    text = body(client_for(people.alice).post(CSV))

    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    assert rows[0][:3] == ["id", "at", "actor"]
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert any("'=cmd" in cell for cell in cells)


def test_staff_stay_unnamed(people, client_for):
    audit.record_event(
        "staff.view", people.bob, user_id=people.support.pk, customer_id=people.acme.pk
    )
    client = client_for(people.alice)

    page = client.get(PAGE).content.decode()

    assert "sah einen Eintrag in der Verwaltung an" in page
    assert "support@" not in page
    assert "support@" not in body(client.post(CSV))


def test_administration_leads_on_and_is_for_admins(people, client_for):
    page = reverse("accounts:administration")

    text = client_for(people.alice).get(page).content.decode()

    for name in ("accounts:audit", "accounts:outbound_accounts", "domains:policy"):
        assert f'href="{reverse(name)}"' in text
    assert text.count('aria-current="page"') == 1
    assert client_for(people.bob).get(page).status_code == 403
