"""Whom a rule means: what people type, what an address meets, what is suggested."""

from __future__ import annotations

import pytest

from quarantine.errors import PatternRefused
from quarantine.sender_patterns import list_patterns, parse_pattern, suggest_patterns

pytestmark = pytest.mark.db


@pytest.mark.parametrize(
    ("typed", "kind", "kept"),
    [
        ("Anna@Partner.Example", "address", "anna@partner.example"),
        (
            '"Anna, Buchhaltung" <anna@partner.example>',
            "address",
            "anna@partner.example",
        ),
        ("mailto:anna@partner.example", "address", "anna@partner.example"),
        ("  anna+x@partner.example. ", "address", "anna+x@partner.example"),
        ("grüezi@zürich.example", "address", "grüezi@xn--zrich-kva.example"),
        ("Partner.Example", "domain", "partner.example"),
        ("@partner.example", "domain", "partner.example"),
        ("*@partner.example", "domain", "partner.example"),
        ("straße.example", "domain", "xn--strae-oqa.example"),
        ("*.partner.example", "subdomains", "*.partner.example"),
        (".partner.example", "subdomains", "*.partner.example"),
        ("*.ZÜRICH.example", "subdomains", "*.xn--zrich-kva.example"),
    ],
)
def test_reads_what_people_type(typed: str, kind: str, kept: str):
    pattern = parse_pattern(typed)

    assert (pattern.kind, pattern.text) == (kind, kept)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("<>", "empty"),
        ("*", "wildcard"),
        ("*@*", "wildcard"),
        ("*.*.example", "wildcard"),
        ("a*b.example", "wildcard"),
        ("news*@shop.example", "local_part"),
        ("a@*.shop.example", "wildcard"),
        ("a@b.example, c@d.example", "several"),
        ("a@b.example c@d.example", "several"),
        ("*.com", "domain"),
        ("com", "domain"),
        ("*.co.uk", "suffix"),
        ("co.uk", "suffix"),
        ("a@[192.0.2.1]", "domain"),
        ("a@192.0.2.1", "domain"),
        ("a@-x.example", "domain"),
        ("a@b@c.example", "local_part"),
        ("bo\u3164ss@shop.example", "local_part"),
        ("bo\ufe0fss@shop.example", "local_part"),
        ("bo\u200bss@shop.example", "domain"),
        ("a\u202eb@c.example", "domain"),
        ("a\x00@c.example", "domain"),
        ("a\r\nb.example", "domain"),
        ("x" * 65 + "@c.example", "local_part"),
        ("x" * 400, "domain"),
        ("a@" + "y" * 64 + ".example", "domain"),
        (".*+@c.example", "local_part"),
        ("(?:a+)+$", "domain"),
    ],
)
def test_refuses_what_means_nobody_or_everybody(typed: str, reason: str):
    with pytest.raises(PatternRefused) as refused:
        parse_pattern(typed)

    assert refused.value.reason == reason
    assert refused.value.user_message


@pytest.mark.parametrize(
    ("address", "met"),
    [
        (
            "Anna@Mail.Shop.Example",
            ("anna@mail.shop.example", "mail.shop.example", "*.shop.example"),
        ),
        ('"anna"@shop.example', ("anna@shop.example", "shop.example")),
        ("a@zürich.example", ("a@xn--zrich-kva.example", "xn--zrich-kva.example")),
        ("", ()),
        ("nobody", ()),
        ("@shop.example", ()),
        ("a@\udcff.example", ()),
    ],
)
def test_an_address_meets_itself_its_domain_and_those_above(address: str, met: tuple):
    assert list_patterns(address) == met


def test_a_thousand_labels_are_not_a_thousand_patterns():
    assert len(list_patterns("a@" + "x." * 1000 + "example")) < 12


@pytest.mark.parametrize(
    ("envelope_sender", "header_from", "suggested"),
    [
        # What people read comes first, then its domain.
        ("a@shop.example", "a@shop.example", ["a@shop.example", "shop.example"]),
        # VERP: the address is new each time, so the domain or all below it.
        (
            "bounce-123-user=example.org@mail.shop.example",
            "bounce-123-user=example.org@mail.shop.example",
            ["*.shop.example"],
        ),
        ("x", "msprvs1=19_0@bounces.shop.example", ["*.shop.example"]),
        ("SRS0=a=b=c=d@shop.example", "", ["shop.example"]),
        # The author is lasting although the envelope is not.
        (
            "b-1=x@bounces.sender.example",
            "news@shop.example",
            ["news@shop.example", "shop.example"],
        ),
        (
            "x@mail.shop.example",
            "news@mail.shop.example",
            ["news@mail.shop.example", "mail.shop.example", "*.shop.example"],
        ),
        # Everybody may have an address there: never the domain.
        ("eva@gmx.ch", "eva@gmx.ch", ["eva@gmx.ch"]),
        ("", "", []),
        ("", "a@com", []),
    ],
)
def test_suggests_what_will_match_again(envelope_sender, header_from, suggested):
    patterns = suggest_patterns(envelope_sender, header_from)

    assert [pattern.text for pattern in patterns] == suggested


def test_no_part_of_a_provider_for_all_is_offered():
    offered = suggest_patterns("anna@pop.bluewin.ch", "anna@pop.bluewin.ch")

    assert [pattern.kind for pattern in offered] == ["address"]
