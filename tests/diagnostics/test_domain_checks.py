"""A domain's records at real name servers, right and wrong in every way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from dns.message import Message

from diagnostics.checks.evidence import Evidence
from diagnostics.domain_checks.asking import Asker
from diagnostics.domain_checks.run import run_domain_checks
from diagnostics.domain_checks.subject import Subject
from diagnostics.domain_checks.zones import find_zone
from diagnostics.domain_rules import is_controlled
from diagnostics.domain_verdict import Finding, judge_records
from tests.diagnostics.zones import EXCHANGERS, TOKEN, about
from tests.services.dns import SCRIPTED
from tests.services.dns_scripted import answer, scripted_server

pytestmark = pytest.mark.system

STATIONS = ("control", "delegation", "mx", "spf", "dkim", "dmarc")


def check(zones: Subject, domain: str, **changes: object) -> list[Evidence]:
    return run_domain_checks(about(zones, domain, **changes), lambda _item: None)


@pytest.fixture(scope="module")
def checked(zones: Subject) -> Callable[[str], list[Evidence]]:
    """Return a function that checks a domain once, however often it is asked."""
    return cache(lambda domain: check(zones, domain))


def judge(zones: Subject, domain: str, **changes: object) -> dict[str, Finding]:
    findings = judge_records(check(zones, domain, **changes))
    return {finding.station.value: finding for finding in findings}


def controlled(evidence: list[Evidence]) -> bool | None:
    (control,) = [item for item in evidence if item.check == "dns-control"]
    return is_controlled(control.facts)


def test_all_is_right(zones: Subject):
    found = judge(zones, "right.example")

    assert {name: f.code for name, f in found.items()} == {
        "control": "control-found",
        "delegation": "delegation-good",
        "mx": "mx-good",
        "spf": "spf-good",
        "dkim": "dkim-good",
        "dmarc": "dmarc-good",
    }
    assert {f.level.value for f in found.values()} == {"ok"}
    assert not any(f.records for f in found.values())


def test_evidence_has_what_the_page_needs(zones: Subject):
    evidence = check(zones, "missing.example")

    assert {item.check for item in evidence} == {f"dns-{name}" for name in STATIONS}
    assert all({"found", "expected", "record"} <= set(item.facts) for item in evidence)
    (control,) = [item for item in evidence if item.check == "dns-control"]
    assert control.facts["record"] == {
        "name": "_cleanmail.missing.example.",
        "type": "TXT",
        "value": TOKEN,
    }


@pytest.mark.parametrize(
    ("domain", "station", "level", "code"),
    [
        ("missing.example", "control", "fail", "control-missing"),
        ("wrong.example", "control", "fail", "control-other"),
        ("alias.example", "control", "fail", "control-alias"),
        ("half.example", "control", "warn", "control-partly"),
        ("broken.example", "control", "warn", "control-bogus"),
        ("none.example", "control", "fail", "control-no-domain"),
        ("dead.example", "control", "unknown", "control-unanswered"),
        ("signed.example", "control", "ok", "control-found"),
        ("huge.example", "control", "ok", "control-found"),
        ("none.example", "delegation", "fail", "delegation-missing"),
        ("dead.example", "delegation", "fail", "delegation-dead"),
        ("broken.example", "delegation", "fail", "delegation-dnssec"),
        ("lame.example", "delegation", "warn", "delegation-lame"),
        ("half.example", "delegation", "warn", "delegation-disagree"),
        ("inner.example", "delegation", "warn", "delegation-forbidden"),
        ("parts.example", "delegation", "warn", "delegation-no-address"),
        ("signed.example", "delegation", "ok", "delegation-good"),
        ("crowd.example", "delegation", "ok", "delegation-good"),
        ("missing.example", "mx", "fail", "mx-missing"),
        ("wrong.example", "mx", "fail", "mx-foreign"),
        ("mx-null.example", "mx", "fail", "mx-null"),
        ("mx-first.example", "mx", "fail", "mx-foreign-first"),
        ("mx-extra.example", "mx", "warn", "mx-foreign-extra"),
        ("mx-alias.example", "mx", "warn", "mx-target-alias"),
        ("mx-own.example", "mx", "warn", "mx-own-name"),
        ("spf-lacks.example", "mx", "warn", "mx-incomplete"),
        ("dead.example", "mx", "unknown", "mx-unanswered"),
        ("missing.example", "spf", "fail", "spf-missing"),
        ("wrong.example", "spf", "fail", "spf-pass-all"),
        ("spf-two.example", "spf", "fail", "spf-multiple"),
        ("spf-lacks.example", "spf", "fail", "spf-not-included"),
        ("spf-nested.example", "spf", "ok", "spf-good"),
        ("spf-ring.example", "spf", "fail", "spf-broken"),
        ("spf-many.example", "spf", "fail", "spf-too-many"),
        ("spf-syntax.example", "spf", "fail", "spf-syntax"),
        ("dead.example", "spf", "unknown", "spf-unanswered"),
        ("missing.example", "dkim", "warn", "dkim-none"),
        ("wrong.example", "dkim", "warn", "dkim-weak"),
        ("alias.example", "dkim", "warn", "dkim-unknown"),
        ("revoked.example", "dkim", "warn", "dkim-revoked"),
        ("missing.example", "dmarc", "warn", "dmarc-missing"),
        ("wrong.example", "dmarc", "fail", "dmarc-syntax"),
        ("spf-lacks.example", "dmarc", "warn", "dmarc-watching"),
        ("alias.example", "dmarc", "unknown", "dmarc-unanswered"),
    ],
)
def test_names_what_is_wrong(checked, domain, station, level, code):
    findings = judge_records(checked(domain))

    (found,) = [one for one in findings if one.station.value == station]

    assert (found.level.value, found.code) == (level, code)
    assert "%(" not in found.sentence + found.remedy


@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ("right.example", True),
        ("huge.example", True),
        ("signed.example", True),
        # One of two servers is lame: it does not speak for the zone.
        ("lame.example", True),
        ("missing.example", False),
        ("wrong.example", False),
        ("alias.example", False),
        ("none.example", False),
        # Silence and contradiction change nothing.
        ("dead.example", None),
        ("half.example", None),
        ("broken.example", None),
    ],
)
def test_control_is_shown_denied_or_left_open(checked, domain, shown):
    assert controlled(checked(domain)) is shown


def test_name_servers_on_inner_addresses_are_told(checked):
    evidence = checked("inner.example")

    (delegation,) = [item for item in evidence if item.check == "dns-delegation"]
    states = {one["address"]: one["state"] for one in delegation.facts["servers"]}
    assert states["10.0.0.1"] == states["127.0.0.1"] == "forbidden"


def test_a_rule_that_only_watches_is_made_stricter_from_what_is_there(zones: Subject):
    found = judge(zones, "spf-lacks.example")["dmarc"]

    assert found.record.value == "v=DMARC1; p=quarantine"


def test_suggests_the_present_spf_record_with_our_include(zones: Subject):
    found = judge(zones, "spf-lacks.example")["spf"]

    assert found.record is not None
    assert found.record.value == (
        "v=spf1 ip4:192.0.2.7 include:_spf.cleanmail.example ~all"
    )
    assert found.found == ("v=spf1 ip4:192.0.2.7 ~all",)


def test_lists_all_mx_records_to_publish(zones: Subject):
    found = judge(zones, "missing.example")["mx"]

    assert [record.value for record in found.records] == [
        f"10 {EXCHANGERS[0]}.",
        f"20 {EXCHANGERS[1]}.",
    ]


def test_what_the_operator_has_not_set_is_not_judged(zones: Subject):
    found = judge(zones, "wrong.example", mail_exchangers=(), spf_include="")

    assert (found["mx"].level.value, found["mx"].code) == ("unknown", "mx-unjudged")
    assert found["spf"].code == "spf-pass-all"


def test_the_word_of_the_operator_stands_for_a_record(zones: Subject):
    evidence = check(zones, "missing.example", is_vouched=True)

    assert judge_records(evidence)[0].code == "control-vouched"
    assert controlled(evidence) is False


def test_a_name_below_a_zone_is_asked_at_that_zone(zones: Subject):
    zone = find_zone(Asker(about(zones, "x")), "_dmarc.right.example")

    assert zone.name == "right.example"
    assert [server.name for server in zone.servers] == [
        "ns1.dns.example",
        "ns2.dns.example",
    ]


def test_without_an_answering_resolver_nothing_is_known(zones: Subject):
    found = judge(zones, "right.example", resolvers=("127.0.1.7",), query_seconds=0.2)

    assert {finding.level.value for finding in found.values()} == {"unknown"}


# Name servers of the attacker's own.


def silent(_question: Message, _by_tcp: bool) -> list[bytes]:
    return []


def cut(question: Message, by_tcp: bool) -> list[bytes]:
    reply = answer(question, f'TXT "{TOKEN}"')
    if not by_tcp:
        reply.answer.clear()
        reply.flags |= dns.flags.TC
    return [reply.to_wire()]  # by TCP with a length that never comes


def forged(question: Message, _by_tcp: bool) -> list[bytes]:
    """Other people's datagrams arrive before the true answer."""
    if question.question[0].rdtype.name != "TXT":
        return [answer(question, "SOA a. b. 1 1 1 1 1").to_wire()]
    other_id = answer(question, f'TXT "{TOKEN}"')
    other_id.id ^= 1
    other_name = dns.message.make_query("_cleanmail.else.example", "TXT")
    other_name.id = question.id
    return [
        other_id.to_wire(),
        answer(other_name, f'TXT "{TOKEN}"').to_wire(),
        answer(question).to_wire(),
    ]


def garbage(question: Message, _by_tcp: bool) -> list[bytes]:
    return [b"\xff" * 40, question.to_wire()[:2] + b"\x84\x00" + b"\xc0" * 60]


def sideways(question: Message, _by_tcp: bool) -> list[bytes]:
    reply = answer(question, authoritative=False)
    names = dns.rrset.from_text("right.example.", 60, "IN", "NS", "ns1.dns.example.")
    reply.authority.append(names)
    return [reply.to_wire()]


def upward(question: Message, _by_tcp: bool) -> list[bytes]:
    reply = answer(question, authoritative=False)
    names = dns.rrset.from_text(".", 60, "IN", "NS", "ns1.dns.example.")
    reply.authority.append(names)
    return [reply.to_wire()]


def recursive(question: Message, _by_tcp: bool) -> list[bytes]:
    """Repeat what was heard somewhere, as a resolver open to all does."""
    kind = question.question[0].rdtype.name
    value = {"TXT": f'"{TOKEN}"', "SOA": "a. b. 1 1 1 1 1"}.get(kind)
    records = [f"{kind} {value}"] if value else []
    return [answer(question, *records, authoritative=False).to_wire()]


def denying(question: Message, _by_tcp: bool) -> list[bytes]:
    """Have the zone, and deny the record on somebody else's word."""
    if question.question[0].rdtype.name == "SOA":
        return [answer(question, "SOA a. b. 1 1 1 1 1").to_wire()]
    reply = answer(question, authoritative=False)
    reply.set_rcode(dns.rcode.NXDOMAIN)
    return [reply.to_wire()]


@pytest.fixture
def hostile(zones: Subject) -> Iterator[list[str]]:
    scripts = {
        "slow.example": silent,
        "cut.example": cut,
        "forged.example": forged,
        "garbage.example": garbage,
        "sideways.example": sideways,
        "upward.example": upward,
        "recursive.example": recursive,
        "denying.example": denying,
    }
    with scripted_server(SCRIPTED, zones.port, scripts) as asked:
        yield asked


@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ("slow.example", None),
        ("cut.example", None),
        ("forged.example", False),
        ("garbage.example", None),
        ("sideways.example", None),
        ("x.sideways.example", None),
        ("upward.example", None),
        ("recursive.example", None),
        ("denying.example", None),
    ],
)
def test_hostile_servers_prove_nothing(zones: Subject, hostile, domain, shown):
    evidence = check(zones, domain, query_seconds=0.5)

    assert controlled(evidence) is shown
    assert len(evidence) == len(STATIONS)
    assert hostile


def test_a_referral_that_leads_up_is_not_followed(zones: Subject, hostile):
    asker = Asker(about(zones, "x", query_seconds=0.5))

    assert find_zone(asker, "x.upward.example").name == "upward.example"


def test_a_forbidden_name_server_is_never_asked(zones: Subject, hostile):
    def allows(address: str) -> bool:
        return address.startswith("127.0.1.") and address != SCRIPTED

    found = judge(zones, "forged.example", allows=allows)

    assert found["delegation"].code == "delegation-dead"
    assert hostile == []


def test_ends_when_its_time_is_up(zones: Subject, hostile):
    # Without the clock of the whole it would wait for hours.
    found = judge(zones, "slow.example", query_seconds=9999.0, total_seconds=1.0)

    assert found["spf"].level.value == "unknown"
