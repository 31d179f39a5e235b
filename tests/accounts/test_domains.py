"""Domains: claimed by anybody, held by whoever proves control, never lost with mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError
from django.utils import timezone

from accounts import outbox
from accounts.actions import domains
from accounts.errors import (
    DomainGone,
    DomainNameRefused,
    DomainTaken,
    NextHopRefused,
    NotPermitted,
)
from accounts.models import Address, AuditEvent, Domain
from accounts.models.customers import NextHopTls
from accounts.next_hops import NextHop
from cleanmail.wire import dns
from tests.conftest import actor_of
from tests.factories import make_domain

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NOTICES = [
    "verified", "contested", "taken_over", "control_back", "missing", "soon_lost",
    "lost", "next_hop", "removed",
]  # fmt: skip


def add(user, name: str = "neu.example") -> Domain:
    return domains.add_domain(actor_of(user), name)


def fresh(domain: Domain) -> Domain:
    return Domain.objects.get(pk=domain.pk)


def redirect(user, domain: Domain, host: str, *, port: int = 25) -> None:
    hop = NextHop(host, port, NextHopTls.REQUIRED)
    domains.set_next_hop(actor_of(user), domain, hop)


def lose(domain: Domain, *, days: float) -> None:
    """Let the record have been missing for so long."""
    since = timezone.now() - timedelta(days=days)
    Domain.objects.filter(pk=domain.pk).update(control_missing_since=since)


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_a_new_domain_is_claimed_but_not_verified(people):
    domain = add(people.alice, "Müster.Example.")

    assert domain.name == "xn--mster-kva.example"
    assert not fresh(domain).is_verified
    assert Address.objects.get(domain=domain).local_part == ""
    assert events() == ["domain.add"]


def test_a_member_adds_none(people):
    with pytest.raises(NotPermitted):
        add(people.bob)


def test_the_same_domain_twice_on_the_own_list_is_refused(people):
    add(people.alice)

    with pytest.raises(DomainTaken):
        add(people.alice)


@pytest.mark.parametrize("name", ["ch", "co.uk", "github.io", "a b.ch", "10.0.0.1"])
def test_what_nobody_can_hold_is_refused(people, name):
    with pytest.raises(DomainNameRefused):
        add(people.alice, name)


def test_a_stranger_cannot_block_a_domain_by_adding_it_first(people):
    strange = add(people.charlie)
    own = add(people.alice)

    domains.note_control(own.pk, found=True)

    assert fresh(own).is_verified
    assert not fresh(strange).is_verified


def test_each_claim_has_its_own_record(people):
    assert add(people.charlie).control_token != add(people.alice).control_token


def test_the_database_lets_one_customer_hold_a_domain(people):
    with pytest.raises(IntegrityError):
        make_domain(people.other, "acme.example")


def test_proof_does_not_take_a_domain_from_whoever_still_controls_it(people):
    strange = add(people.charlie, "acme.example")

    domains.note_control(strange.pk, found=True)

    assert Domain.objects.get(
        name="acme.example", verified_at__isnull=False
    ).customer == (people.acme)
    assert fresh(strange).is_contested
    assert events()[-1] == "domain.contested"


@pytest.mark.parametrize(("days", "is_taken"), [(6, False), (8, True)])
def test_a_domain_passes_on_once_control_is_lost(people, days, is_taken):
    held = Domain.objects.get(name="acme.example")
    strange = add(people.charlie, "acme.example")
    lose(held, days=days)

    domains.note_control(strange.pk, found=True)

    assert fresh(strange).is_verified is is_taken
    assert fresh(held).is_verified is not is_taken


def test_a_vouched_domain_never_passes_on(people):
    held = Domain.objects.get(name="acme.example")
    Domain.objects.filter(pk=held.pk).update(is_vouched=True)
    lose(held, days=30)
    strange = add(people.charlie, "acme.example")

    domains.note_control(strange.pk, found=True)

    assert fresh(held).is_verified


def test_a_vouched_domain_needs_no_record(people):
    held = Domain.objects.get(name="acme.example")
    Domain.objects.filter(pk=held.pk).update(is_vouched=True)

    domains.note_control(held.pk, found=False)

    assert fresh(held).control_missing_since is None


def test_nobody_knowing_changes_nothing(people):
    held = Domain.objects.get(name="acme.example")

    domains.note_control(held.pk, found=None)

    assert fresh(held).control_missing_since is None
    assert events() == []


def test_loss_is_warned_of_at_once_before_it_bites_and_when_it_does(
    people, worker_in_line, django_capture_on_commit_callbacks
):
    held = Domain.objects.get(name="acme.example")

    with django_capture_on_commit_callbacks(execute=True):
        domains.note_control(held.pk, found=False)
        domains.note_control(held.pk, found=False)
    trusted_at_first = fresh(held).is_trusted
    lose(held, days=5.5)
    with django_capture_on_commit_callbacks(execute=True):
        domains.note_control(held.pk, found=False)
        domains.note_control(held.pk, found=False)
    lose(held, days=7.5)
    with django_capture_on_commit_callbacks(execute=True):
        domains.note_control(held.pk, found=False)
        domains.note_control(held.pk, found=False)

    assert events() == ["domain.missing", "domain.soon_lost", "domain.lost"]
    assert [sent.to for sent in mail.outbox] == [["alice@acme.example"]] * 3
    assert trusted_at_first
    assert not fresh(held).is_trusted
    assert fresh(held).is_verified  # intake goes on


def test_a_record_that_comes_back_mends_all(people):
    held = Domain.objects.get(name="acme.example")
    domains.note_control(held.pk, found=False)

    domains.note_control(held.pk, found=True)

    assert fresh(held).control_missing_since is None
    assert fresh(held).is_trusted
    assert events() == ["domain.missing", "domain.control_back"]


def test_next_hop_is_audited_with_before_and_after_and_told(
    people, settings, worker_in_line, django_capture_on_commit_callbacks
):
    settings.ALLOWED_NETWORKS = ["127.0.0.0/8"]

    with django_capture_on_commit_callbacks(execute=True):
        redirect(people.alice, people.acme_domain, "127.0.0.9")

    assert people.acme_domain.next_hop_host == "127.0.0.9"
    detail = AuditEvent.objects.get().detail
    assert detail["before"]["host"] == "127.0.0.1"
    assert detail["after"] == {"host": "127.0.0.9", "port": 25, "tls": "required"}
    assert "acme.example" in mail.outbox[0].subject


def test_the_same_next_hop_again_is_told_to_nobody(people, settings):
    settings.ALLOWED_NETWORKS = ["127.0.0.0/8"]
    redirect(people.alice, people.acme_domain, "127.0.0.9")

    redirect(people.alice, people.acme_domain, " [127.0.0.9] ")

    assert events() == ["domain.next_hop"]


@pytest.mark.parametrize("who", ["charlie", "bob"])
def test_nobody_else_sets_the_next_hop(people, settings, who):
    settings.ALLOWED_NETWORKS = ["127.0.0.0/8"]

    with pytest.raises((DomainGone, NotPermitted)):
        redirect(getattr(people, who), people.acme_domain, "127.0.0.9")

    assert people.acme_domain.next_hop_host == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("10.0.0.1", "network"), ("127.0.0.1", "network"), ("::1", "network"),
        ("[::1]", "network"), ("::ffff:127.0.0.1", "network"),
        ("::ffff:10.0.0.1", "network"), ("2002:7f00:1::", "network"),
        ("64:ff9b::7f00:1", "network"), ("64:ff9b::a00:1", "network"),
        ("169.254.169.254", "network"), ("fd00:ec2::254", "network"),
        ("fe80::1%eth0", "network"), ("100.64.0.1", "network"),
        ("224.0.0.1", "network"), ("0.0.0.0", "network"),  # noqa: S104 - refused
        ("0", "syntax"),
        ("::127.0.0.1", "network"), ("localhost", "network"),
        ("127.1", "syntax"), ("0x7f000001", "network"), ("2130706433", "syntax"),
        ("017700000001", "syntax"), ("\u2460\u2461\u2466.0.0.1", "network"),
        ("mx.acme.example:25", "syntax"), ("user@mx.acme.example", "syntax"),
        ("a b", "syntax"), ("mx_1.acme.example", "syntax"), ("", "syntax"),
        ("mx1.cleanmail.example", "loop"), ("MX1.Cleanmail.example.", "loop"),
    ],
)  # fmt: skip
def test_no_next_hop_leads_inside(people, settings, host, reason):
    settings.ALLOWED_NETWORKS = []
    settings.MAIL_EXCHANGERS = ["mx1.cleanmail.example"]

    with pytest.raises(NextHopRefused) as refused:
        redirect(people.alice, people.acme_domain, host)

    assert refused.value.reason == reason
    assert refused.value.user_message
    assert people.acme_domain.next_hop_host == "127.0.0.1"


@pytest.mark.parametrize("port", [22, 80, 6379, 11211, 0, 70000])
def test_no_next_hop_speaks_to_other_ports(people, port):
    with pytest.raises(NextHopRefused, match="port"):
        redirect(people.alice, people.acme_domain, "192.0.2.1", port=port)


@pytest.mark.parametrize(
    "inside", ["10.0.0.1", "127.0.0.1", "::1", "2002:7f00:1::", "169.254.169.254"]
)
def test_a_name_that_leads_inside_is_refused(people, settings, monkeypatch, inside):
    settings.ALLOWED_NETWORKS = []
    monkeypatch.setattr(dns, "resolve", lambda *_, **__: ("8.8.8.8", inside))

    with pytest.raises(NextHopRefused, match="network"):
        redirect(people.alice, people.acme_domain, "mx.acme.example")


def test_a_name_in_other_letters_is_kept_as_a_label(people, monkeypatch):
    monkeypatch.setattr(dns, "resolve", lambda *_, **__: ("8.8.8.8",))

    redirect(people.alice, people.acme_domain, "MX.Müster.example.")

    assert people.acme_domain.next_hop_host == "mx.xn--mster-kva.example"


def test_a_removed_domain_gets_no_mail_and_comes_back_unverified(people):
    held = Domain.objects.get(name="acme.example")
    token = held.control_token

    domains.remove_domain(actor_of(people.alice), held)
    assert not fresh(held).is_verified
    again = add(people.alice, "acme.example")

    assert again.pk == held.pk
    assert not again.is_verified
    assert again.control_token != token


def test_a_domain_is_removed_once(people):
    held = Domain.objects.get(name="acme.example")
    domains.remove_domain(actor_of(people.alice), held)

    with pytest.raises(DomainGone):
        domains.remove_domain(actor_of(people.alice), held)


@pytest.mark.parametrize("notice", NOTICES)
def test_each_notice_names_the_domain_and_the_way_to_us(people, notice):
    held = Domain.objects.get(name="acme.example")

    row = outbox.put(
        people.alice,
        "domain_notice",
        notice=f"domain_{notice}",
        domain_id=str(held.pk),
    )
    outbox.deliver(row.pk)

    assert "acme.example" in mail.outbox[0].subject
    assert "http://127.0.0.1:8000" in mail.outbox[0].body
    assert "&" not in mail.outbox[0].body
