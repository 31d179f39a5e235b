"""Kept for a case: it does not expire; erased on request: nobody reads it again."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import AuditEvent
from quarantine import retention
from quarantine.actions import decisions, keeping
from quarantine.errors import ContentErased, NotErasable, NotHeld
from quarantine.inventory import take_inventory
from quarantine.models import Hold, Message
from quarantine.states import State
from quarantine.store import erase, open_content
from tests.conftest import actor_of
from tests.factories import make_attempt, make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NOW = timezone.now()
PAST = NOW - timedelta(hours=1)


def url(name: str, hold: Hold) -> str:
    return reverse(f"quarantine:{name}", args=[hold.pk])


def page(client, hold: Hold) -> str:
    return client.get(url("hold", hold)).content.decode()


def test_an_admin_keeps_a_mail_beyond_its_day(people, client_for):
    hold = make_hold(people.acme, expires_at=NOW + timedelta(days=1))

    client_for(people.alice).post(url("keep", hold), {"reason": "Verfahren 4711"})

    retention.end_holds(NOW + timedelta(days=9))
    hold.refresh_from_db()
    assert (hold.state, hold.kept_reason) == (State.HELD, "Verfahren 4711")
    event = AuditEvent.objects.get(action="hold.keep")
    assert (event.actor, event.detail) == (people.alice, {"reason": "Verfahren 4711"})


def test_it_expires_on_its_day_again_once_that_is_ended(people, client_for):
    hold = make_hold(people.acme, expires_at=PAST, kept_at=NOW, kept_by=people.alice)
    retention.end_holds(NOW)

    client_for(people.alice).post(url("end_keep", hold), {"reason": "erledigt"})

    assert AuditEvent.objects.get(action="hold.end_keep").detail["reason"] == "erledigt"
    assert retention.end_holds(NOW) == 1
    hold.refresh_from_db()
    assert (hold.state, hold.kept_at) == (State.EXPIRED, None)


def test_who_sees_the_mail_reads_that_it_is_kept(people, client_for):
    hold = make_hold(
        people.acme,
        expires_at=PAST,
        kept_at=NOW,
        kept_by=people.alice,
        kept_reason="X1",
    )

    seen = page(client_for(people.bob), hold)

    assert "nicht, wird aufbewahrt" in seen
    assert "läuft sie ab" not in seen
    assert "X1" not in seen
    assert url("keep", hold) not in seen
    rows = client_for(people.bob).get(reverse("quarantine:holds")).content.decode()
    assert "wird aufbewahrt" in rows


def test_what_is_kept_can_still_be_decided(people):
    hold = make_hold(people.acme, expires_at=PAST, kept_at=NOW, kept_by=people.alice)

    decisions.release_hold(hold, actor=actor_of(people.alice))

    hold.refresh_from_db()
    assert hold.state == State.RELEASING


def test_the_page_tells_admins_why_and_since_when(people, client_for):
    hold = make_hold(
        people.acme, kept_at=NOW, kept_by=people.alice, kept_reason="Verfahren 4711"
    )

    seen = client_for(people.alice).get(url("keep", hold)).content.decode()

    assert "Verfahren 4711" in seen
    assert url("end_keep", hold) in seen


@pytest.mark.parametrize("name", ["keep", "end_keep", "erase"])
def test_members_neither_keep_nor_erase(people, client_for, name):
    hold = make_hold(people.acme)
    bob = actor_of(people.bob)

    assert client_for(people.bob).post(url(name, hold)).status_code == 403
    for action in (keeping.keep_hold, keeping.end_keep, keeping.erase_content):
        with pytest.raises(NotPermitted):
            action(hold, actor=bob, reason="x")


@pytest.mark.parametrize("name", ["keep", "erase"])
def test_a_reason_is_needed(people, client_for, name):
    hold = make_hold(people.acme)

    response = client_for(people.alice).post(url(name, hold), {"reason": " "})

    hold.refresh_from_db()
    assert response.status_code == 422
    assert (hold.kept_at, hold.state) == (None, State.HELD)


@pytest.mark.parametrize("name", ["keep", "end_keep", "erase"])
def test_looking_changes_nothing(people, client_for, name):
    hold = make_hold(people.acme)

    response = client_for(people.alice).get(url(name, hold))

    assert response.status_code == (405 if name == "end_keep" else 200)
    assert not AuditEvent.objects.filter(action__startswith="hold.").exists()


def test_what_has_expired_can_no_longer_be_kept(people, client_for):
    hold = make_hold(people.acme, state=State.EXPIRED, expires_at=PAST)

    response = client_for(people.alice).post(url("keep", hold), {"reason": "x"})

    assert response.status_code == 409
    with pytest.raises(NotHeld):
        keeping.keep_hold(hold, actor=actor_of(people.alice), reason="x")


def test_what_was_erased_can_no_longer_be_kept(people):
    hold = make_hold(people.acme)
    erase(hold.message)

    with pytest.raises(ContentErased):
        keeping.keep_hold(hold, actor=actor_of(people.alice), reason="x")


def test_erased_content_is_gone_for_all_and_the_rows_say_nothing_of_it(
    people, client_for
):
    hold = make_hold(people.acme, header_from_name="Hans", reason={"alerts": ["x"]})
    make_attempt(hold, "rejected", transcript=[{"line": "MAIL FROM:<x>"}])
    other = make_hold(people.acme)
    client = client_for(people.alice)

    client.post(url("erase", hold), {"reason": "Begehren vom 1.11."})

    hold.refresh_from_db()
    message = Message.objects.get(pk=hold.message_id)
    with pytest.raises(ContentErased):
        open_content(message)
    assert (hold.subject, hold.header_from, hold.search_text) == ("", "", "")
    assert (hold.state, message.facts, message.envelope_sender) == ("expired", {}, "")
    assert hold.attempts.get().transcript == []
    assert "Inhalt gelöscht" in page(client, hold)
    event = AuditEvent.objects.get(action="hold.erase")
    assert event.detail == {"reason": "Begehren vom 1.11.", "recipients": 1}
    assert b"".join(open_content(other.message))
    assert take_inventory().is_sound


def test_erasing_asks_for_a_fresh_proof(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.alice)
    session = client.session
    session["proof"] = {"at": 0, "by": "factor"}
    session.save()

    response = client.post(url("erase", hold), {"reason": "x"})

    assert response.status_code == 302
    assert Message.objects.get(pk=hold.message_id).wrapped_key is not None


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"kept_at": NOW}, "kept"), ({"state": State.RELEASING}, "releasing")],
)
def test_what_is_kept_or_on_its_way_is_not_erased(people, client_for, fields, why):
    hold = make_hold(people.acme, **fields)

    response = client_for(people.alice).post(url("erase", hold), {"reason": "x"})

    assert response.status_code == 409
    with pytest.raises(NotErasable, match=why):
        keeping.erase_as_operator(hold.pk, reason="x")
    assert b"".join(open_content(Message.objects.get(pk=hold.message_id)))


def test_the_operator_erases_by_command(people):
    hold = make_hold(people.acme)

    call_command("erase_hold", str(hold.pk), "--reason", "Begehren", stdout=StringIO())

    event = AuditEvent.objects.get(action="hold.erase")
    assert (event.customer, event.actor) == (people.acme, None)
    assert take_inventory().erased == 1
    with pytest.raises(CommandError, match="no such hold"):
        call_command("erase_hold", str(people.bob.pk), "--reason", "x")
