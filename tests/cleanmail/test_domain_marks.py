"""How each station of a domain stands, and what is said of the whole."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from accounts.models import Domain, Policy
from cleanmail.domains.marks import make_marks
from cleanmail.domains.presentation import make_page, make_rows
from cleanmail.domains.rules import list_rules
from diagnostics.domain_verdict import Level, Station
from diagnostics.models import Probe
from tests.factories import make_check

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def stand(domain: Domain, station: Station, **latest):
    """Return the mark of one station."""
    probes = {"records": None, "next_hop": None} | latest
    marks = make_marks(domain, probes["records"], probes["next_hop"])
    return next(mark for mark in marks if mark.station == station)


def changed(domain: Domain, **fields) -> Domain:
    Domain.objects.filter(pk=domain.pk).update(**fields)
    return Domain.objects.get(pk=domain.pk)


def page_of(domain: Domain, *, station: str = "", **latest):
    probes = {"records": None, "next_hop": None, "history": []} | latest
    return make_page(domain, station=station, **probes)


@pytest.mark.parametrize(
    ("days", "level", "said"),
    [(1, Level.WARN, "fehlt seit"), (8, Level.FAIL, "das ist zu lange")],
)
def test_missing_control_is_amber_then_red(people, days, level, said):
    since = timezone.now() - timedelta(days=days)
    domain = changed(people.acme_domain, control_missing_since=since)

    mark = stand(domain, Station.CONTROL)

    assert mark.level == level
    assert said in mark.sentence
    assert mark.records[0].value == domain.control_record_value
    assert page_of(domain).step == mark  # before anything else


def test_a_vouched_domain_shows_no_record(people):
    domain = changed(people.acme_domain, is_vouched=True)

    mark = stand(domain, Station.CONTROL)

    assert mark.level == Level.OK
    assert mark.records == ()


def test_a_claim_shows_its_record_before_any_check(people):
    domain = changed(people.acme_domain, verified_at=None)

    mark = stand(domain, Station.CONTROL)

    assert mark.level == Level.UNKNOWN
    assert mark.records[0].name == "_cleanmail.acme.example."


def test_the_operators_relay_needs_no_next_hop(people, settings):
    settings.REINJECT_VIA = "relay.example:25"

    assert stand(people.acme_domain, Station.NEXT_HOP).level == Level.OK


def test_what_the_next_hop_said_is_shown(people):
    domain = people.acme_domain
    probe = make_check(
        domain,
        kind=Probe.Kind.NEXT_HOP,
        configured_host=domain.next_hop_host,
        configured_port=domain.next_hop_port,
    )
    probe.evidence.create(
        customer=people.acme, ordinal=0, check_name="greeting", subject="x",
        status="ok", facts={"code": 220}, transcript=["< 220 mx.acme.example"],
    )  # fmt: skip

    mark = stand(domain, Station.NEXT_HOP, next_hop=probe)

    assert mark.dialogue == ("< 220 mx.acme.example",)


@pytest.mark.parametrize(
    ("is_verified", "level"), [(True, Level.FAIL), (False, Level.UNKNOWN)]
)
def test_no_next_hop_is_wrong_once_mail_comes(people, is_verified, level):
    verified_at = timezone.now() if is_verified else None
    domain = changed(people.acme_domain, next_hop_host="", verified_at=verified_at)

    assert stand(domain, Station.NEXT_HOP).level == level


def test_a_check_that_broke_says_why_in_the_history(people):
    probe = make_check(
        people.acme_domain, state=Probe.State.EXPIRED, note=Probe.Note.WORKER_LOST
    )

    past = page_of(people.acme_domain, history=[probe]).history[0]

    assert past.text == "der Prüfdienst wurde unterbrochen"
    assert past.tone == "is-off"


def test_the_wanted_station_is_shown_and_no_other_word(people):
    domain = people.acme_domain

    assert page_of(domain, station="spf").step.station == Station.SPF
    assert page_of(domain, station="policy").step is None
    assert page_of(domain, station="delegation").step_number == 0
    assert page_of(domain, station="../../x").step.station == Station.NEXT_HOP


def test_a_step_that_is_done_leads_on(people):
    domain = people.acme_domain

    assert page_of(domain, station="control").onward.key == "next_hop"
    assert page_of(domain, station="mx").onward is None
    assert page_of(domain, station="policy").onward is None


def test_the_list_says_the_worst_first(people):
    domain = people.acme_domain
    unchecked = make_rows([domain], {}, {})[0]
    checked = make_rows([domain], {domain.pk: make_check(domain)}, {})[0]

    assert (unchecked.tone, unchecked.next_at) == ("is-off", None)
    assert checked.text == "Nicht in Ordnung: Empfang (MX)."
    assert checked.next_at - checked.checked_at == timedelta(days=1)


def test_rules_at_a_glance():
    policy = Policy(
        held_categories=["spam", "virus"],
        member_categories=[],
        retention_days=1,
        category_days={"virus": 7},
        digest_rhythm="daily",
        digest_at=time(7, 30),
        second_factor="admins",
        second_factor_from=date(2026, 12, 24),
    )

    assert dict(list_rules(policy)) == {
        "Zurückhalten": "Spam, Virus",
        "Benutzer geben selbst frei": "nichts",
        "Aufbewahren": "1 Tag; Virus: 7 Tage",
        "Übersicht per E-Mail": "täglich um 07:30",
        "Zweiter Faktor": "verlangt von Administratoren ab 24.12.2026",
    }


@pytest.mark.parametrize(
    ("demand", "said"), [("nobody", "freiwillig"), ("everybody", "verlangt von allen")]
)
def test_the_factor_in_a_word(demand, said):
    rules = dict(list_rules(Policy(second_factor=demand, digest_rhythm="never")))

    assert rules["Zweiter Faktor"] == said
    assert rules["Übersicht per E-Mail"] == "nie"
