"""Mails and background tasks."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from accounts import outbox, tasks
from accounts.actions import factors, sign_ins
from accounts.mail import NOTICES
from accounts.models import AuditEvent
from tests.accounts.conftest import CALLER

# What a notice tells besides the time.
DETAILS = {
    "new_sign_in": {"browser": "Firefox", "system": "Linux", "network": "192.0.2.x"},
    "sms_budget": {"used": "80", "budget": "100"},
    "unknown_domain": {"domain": "nobody.example"},
}

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.mark.parametrize("notice", sorted(NOTICES))
def test_each_notice_has_a_subject_a_time_and_a_way_to_us(people, notice):
    outbox.deliver(outbox.put(people.bob, notice, **DETAILS.get(notice, {})).pk)

    sent = mail.outbox[0]
    assert "Cleanmail" in sent.subject
    assert str(timezone.localdate().year)[2:] in sent.body
    assert "http://127.0.0.1:8000" in sent.body
    assert "&" not in sent.body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_invitation_has_a_link(people):
    outbox.deliver(outbox.put(people.bob, "invitation").pk)

    assert "/password/" in mail.outbox[0].body


def test_enrolment_is_told(people, worker_in_line, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        factors.enrol_app(people.bob, b"x" * 20, step=1)

    assert mail.outbox[0].subject == "Neuer zweiter Faktor für Cleanmail"


def test_nobody_left_is_no_error(people):
    row = outbox.put(people.bob, "factor_added")
    people.bob.memberships.all().delete()
    people.bob.grants.all().delete()
    people.bob.delete()

    tasks.send_mail(str(row.pk))

    assert mail.outbox == []


@pytest.mark.parametrize("kind", ["password_reset", "invitation"])
def test_whoever_may_not_log_in_gets_no_link(people, kind):
    people.bob.is_active = False
    people.bob.save()

    outbox.deliver(outbox.put(people.bob, kind).pk)

    assert mail.outbox == []


def test_the_sealer_chains_what_happened(people):
    sign_ins.open_sign_in(people.bob, CALLER, kind="app")

    tasks.seal_audit()

    event = AuditEvent.objects.get()
    assert event.sequence == 1
    assert event.customer == people.acme
    assert len(event.sealed_hash) == 64
