"""Support cases in Django admin: the worklist, one screen, and its buttons."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import outbox
from accounts.models import AuditEvent, OutgoingMail
from diagnostics.models import Case, Evidence
from tests import factories
from tests.diagnostics.test_probe import finish, observe, refused

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LIST = "/admin/diagnostics/case/"


@pytest.fixture
def probe(people):
    return refused(people)


@pytest.fixture
def case(people, probe):
    return factories.make_case(
        people.acme,
        probe=probe,
        opened_by=people.alice,
        public_address="198.51.100.77",
        first_cause="scanner-down",
        error_text="connect to out.cleanmail.example: Connection refused",
        verdict=[{"slug": "scanner-down", "confidence": 0.9}],
    )


def url(case: Case, act: str = "change") -> str:
    return reverse(f"admin:diagnostics_case_{act}", args=[case.pk])


def read(response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


def numbers(response) -> list[str]:
    return [case.number for case in response.context["cl"].result_list]


def kinds(case: Case) -> list[str]:
    return [message.kind for message in case.messages.all()]


def test_the_worklist_begins_with_who_waits_longest(people, client_for):
    now = timezone.now()
    young = factories.make_case(people.acme, waiting_since=now)
    factories.make_case(people.acme, state="closed", number="2026-000000")
    old = factories.make_case(people.other, waiting_since=now - timedelta(hours=5))

    response = client_for(people.support).get(LIST)

    assert numbers(response) == [old.number, young.number, "2026-000000"]


@pytest.mark.parametrize(
    "query",
    [
        {"state__exact": "open"},
        {"who": "us"},
        {"first_cause": "scanner-down"},
        {"public_address": "198.51.100.77"},
        {"q": "acme"},
    ],
)
def test_the_worklist_is_filtered(people, client_for, case, query):
    factories.make_case(people.other, state="answered", public_address="192.0.2.1")
    client = client_for(people.support)

    assert numbers(client.get(LIST, query)) == [case.number]


def test_the_worklist_is_filtered_by_customer(people, client_for, case):
    factories.make_case(people.other)
    query = {"customer__id__exact": str(people.acme.pk)}

    assert numbers(client_for(people.support).get(LIST, query)) == [case.number]


def test_finds_a_number_as_it_was_said(people, client_for, case):
    factories.make_case(people.acme)
    said = case.number.replace("-", " ")

    assert numbers(client_for(people.support).get(LIST, {"q": said})) == [case.number]


@pytest.mark.parametrize("who", ["support", "operator"])
def test_one_screen_shows_it_all(people, client_for, case, who):
    page = read(client_for(getattr(people, who)).get(url(case)))

    for text in (
        case.number,
        "Acme AG",
        "alice@acme.example",
        "acme.example",
        "198.51.100.77",
        "out.cleanmail.example:587",
        "acme-relay",
        "Connection refused",
        "scanner-down, 90 %",
        "> EHLO probe-x.invalid",
        "Fall eröffnet",
    ):
        assert text in page


def test_both_vantages_stand_side_by_side(people, client_for, case, probe):
    Evidence.objects.create(
        customer=people.acme,
        probe=probe,
        ordinal=9,
        vantage="agent",
        check_name="tcp",
        subject="out.cleanmail.example:587/ipv4",
        status="ok",
        duration_seconds=0.02,
        facts={"address": "192.0.2.25", "family": "ipv4", "port": 587},
    )

    page = read(client_for(people.support).get(url(case)))

    assert "Vom sendenden Server" in page
    assert "Von uns aus" in page
    assert page.index("offen, 20 ms") < page.index("abgewiesen")


def test_compares_with_another_probe_of_the_customer(people, client_for, case):
    other = factories.make_probe(people.acme)
    observe(other, "tcp", port=587)
    finish(other)

    response = client_for(people.support).get(url(case), {"with": str(other.pk)})

    assert "Andere Prüfung" in read(response)
    assert 'class="differs"' in response.content.decode()
    seen = AuditEvent.objects.filter(action="staff.view", object_id=other.pk)
    assert seen.get().customer == people.acme


def test_compares_with_nobody_elses(people, client_for, case):
    other = factories.make_probe(people.other)
    finish(other)

    response = client_for(people.support).get(url(case), {"with": str(other.pk)})

    assert "Andere Prüfung" not in read(response)
    assert not AuditEvent.objects.filter(object_id=other.pk).exists()


def test_an_answer_reaches_the_customer(people, client_for, case, mailoutbox):
    client = client_for(people.support)

    client.post(url(case, "answer"), {"text": "Bitte Port 587, nicht 25."})

    case.refresh_from_db()
    assert (case.state, case.waiting_since) == ("answered", None)
    outbox.deliver(OutgoingMail.objects.get().pk)
    (sent,) = mailoutbox
    assert sent.to == ["alice@acme.example"]
    assert case.number in sent.subject
    assert reverse("diagnostics:case", args=[case.pk]) in sent.body
    assert "587" not in sent.subject + sent.body
    shown = client_for(people.alice).get(reverse("diagnostics:case", args=[case.pk]))
    assert "Bitte Port 587, nicht 25." in read(shown)
    event = AuditEvent.objects.get(action="case.answer")
    assert (event.actor, event.customer) == (people.support, people.acme)


def test_all_admins_are_told_once_the_opener_is_gone(people, client_for, case):
    people.alice.memberships.update(role="member")
    factories.make_person("chef@acme.example", people.acme, role="admin")

    client_for(people.support).post(url(case, "answer"), {"text": "Guten Tag"})

    told = [row.user.email for row in OutgoingMail.objects.all()]
    assert told == ["chef@acme.example"]


def test_a_note_changes_nothing_for_the_customer(people, client_for, case):
    client_for(people.support).post(url(case, "note"), {"text": "Sperre geprüft."})

    case.refresh_from_db()
    assert case.state == "open"
    assert not OutgoingMail.objects.exists()
    page = read(client_for(people.support).get(url(case)))
    assert "Sperre geprüft." in page
    assert "support@cleanmail.example, Support" in page


def test_closes_and_opens_again(people, client_for, case):
    client = client_for(people.support)

    client.post(url(case, "close"))
    case.refresh_from_db()
    assert case.state == "closed"
    client.post(url(case, "answer"), {"text": "zu spät"})
    client.post(url(case, "reopen"))

    case.refresh_from_db()
    assert case.state == "open"
    assert kinds(case) == ["closed", "reopened"]
    assert OutgoingMail.objects.count() == 2


def test_judges_again_and_shows_before_and_after(people, client_for, case):
    Case.objects.update(
        verdict=[{"slug": "port25-blocked-drop", "confidence": 0.4}],
        first_cause="port25-blocked-drop",
    )

    client_for(people.support).post(url(case, "judge"))

    case.refresh_from_db()
    assert case.first_cause == "scanner-down"
    page = read(client_for(people.support).get(url(case)))
    assert "Vorher: port25-blocked-drop, 40 %" in page
    assert "Nachher: scanner-down" in page


@pytest.mark.parametrize("act", ["answer", "note", "close", "reopen", "judge"])
def test_acts_by_post_only_and_for_support_only(people, client_for, case, act):
    before = Case.objects.values().get()

    by_get = client_for(people.support).get(url(case, act), {"text": "x"})
    by_customer = client_for(people.alice).post(url(case, act), {"text": "x"})

    assert by_get.status_code == 405
    assert by_customer.status_code in {302, 403}
    assert Case.objects.values().get() == before
    assert kinds(case) == []


@pytest.mark.parametrize("act", ["answer", "note", "close", "reopen", "judge"])
def test_the_table_alone_lets_support_act(people, client_for, case, act, monkeypatch):
    table = {"support": frozenset({"diagnostics.view_case"})}
    monkeypatch.setattr("accounts.models.people.STAFF_PERMISSIONS", table)

    answer = client_for(people.support).post(url(case, act), {"text": "x"})

    assert answer.status_code == 403
    assert kinds(case) == []


def test_saves_nothing_by_the_address_of_the_page(people, client_for, case):
    client = client_for(people.operator)

    assert client.post(url(case), {"state": "closed"}).status_code == 405
    assert client.post(url(case, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:diagnostics_case_add")).status_code == 403


def test_every_look_is_written_down(people, client_for, case):
    client_for(people.support).get(LIST)
    client_for(people.support).get(url(case))

    looked = AuditEvent.objects.filter(actor=people.support)
    assert looked.filter(action="staff.list").exists()
    assert looked.get(action="staff.view").customer == people.acme


def test_no_missing_case(people, client_for, case):
    answer = client_for(people.support).post(
        reverse("admin:diagnostics_case_answer", args=[case.probe.pk]), {"text": "x"}
    )

    assert answer.status_code == 404
