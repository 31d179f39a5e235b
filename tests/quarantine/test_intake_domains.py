"""Whose mail is held: of whoever has shown that the domain is theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import domains
from accounts.models import Domain
from quarantine.models import Hold
from tests.conftest import actor_of
from tests.factories import make_address, make_domain, make_hold
from tests.quarantine.test_intake_hold import codes, keep, transaction

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_claimed_domain_gets_no_mail(people):
    make_domain(people.acme, "neu.example", verified_at=None)

    kept = keep(transaction("bob@neu.example"))

    assert codes(kept) == [["451"]]
    assert not Hold.objects.exists()


def test_a_claim_of_a_stranger_takes_no_mail_away(people):
    claim = make_domain(people.other, "acme.example", verified_at=None)
    make_address(claim, "bob")

    kept = keep(transaction("bob@acme.example"))

    assert codes(kept) == [["250"]]
    assert Hold.objects.get().customer == people.acme


def test_an_alias_domain_must_be_shown_too(people):
    make_domain(
        people.acme, "alias.example", alias_of=people.acme_domain, verified_at=None
    )

    assert codes(keep(transaction("bob@alias.example"))) == [["451"]]


def test_a_domain_whose_control_is_lost_keeps_its_mail(people):
    Domain.objects.filter(pk=people.acme_domain.pk).update(
        control_missing_since=timezone.now() - timedelta(days=60)
    )
    domains.note_control(people.acme_domain.pk, found=False)

    assert codes(keep(transaction("bob@acme.example"))) == [["250"]]
    assert not people.acme_domain.is_trusted


def test_mail_goes_to_whoever_took_the_domain_over(people):
    old = make_hold(people.acme)
    Domain.objects.filter(pk=people.acme_domain.pk).update(
        control_missing_since=timezone.now() - timedelta(days=60)
    )
    claim = domains.add_domain(actor_of(people.charlie), "acme.example")
    domains.note_control(claim.pk, found=True)

    kept = keep(transaction("bob@acme.example"))

    assert codes(kept) == [["250"]]
    assert Hold.objects.exclude(pk=old.pk).get().customer == people.other
    assert Hold.objects.visible_to(actor_of(people.alice)).get() == old


def test_a_removed_domain_gets_no_mail(people):
    domains.remove_domain(actor_of(people.alice), people.acme_domain)

    assert codes(keep(transaction("bob@acme.example"))) == [["451"]]


def test_a_domain_in_other_letters_is_found_by_idna_2008(people):
    make_domain(people.acme, "xn--strae-oqa.example")

    assert codes(keep(transaction("bob@straße.example"))) == [["250"]]
