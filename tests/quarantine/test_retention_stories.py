"""Stories of other quarantines about how long mail stays, on our own path."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from quarantine import retention
from quarantine.actions import decisions
from quarantine.management.commands.generate import Mailbox, Source, write
from quarantine.models import Hold
from quarantine.states import State
from quarantine.store import open_content
from quarantine.tasks import expire
from tests.conftest import actor_of
from tests.factories import make_hold

pytestmark = pytest.mark.django_db

FLOOD = 10_000


def test_l7_a_flood_pushes_no_wanted_mail_out(people, client_for):
    now = timezone.now()
    wanted = make_hold(
        people.acme,
        content=b"Subject: Vertrag\r\n\r\nText\r\n",
        subject="Vertrag",
        search_text="anna@partner.example bob@acme.example vertrag",
        received_at=now - timedelta(days=29),
        expires_at=now + timedelta(days=1),
    )
    mailbox = Mailbox(
        *(people.acme.pk, people.acme_domain.pk, people.bob_address.pk),
        "bob@acme.example",
    )
    write(list(Source(7, now).pairs(FLOOD, [mailbox])))
    Hold.objects.exclude(pk=wanted.pk).update(expires_at=now + timedelta(days=30))

    expire()

    wanted.refresh_from_db()
    assert Hold.objects.count() == FLOOD + 1
    assert wanted.state == State.HELD
    assert b"Text" in b"".join(open_content(wanted.message))
    found = client_for(people.bob).get(reverse("quarantine:holds"), {"q": "vertrag"})
    assert reverse("quarantine:hold", args=[wanted.pk]) in found.content.decode()
    decisions.release_hold(wanted, actor=actor_of(people.alice))
    Hold.objects.filter(pk=wanted.pk).update(state=State.HELD)
    assert retention.end_holds(now + timedelta(days=1, minutes=1)) == 1
    wanted.refresh_from_db()
    assert wanted.state == State.EXPIRED, "on its day, not before"
