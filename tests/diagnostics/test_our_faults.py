"""The notice for operators: our fault, once a cause and hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import outbox
from accounts.models import OutgoingMail
from diagnostics import tasks
from diagnostics.models import FaultNotice
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def fail(customer, cause="scanner-cert-expired", **fields):
    fields.setdefault("finished_at", timezone.now())
    return factories.make_probe(customer, state="finished", first_cause=cause, **fields)


def told() -> list[str]:
    return [row.user.email for row in OutgoingMail.objects.filter(kind="our_fault")]


def test_tells_each_operator_what_and_how_many(people, mailoutbox):
    fail(people.acme)
    fail(people.acme)
    fail(people.other)

    tasks.tell_faults()

    outbox.deliver(OutgoingMail.objects.get().pk)
    (sent,) = mailoutbox
    assert sent.to == ["operator@cleanmail.example"]
    assert "scanner-cert-expired" in sent.subject
    assert "3 Prüfungen, 2 Kunden betroffen." in sent.body
    assert "/admin/diagnostics/probe/?first_cause=scanner-cert-expired" in sent.body
    assert "Acme" not in sent.body


def test_tells_once_within_the_hour(people):
    for _ in range(3):
        fail(people.acme)
        tasks.tell_faults()

    assert len(told()) == 1


def test_tells_each_cause(people):
    fail(people.acme)
    fail(people.acme, "scanner-down")

    tasks.tell_faults()

    assert len(told()) == 2


def test_tells_again_after_an_hour_if_it_still_fails(people):
    fail(people.acme)
    tasks.tell_faults()
    FaultNotice.objects.update(told_at=timezone.now() - timedelta(minutes=61))
    tasks.tell_faults()
    assert len(told()) == 1

    fail(people.acme)
    tasks.tell_faults()

    assert len(told()) == 2


def test_hears_of_a_cause_that_the_agent_found_later(people):
    hour_ago = timezone.now() - timedelta(hours=1)
    probe = fail(people.acme, "", finished_at=hour_ago)
    fail(people.acme, finished_at=hour_ago)
    tasks.tell_faults()
    FaultNotice.objects.update(told_at=timezone.now() - timedelta(minutes=61))

    probe.agent_runs.create(
        customer=people.acme, number=0, key="k", finished_at=timezone.now()
    )
    type(probe).objects.filter(pk=probe.pk).update(first_cause="scanner-cert-expired")
    tasks.tell_faults()

    assert len(told()) == 2


@pytest.mark.parametrize("cause", ["", "port25-blocked-drop", "auth-password-wrong"])
def test_keeps_quiet_of_what_others_must_mend(people, cause):
    fail(people.acme, cause)

    tasks.tell_faults()

    assert told() == []


def test_keeps_quiet_of_what_is_old(people):
    old = timezone.now() - timedelta(days=2)
    probe = fail(people.acme, finished_at=old)
    type(probe).objects.update(created_at=old)

    tasks.tell_faults()

    assert told() == []


def test_staff_filters_probes_by_who_must_act(people, client_for):
    ours = fail(people.acme)
    theirs = fail(people.acme, "auth-password-wrong")
    url = reverse("admin:diagnostics_probe_changelist")

    page = client_for(people.support).get(url, {"who": "us"}).content.decode()

    assert str(ours.pk) in page
    assert str(theirs.pk) not in page
