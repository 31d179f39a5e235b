"""Every domain is checked again each day, and old checks are forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Customer, Domain
from diagnostics import domain_rechecks, tasks
from diagnostics.models import Evidence, Probe
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def domain(people) -> Domain:
    Domain.objects.exclude(customer=people.acme).update(removed_at=timezone.now())
    return Domain.objects.get(customer=people.acme)


def make_check(domain: Domain, *, hours: float = 0, days: float = 0, **fields) -> Probe:
    defaults = {"kind": "domain", "state": "finished", "nonce": "a1b2"}
    probe = Probe.objects.create(
        customer=domain.customer, domain=domain, **(defaults | fields)
    )
    then = timezone.now() - timedelta(hours=hours, days=days)
    Probe.objects.filter(pk=probe.pk).update(created_at=then)
    return probe


def due() -> list[str]:
    made = domain_rechecks.make_due_probes()
    return [Probe.objects.get(pk=pk).kind for _customer, pk in made]


def test_a_domain_never_checked_is_due(domain):
    assert due() == ["domain"]
    assert due() == []


def test_a_domain_is_due_after_a_day(domain):
    make_check(domain, hours=23)
    assert due() == []

    Probe.objects.update(created_at=timezone.now() - timedelta(hours=24))
    assert due() == ["domain"]


def test_what_broke_on_our_side_is_tried_after_an_hour(domain):
    make_check(domain, hours=25)
    broken = make_check(domain, hours=0.5, state="expired")
    assert due() == []

    then = timezone.now() - timedelta(hours=1)
    Probe.objects.filter(pk=broken.pk).update(created_at=then)
    assert due() == ["domain"]


def test_the_next_hop_is_tried_again_with_the_same_address(domain):
    make_check(domain, hours=25)
    make_check(domain, hours=25, kind="next_hop", test_recipient="t@acme.example")

    assert due() == ["domain", "next_hop"]
    probe = Probe.objects.get(kind="next_hop", state="queued")
    assert (probe.test_recipient, probe.configured_host, probe.configured_port) == (
        "t@acme.example",
        domain.next_hop_host,
        domain.next_hop_port,
    )


def test_the_next_hop_of_an_unproved_domain_is_left_alone(domain):
    make_check(domain, hours=25, kind="next_hop", test_recipient="t@acme.example")
    Domain.objects.update(verified_at=None)

    assert due() == ["domain"]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Domain.objects.update(removed_at=timezone.now()),
        lambda: Customer.objects.update(is_active=False),
        lambda: Domain.objects.update(
            verified_at=None, created_at=timezone.now() - timedelta(days=31)
        ),
    ],
    ids=["removed", "inactive", "never proved"],
)
def test_leaves_alone_what_is_nobodys_matter(domain, change):
    change()

    assert due() == []


def test_many_domains_are_spread_over_the_day(people, domain):
    Domain.objects.bulk_create(
        Domain(customer=people.acme, name=f"d{number}.example") for number in range(288)
    )

    assert len(due()) == 3


def test_the_task_wakes_workers(
    domain, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(
        tasks.run_probe, "apply_async", lambda **options: sent.append(options["args"])
    )

    with django_capture_on_commit_callbacks(execute=True):
        tasks.recheck()

    assert sent == [(str(domain.customer_id), str(Probe.objects.get().pk))]


def test_old_checks_go_and_the_latest_stay(domain, settings):
    settings.CHECK_HISTORY_DAYS = 90
    second = factories.make_domain(domain.customer, "zwei.example")
    gone = make_check(domain, days=100)
    Evidence.objects.create(
        customer=domain.customer, probe=gone, ordinal=1, check_name="dns-mx"
    )
    kept = [
        make_check(domain, days=95),  # the latest that finished
        make_check(domain, days=89, state="expired"),
        make_check(second, days=200),
        make_check(domain, days=200, kind="next_hop"),
        make_check(domain, days=200, state="running"),
        factories.make_probe(domain.customer),
    ]
    Probe.objects.filter(kind="outbound").update(
        created_at=timezone.now() - timedelta(days=400)
    )

    tasks.prune()

    assert set(Probe.objects.all()) == set(kept)
    assert not Evidence.objects.exists()
