"""What support reads of a probe in Django admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories
from tests.diagnostics.test_probe import refused

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def probe(people):
    return refused(people)


@pytest.mark.parametrize("who", ["support", "operator"])
def test_staff_reads_evidence_and_verdict(people, client_for, probe, who):
    url = reverse("admin:diagnostics_probe_change", args=[probe.pk])

    page = client_for(getattr(people, who)).get(url).content.decode()

    assert "scanner-down" in page
    assert "ECONNREFUSED" in page
    assert "&gt; EHLO probe-x.invalid" in page
    assert 'name="_save"' not in page


def test_staff_finds_probes_by_customer(people, client_for, probe):
    other = factories.make_probe(people.other)
    url = reverse("admin:diagnostics_probe_changelist")

    page = client_for(people.support).get(url, {"q": "Acme"}).content.decode()

    assert str(probe.pk) in page
    assert str(other.pk) not in page


def test_nobody_changes_or_deletes(people, client_for, probe):
    client = client_for(people.operator)
    change = reverse("admin:diagnostics_probe_change", args=[probe.pk])
    delete = reverse("admin:diagnostics_probe_delete", args=[probe.pk])
    add = reverse("admin:diagnostics_probe_add")

    assert client.post(change, {"state": "queued"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert client.post(add, {}).status_code == 403


def test_customers_have_no_admin(people, client_for, probe):
    url = reverse("admin:diagnostics_probe_change", args=[probe.pk])

    assert client_for(people.alice).get(url).status_code == 302
