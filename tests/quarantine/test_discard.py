"""Discarding, and taking it back."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from quarantine.models import Hold
from quarantine.states import State
from tests.factories import make_hold

pytestmark = pytest.mark.db


def test_discards_and_offers_undo(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.bob)

    client.post(f"/holds/{hold.pk}/discard")
    page = client.get(f"/holds/{hold.pk}/").content.decode()

    assert Hold.objects.get(pk=hold.pk).state == State.DISCARDED
    assert "Diese E-Mail wird nicht zugestellt." in page
    assert f'formaction="/holds/{hold.pk}/undo"' in page
    assert AuditEvent.objects.filter(action="hold.discard").count() == 1


def test_undo_holds_it_again(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.bob)

    client.post(f"/holds/{hold.pk}/discard")
    client.post(f"/holds/{hold.pk}/undo")

    now = Hold.objects.get(pk=hold.pk)
    assert (now.state, now.decided_by, now.decided_at) == (State.HELD, None, None)


def test_member_may_discard_what_only_the_admin_releases(people, client_for):
    hold = make_hold(people.acme, category="virus")

    response = client_for(people.bob).post(f"/holds/{hold.pk}/discard")

    assert response.status_code == 303
