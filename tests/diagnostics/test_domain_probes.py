"""Probes of domains as rows: who may start them, what a worker makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted, RateLimited
from accounts.models import AuditEvent, Domain, OutboundAccount, OutboundScanner
from diagnostics import runner, tasks
from diagnostics.access import probes as access
from diagnostics.actions import probes as actions
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.domain_checks.subject import Subject
from diagnostics.domain_runs import run_about_domain
from diagnostics.domain_verdict import Station, judge
from diagnostics.errors import ForeignRecipient, NotVerified, ProbeGone
from diagnostics.models import Evidence, Probe
from tests import factories
from tests.conftest import actor_of
from tests.diagnostics.zones import EXCHANGERS, TOKEN

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def domain(people) -> Domain:
    return Domain.objects.get(customer=people.acme)


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    """Collect what goes to the broker."""
    messages: list[tuple] = []
    monkeypatch.setattr(
        tasks.run_probe, "apply_async", lambda **o: messages.append(o["args"])
    )
    return messages


def make_check(domain: Domain, kind: str = "domain", **fields) -> Probe:
    return Probe.objects.create(
        customer=domain.customer, domain=domain, kind=kind, nonce="a1b2", **fields
    )


@pytest.mark.db
def test_queues_a_check_and_wakes_a_worker(
    people, domain, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        probe = actions.check_domain(domain, actor=actor_of(people.alice))

    assert (probe.kind, probe.domain, probe.customer) == ("domain", domain, people.acme)
    assert sent == [(str(people.acme.pk), str(probe.pk))]
    assert AuditEvent.objects.filter(action="domain.check").count() == 1


@pytest.mark.db
def test_a_second_press_finds_the_check_that_waits(people, domain):
    first = actions.check_domain(domain, actor=actor_of(people.alice))

    second = actions.check_domain(domain, actor=actor_of(people.alice))

    assert first == second


@pytest.mark.db
@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_refuses_members_and_strangers(people, domain, who):
    actor = actor_of(getattr(people, who))

    with pytest.raises(NotPermitted):
        actions.check_domain(domain, actor=actor)
    with pytest.raises(NotPermitted):
        actions.check_next_hop(domain, test_recipient="bob@acme.example", actor=actor)

    assert not Probe.objects.exists()


@pytest.mark.db
def test_each_domain_has_a_limit_of_its_own(people, domain, settings):
    settings.DOMAIN_CHECKS_PER_HOUR = 1
    alice = actor_of(people.alice)
    second = factories.make_domain(people.acme, "zwei.example")
    actions.check_domain(domain, actor=alice)

    with pytest.raises(RateLimited):
        actions.check_domain(domain, actor=alice)
    actions.check_domain(second, actor=alice)
    actions.check_next_hop(domain, test_recipient="bob@acme.example", actor=alice)
    actions.check_domain(domain)  # our own daily check has no limit

    assert Probe.objects.count() == 3


@pytest.mark.db
def test_a_customer_has_a_limit_over_all_domains(people, domain, settings):
    settings.PROBES_PER_HOUR = 1
    alice = actor_of(people.alice)
    second = factories.make_domain(people.acme, "zwei.example")
    actions.check_domain(domain, actor=alice)

    with pytest.raises(RateLimited):
        actions.check_domain(second, actor=alice)


@pytest.mark.db
def test_connects_to_no_next_hop_before_control_is_proved(people, domain):
    Domain.objects.update(verified_at=None)
    domain.refresh_from_db()

    with pytest.raises(NotVerified) as refused:
        actions.check_next_hop(
            domain, test_recipient="bob@acme.example", actor=actor_of(people.alice)
        )

    assert refused.value.user_message


@pytest.mark.db
@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "bob",
        "@acme.example",
        "bob@other.example",
        "bob@acme.example.evil.example",
        "bob@acme.example> SIZE=1",
        "a b@acme.example",
        "a\r\nDATA@acme.example",
        "<bob@acme.example",
        "bøb@acme.example",
        f"{'x' * 65}@acme.example",
    ],
)
def test_names_only_addresses_of_the_domain_to_a_next_hop(people, domain, recipient):
    with pytest.raises(ForeignRecipient) as refused:
        actions.check_next_hop(
            domain, test_recipient=recipient, actor=actor_of(people.alice)
        )

    assert refused.value.user_message
    assert not Probe.objects.exists()


@pytest.mark.db
@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "domain", "domain": None},
        {"kind": "outbound", "domain": True},
        {"kind": "outbound", "domain": None, "scanner": None},
        {"kind": "next_hop", "domain": True, "scanner": True},
    ],
)
def test_a_probe_is_about_what_its_kind_says(people, domain, fields):
    rows = {"domain": domain, "scanner": factories.make_scanner()}
    chosen = {
        name: rows[name] if value is True else value for name, value in fields.items()
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Probe.objects.create(customer=people.acme, nonce="x", **chosen)


@pytest.mark.db
def test_history_is_the_customers_own(people, domain):
    old = make_check(domain, state="finished")
    new = make_check(domain)
    hop = make_check(domain, "next_hop")
    alice, charlie = actor_of(people.alice), actor_of(people.charlie)

    assert list(access.list_checks(alice, domain)) == [hop, new, old]
    assert access.find_latest_check(alice, domain, Probe.Kind.DOMAIN) == new
    final = access.find_latest_check(alice, domain, Probe.Kind.DOMAIN, is_final=True)
    assert final == old
    assert list(access.list_checks(charlie, domain)) == []
    assert access.find_latest_check(charlie, domain, Probe.Kind.DOMAIN) is None
    with pytest.raises(NotPermitted):
        access.list_checks(actor_of(people.bob), domain)


@pytest.mark.db
def test_pages_of_the_scanner_show_no_checks_of_domains(people, domain, client_for):
    factories.make_scanner()
    probe = make_check(domain)
    client = client_for(people.alice)

    page = client.get(reverse("diagnostics:probes")).content.decode()

    assert str(probe.pk) not in page
    url = reverse("diagnostics:probe", args=[probe.pk])
    assert client.get(url).status_code == 404


@pytest.mark.db
def test_support_reads_findings(people, domain, client_for):
    probe = make_check(domain, state="finished")
    Evidence.objects.create(
        customer=people.acme,
        probe=probe,
        ordinal=1,
        check_name="dns-mx",
        subject=domain.name,
        status="failed",
        facts={
            "state": "answer",
            "alias": "",
            "found": ["0 ."],
            "expected": "",
            "record": None,
            "exchangers": [],
            "foreign": [],
        },
    )
    url = reverse("admin:diagnostics_probe_change", args=[probe.pk])

    page = client_for(people.support).get(url).content.decode()

    assert "mx-null" in page
    assert "not-seen" in page  # the other stations


@pytest.mark.db
def test_of_one_customer_one_check_runs_at_a_time(people, domain, settings):
    settings.ALLOWED_PORTS = []  # so that a check ends at once
    now = timezone.now()
    running = make_check(
        domain, state="running", started_at=now, lease_until=now + timedelta(seconds=30)
    )
    waiting = make_check(domain, "next_hop", configured_host="127.0.0.1")
    theirs = make_check(
        Domain.objects.get(customer=people.other), "next_hop", configured_host="::1"
    )

    runner.run_probe(people.acme.pk, waiting.pk)
    runner.run_probe(people.other.pk, theirs.pk)

    states = dict(Probe.objects.values_list("pk", "state"))
    assert states == {
        running.pk: "running",
        waiting.pk: "queued",
        theirs.pk: "finished",
    }


@pytest.mark.db
def test_who_waits_for_a_turn_does_not_ask_for_it_again_and_again(
    people, domain, sent, django_capture_on_commit_callbacks
):
    now = timezone.now()
    make_check(
        domain, state="running", started_at=now, lease_until=now + timedelta(seconds=30)
    )
    waiting = make_check(domain)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_probe(str(people.acme.pk), str(waiting.pk))

    assert sent == []


@pytest.mark.db
def test_a_lost_worker_keeps_no_turn(people, domain, settings):
    settings.ALLOWED_PORTS = []
    past = timezone.now() - timedelta(seconds=1)
    make_check(domain, state="running", started_at=past, lease_until=past)
    waiting = make_check(domain, "next_hop", configured_host="127.0.0.1")

    runner.run_probe(people.acme.pk, waiting.pk)

    waiting.refresh_from_db()
    assert waiting.state == Probe.State.FINISHED


@pytest.mark.db
def test_the_end_of_a_check_wakes_the_next_one(
    people, domain, settings, sent, django_capture_on_commit_callbacks
):
    settings.ALLOWED_PORTS = []
    first = make_check(domain, "next_hop", configured_host="127.0.0.1")
    second = make_check(domain)
    factories.make_probe(people.acme)  # of the scanner: waits for nobody

    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_probe(str(people.acme.pk), str(first.pk))

    assert sent == [(str(people.acme.pk), str(second.pk))]


# With real name servers.


@pytest.fixture
def asked_here(zones: Subject, settings) -> None:
    settings.DNS_RESOLVERS = list(zones.resolvers)
    settings.DNS_PORT = zones.port
    settings.ALLOWED_NETWORKS = ["127.0.1.0/24"]
    settings.MAIL_EXCHANGERS = list(EXCHANGERS)
    settings.SPF_INCLUDE = "_spf.cleanmail.example"


def run(people, name: str, **fields) -> tuple[Domain, Probe]:
    token = TOKEN.partition("=")[2]
    domain = factories.make_domain(people.acme, name, control_token=token, **fields)
    probe = make_check(domain)
    runner.run_probe(people.acme.pk, probe.pk)
    domain.refresh_from_db()
    probe.refresh_from_db()
    return domain, probe


@pytest.mark.system
@pytest.mark.usefixtures("asked_here")
def test_proves_control_of_a_domain(people):
    domain, probe = run(people, "right.example", verified_at=None)

    assert probe.state == Probe.State.FINISHED
    assert domain.verified_at is not None
    findings = judge(probe)
    assert [one.station for one in findings] == list(Station)[:-1]
    assert all(one.is_good for one in findings)
    kept = Evidence.objects.filter(probe=probe)
    assert [item.ordinal for item in kept] == list(range(1, 7))
    assert {item.customer_id for item in kept} == {people.acme.pk}


@pytest.mark.system
@pytest.mark.usefixtures("asked_here")
def test_control_counts_although_the_worker_is_lost_after_it(people):
    token = TOKEN.partition("=")[2]
    domain = factories.make_domain(
        people.acme, "right.example", control_token=token, verified_at=None
    )

    def save(found: Observation) -> None:
        if found.check == "dns-mx":
            raise ProbeGone(domain.pk)

    with pytest.raises(ProbeGone):
        run_about_domain(make_check(domain), save)

    domain.refresh_from_db()
    assert domain.verified_at is not None


@pytest.mark.system
@pytest.mark.usefixtures("asked_here")
@pytest.mark.parametrize(
    ("name", "is_missing"),
    [("missing.example", True), ("dead.example", False), ("half.example", False)],
)
def test_lost_control_starts_its_clock_and_silence_does_not(people, name, is_missing):
    domain, _probe = run(people, name, verified_at=timezone.now())

    assert domain.verified_at is not None
    assert (domain.control_missing_since is not None) is is_missing


@pytest.mark.system
@pytest.mark.usefixtures("asked_here")
@pytest.mark.parametrize(
    ("ended_at", "code"),
    [(None, "spf-not-included"), (timezone.now(), "spf-optional")],
)
def test_whether_we_must_be_in_spf_depends_on_a_live_account(people, ended_at, code):
    OutboundAccount.objects.create(
        customer=people.acme, username="acme", password_hash="x", ended_at=ended_at
    )

    _domain, probe = run(people, "spf-lacks.example")

    found = {one.station: one for one in judge(probe)}[Station.SPF]
    assert found.code == code
    assert found.record is not None


@pytest.mark.system
@pytest.mark.usefixtures("asked_here")
def test_a_token_of_somebody_else_proves_nothing(people):
    domain = factories.make_domain(people.other, "right.example", verified_at=None)
    probe = make_check(domain)

    runner.run_probe(people.other.pk, probe.pk)

    domain.refresh_from_db()
    assert domain.verified_at is None
    assert judge(probe)[0].code == "control-other"


@pytest.mark.system
@pytest.mark.usefixtures("asked_here")
def test_with_broken_signatures_a_wrong_record_is_told_and_nothing_is_lost(people):
    domain = factories.make_domain(people.acme, "broken.example")
    probe = make_check(domain)

    runner.run_probe(people.acme.pk, probe.pk)

    domain.refresh_from_db()
    assert judge(probe)[0].code == "control-other"
    assert domain.control_missing_since is None


@pytest.mark.system
@pytest.mark.usefixtures("asked_here")
def test_a_check_delivered_twice_runs_once(people):
    _domain, probe = run(people, "right.example")

    runner.run_probe(people.acme.pk, probe.pk)

    assert Evidence.objects.filter(probe=probe).count() == 6


@pytest.mark.system
@pytest.mark.usefixtures("asked_here")
def test_asks_no_name_server_that_the_operator_forbids(people, settings):
    settings.ALLOWED_NETWORKS = []

    domain, probe = run(people, "right.example", verified_at=None)

    assert domain.verified_at is None
    assert judge(probe)[0].code == "control-unanswered"


def test_no_scanner_is_needed(people, domain):
    assert not OutboundScanner.objects.exists()
    assert make_check(domain).scanner is None
