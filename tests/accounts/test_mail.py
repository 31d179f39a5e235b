"""Mails and background tasks."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from accounts import tasks
from accounts.actions import factors, sign_ins
from accounts.mail import NOTICES, send_invitation
from accounts.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.mark.parametrize("notice", sorted(NOTICES))
def test_each_notice_has_a_subject_a_time_and_a_way_to_us(people, notice):
    tasks.send_notice(str(people.bob.pk), notice, timezone.now().isoformat())

    sent = mail.outbox[0]
    assert "Cleanmail" in sent.subject
    assert str(timezone.localdate().year)[2:] in sent.body
    assert "http://127.0.0.1:8000" in sent.body
    assert "&" not in sent.body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_invitation_has_a_link(people):
    send_invitation(people.bob)

    assert "/password/" in mail.outbox[0].body


def test_enrolment_is_told(people, worker_in_line, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        factors.enrol_app(people.bob, b"x" * 20, step=1)

    assert mail.outbox[0].subject == "Neuer zweiter Faktor für Cleanmail"


def test_nobody_left_is_no_error(people):
    gone = str(people.bob.pk)
    people.bob.memberships.all().delete()
    people.bob.grants.all().delete()
    people.bob.delete()

    tasks.send_notice(gone, "factor_added", timezone.now().isoformat())
    tasks.send_password_reset(gone)
    tasks.send_invitation(gone)

    assert mail.outbox == []


def test_the_sealer_chains_what_happened(people):
    sign_ins.note_sign_in(people.bob, kind="app")

    tasks.seal_audit()

    event = AuditEvent.objects.get()
    assert event.sequence == 1
    assert event.customer == people.acme
    assert len(event.sealed_hash) == 64
