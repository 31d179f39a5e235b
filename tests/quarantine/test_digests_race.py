"""Two at once: one digest a slot, one act a link. PostgreSQL only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from accounts.models import AuditEvent, OutgoingMail
from quarantine.models import Digest, DigestToken
from tests.quarantine.digest_mails import hold_for, link_for, make, settle

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6


def together(act) -> list[object]:
    def run(_number: int) -> object:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_d4_workers_that_meet_make_one_digest(people):
    settle(people)
    hold_for(people)

    together(lambda: make(people.bob))

    assert Digest.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="digest").count() == 1
    assert DigestToken.objects.count() == 1


def test_a_link_that_many_press_at_once_releases_once(people):
    held, path = link_for(people, people.bob)

    codes = together(lambda: Client().post(f"{path}/confirm").status_code)

    assert set(codes) <= {303, 409}
    assert AuditEvent.objects.filter(action="hold.release").count() == 1
    assert AuditEvent.objects.filter(action="hold.by_link").count() == 1
    held.refresh_from_db()
    assert held.state == "releasing"
