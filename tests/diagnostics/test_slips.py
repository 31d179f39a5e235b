"""Slips of a refused log-in: found by trying, told as a class and nothing more."""

from __future__ import annotations

import pytest

from diagnostics import slips
from diagnostics.checks.evidence import FAILED, OK, Evidence
from diagnostics.verdicts import judge
from tests import factories

pytestmark = [pytest.mark.db, pytest.mark.django_db]

# What is stored, what was typed, what is told.
SLIPS = [
    ("Drei-Tassen7", "Drei-Tassen7 ", "blank"),
    ("Drei-Tassen7", "\u00a0 Drei-Tassen7\ufeff", "blank"),
    ("Drei-Tassen7", "dREI-tASSEN7", "case"),
    ("drei-Tassen7", "Drei-Tassen7", "case"),
    ("Drei-Tassen7", '"Drei-Tassen7"', "quotes"),
    ("Drei-Tassen7", "„Drei-Tassen7“", "quotes"),
    ("Drei'Tassen7", "Drei’Tassen7", "quotes"),
    ("Drei&Tassen7", "Drei&amp;Tassen7", "html"),
    ("Drei&amp;Tassen7", "Drei&Tassen7", "html"),
    ("Grüsse-an-alle", "GrÃ¼sse-an-alle", "encoding"),
    ("Grüsse-an-alle", "Gru\u0308sse-an-alle", "encoding"),
    ("Gru\u0308sse-an-alle", "Grüsse-an-alle", "encoding"),
    ("Drei-Tassen7", "Drei-Tassen7 # Exchange", "cut"),
    ("Drei-Tassen7", "outabc:Drei-Tassen7", "cut"),
    ("Drei-Tassen7", "Vier-Tassen7", ""),
    ("Drei-Tassen7", "x" * 5000, ""),
]


def refused(**facts) -> Evidence:
    said = {"address": "192.0.2.1", "port": 587, "code": 535} | facts
    return Evidence("auth", "scanner:587/ipv4", FAILED, 0.1, said, [])


@pytest.mark.parametrize(("stored", "typed", "told"), SLIPS)
def test_names_the_class_of_the_slip(people, stored, typed, told):
    account = factories.make_outbound_account(people.acme, password=stored)

    assert slips.find_slip(account, typed) == told


@pytest.mark.parametrize("typed", [typed for _, typed, _ in SLIPS] + ['#:&"’ü' * 9])
def test_tries_a_few_times_only(typed):
    assert len(slips.list_candidates(typed)) <= slips.MAX_TRIES


@pytest.mark.parametrize(
    ("typed_name", "facts"),
    [
        ("OUTABC", {"slip": "blank"}),
        ("outabc@acme.example", {"slip": "domain-added"}),
        (" outabc", {"username_slip": "blank"}),
        ("out", {}),
    ],
)
def test_the_worker_explains_a_refused_log_in(people, typed_name, facts):
    factories.make_outbound_account(
        people.acme, username="outabc", password="Drei-Tassen7"
    )
    probe = factories.make_probe(people.acme, username=typed_name)
    seen = refused()

    slips.explain(probe, seen, "Drei-Tassen7 ")

    told = {name: seen.facts[name] for name in seen.facts if "slip" in name}
    assert told == facts
    assert "Tassen" not in str(seen)


def test_tries_nothing_on_another_customers_account(people):
    factories.make_outbound_account(people.other, username="outabc", password="geheim")
    probe = factories.make_probe(people.acme, username="outabc")
    seen = refused()

    slips.explain(probe, seen, "geheim ")

    assert "slip" not in seen.facts


def test_tries_nothing_where_nothing_was_refused(people, monkeypatch):
    monkeypatch.setattr(slips, "_find_account", lambda _probe: 1 / 0)
    probe = factories.make_probe(people.acme)

    slips.explain(probe, refused(code=454), "x")
    slips.explain(probe, refused()._replace(status=OK), "x")
    slips.explain(probe, refused(), None)


@pytest.mark.parametrize(
    ("facts", "slug"),
    [
        ({"slip": "blank"}, "auth-password-space"),
        ({"slip": "cut"}, "auth-password-special"),
        ({"slip": "domain-added"}, "auth-user-domain"),
        ({"username_slip": "blank"}, "auth-user-wrong"),
    ],
)
def test_the_class_decides_between_neighbours(facts, slug):
    place = {"address": "192.0.2.1", "port": 587}
    stages = ("tcp", "greeting", "ehlo", "starttls", "certificate", "ehlo_tls")
    way = [Evidence(one, "s", OK, 0.1, dict(place), []) for one in stages]

    first = judge([*way, refused(**facts)])[0]

    assert (first.slug, first.confidence > 0.8) == (slug, True)
