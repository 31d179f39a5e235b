"""Sender rules at intake: for each recipient by itself, and what no rule overrides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Policy
from quarantine.intake.envelope import Client, Recipient, Sender, Transaction
from quarantine.intake.hits import Hits
from quarantine.intake.hold import Kept, keep_transactions
from quarantine.intake.recipients import Directory
from quarantine.intake.spool import Spool
from quarantine.models import Hold, SenderRule
from quarantine.states import State
from quarantine.store import Writer
from tests.conftest import People
from tests.factories import (
    grant,
    make_address,
    make_domain,
    make_person,
    make_rule,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SPAM = "BAYES_SPAM(5.0)[]"
AUTHSERV = "mx.test.example"
FROM = "From: News <news@shop.example>\r\n"


@pytest.fixture(autouse=True)
def own_authserv_id(settings) -> None:
    settings.INTAKE_AUTHSERV_ID = AUTHSERV


def arrive(
    *recipients: str,
    sender: str = "bounce-1=x@mail.shop.example",
    header: str = FROM,
    symbols: str = SPAM,
    score: float = 9.1,
    checks: str = "spf=none; dmarc=none",
) -> Kept:
    """Bring one message to these recipients."""
    results = f"Authentication-Results: {AUTHSERV}; {checks}\r\n" if checks else ""
    spool = Spool()
    spool.write(
        f"X-Spamd-Result: default: False [{score} / 6.0]; {symbols}\r\n"
        f"X-Rspamd-Queue-Id: Q1\r\n{results}{header}Subject: x\r\n\r\nText\r\n".encode()
    )
    spool.finish()
    named = tuple(Recipient(each) for each in recipients or ("bob@acme.example",))
    each = Transaction(Sender(sender), named, Client(queue_id="Q1"), spool)
    writer = Writer()
    try:
        return keep_transactions(writer, Directory(), [each])
    finally:
        writer.close()
        spool.close()


def states() -> dict[str, str]:
    return dict(Hold.objects.values_list("envelope_recipient", "state"))


def test_an_allowed_sender_goes_on_at_once_and_the_hold_says_why(people: People):
    rule = make_rule(people.acme, "news@shop.example")

    kept = arrive()

    hold = Hold.objects.get()
    assert hold.state == State.RELEASING
    assert hold.reason == {
        "filter": "rule",
        "rule": {
            "id": str(rule.pk),
            "verb": "allow",
            "pattern": "news@shop.example",
            "scope": "all",
        },
    }
    assert [due.pk for due in kept.due] == [hold.pk]
    assert kept.hits == [rule.pk]


def test_phishing_goes_on_only_if_dmarc_speaks_of_the_very_author(people: People):
    make_rule(people.acme, "shop.example")

    for number, author in enumerate(("evil.example", "shop.example")):
        arrive(
            header=FROM.replace("<news@", f'"x{number}@evil.example" <news@'),
            symbols="PHISHING(9.0)[]",
            checks=f"dmarc=pass header.from={author}",
        )

    found = dict(Hold.objects.values_list("header_from_name", "state"))
    assert set(found.values()) == {"held", "releasing"}


def test_a_blocked_sender_is_held_though_policy_delivers(people: People):
    Policy.objects.filter(customer=people.acme).update(held_categories=["virus"])
    make_rule(people.acme, "*.shop.example", "block")

    arrive()

    hold = Hold.objects.get()
    assert hold.state == State.HELD
    assert hold.reason["filter"] == "rspamd"
    assert hold.reason["rule"]["pattern"] == "*.shop.example"


def test_s17_each_of_many_recipients_is_looked_up_by_itself(people: People):
    domain = people.acme_domain
    eva, ida = (somebody(people, domain, name) for name in ("eva", "ida"))
    open_domain = make_domain(people.acme, "open.example")
    Policy.objects.create(
        customer=people.acme, domain=open_domain, held_categories=["virus"]
    )
    make_rule(people.acme, "shop.example", owner=people.bob)
    make_rule(people.acme, "shop.example", "block", owner=eva)
    make_rule(people.acme, "shop.example", domain=open_domain, verb="block")
    make_rule(people.other, "shop.example")
    assert ida

    arrive(
        "bob@acme.example",
        "eva@acme.example",
        "ida@acme.example",
        "bob+x@acme.example",
        "x@open.example",
        "x@other.example",
    )

    assert states() == {
        "bob@acme.example": State.RELEASING,
        "eva@acme.example": State.HELD,
        "ida@acme.example": State.HELD,
        "bob+x@acme.example": State.RELEASING,
        "x@open.example": State.HELD,
        "x@other.example": State.RELEASING,
    }
    reasons = dict(Hold.objects.values_list("envelope_recipient", "reason"))
    assert reasons["eva@acme.example"]["rule"]["scope"] == "person"
    assert "rule" not in reasons["ida@acme.example"]
    assert reasons["x@open.example"]["rule"]["scope"] == "domain"


def somebody(people: People, domain, name: str):
    person = make_person(f"{name}@acme.example", people.acme)
    grant(person, make_address(domain, name))
    return person


def test_a_personal_rule_leaves_a_shared_mailbox_alone(people: People):
    shared = make_address(people.acme_domain, "team")
    grant(people.bob, shared)
    grant(people.rita, shared)
    make_rule(people.acme, "shop.example", owner=people.bob)
    make_rule(people.acme, "shop.example", owner=people.rita)

    arrive("team@acme.example", "bob@acme.example")

    assert states() == {
        "team@acme.example": State.HELD,
        # Rita may look at it, and is not asked.
        "bob@acme.example": State.RELEASING,
    }


def test_who_may_only_look_decides_nothing_by_a_list(people: People):
    make_rule(people.acme, "shop.example", owner=people.rita)

    arrive()

    assert states() == {"bob@acme.example": State.HELD}


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        (
            [("shop.example", "block", ""), ("news@shop.example", "allow", "")],
            "releasing",
        ),
        ([("shop.example", "allow", ""), ("news@shop.example", "block", "")], "held"),
        ([("shop.example", "allow", "bob"), ("*.shop.example", "block", "")], "held"),
        (
            [("shop.example", "block", "bob"), ("news@shop.example", "allow", "")],
            "held",
        ),
        (
            [("shop.example", "block", ""), ("shop.example", "allow", "domain")],
            "releasing",
        ),
    ],
)
def test_the_narrowest_counts_and_a_no_of_either_voice_holds(people, rules, state):
    for pattern, verb, scope in rules:
        told = {"bob": {"owner": people.bob}, "domain": {"domain": people.acme_domain}}
        make_rule(people.acme, pattern, verb, **told.get(scope, {}))

    arrive()

    assert states() == {"bob@acme.example": state}


@pytest.mark.parametrize(
    "symbols",
    [
        "CLAM_VIRUS(50.0)[]",
        "MIME_BAD_EXTENSION(9.0)[]",
        "PHISHING(9.0)[]",
    ],
)
def test_no_rule_lets_harm_pass(people: People, symbols: str):
    make_rule(people.acme, "news@shop.example")
    make_rule(people.acme, "news@shop.example", owner=people.bob)

    arrive(symbols=symbols, checks="spf=pass smtp.mailfrom=x@mail.shop.example")

    assert states() == {"bob@acme.example": State.HELD}


def test_no_rule_lets_pass_what_no_filter_has_judged(people: People):
    make_rule(people.acme, "news@shop.example")

    arrive(symbols="", header="X-Spamd-Result: forged\r\n" + FROM, score=float("nan"))

    assert states() == {"bob@acme.example": State.HELD}


def test_the_customer_may_allow_phishing_of_a_proved_sender_only(people: People):
    make_rule(people.acme, "news@shop.example")
    make_rule(people.acme, "news@shop.example", owner=people.bob)

    arrive(symbols="PHISHING(9.0)[]", checks="dmarc=pass header.from=shop.example")

    hold = Hold.objects.get()
    assert hold.state == State.RELEASING
    assert hold.reason["rule"]["scope"] == "all"


def test_a_person_allows_no_more_than_policy_lets_them_release(people: People):
    Policy.objects.filter(customer=people.acme).update(member_categories=["bulk"])
    make_rule(people.acme, "news@shop.example", owner=people.bob)

    arrive()

    assert states() == {"bob@acme.example": State.HELD}


FAILED = "spf=fail smtp.mailfrom=x@shop.example"


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"checks": "dmarc=fail header.from=shop.example"}, "held"),
        ({"checks": "dmarc=pass header.from=shop.example"}, "releasing"),
        ({"checks": "dmarc=none; spf=none"}, "releasing"),
        # The filter has read another author than we have.
        ({"checks": "dmarc=pass header.from=evil.example"}, "held"),
        ({"checks": "dmarc=none header.from=evil.example"}, "held"),
        # What the filter found may be hidden by a sender.
        ({"checks": ""}, "held"),
        ({"sender": '"a;b"@shop.example'}, "held"),
        # SPF speaks of the very domain that From shows.
        ({"sender": "a@shop.example", "checks": FAILED}, "held"),
        (
            {"sender": "a@shop.example", "checks": FAILED.replace("fail", "softfail")},
            "held",
        ),
        (
            {
                "sender": "a@shop.example",
                "checks": FAILED + "; dkim=pass header.d=mail.shop.example",
            },
            "releasing",
        ),
        (
            {
                "sender": "a@shop.example",
                "checks": FAILED + "; dkim=pass header.d=evil.example",
            },
            "held",
        ),
        # Somebody who forwards: SPF speaks of another domain.
        ({"sender": "a@forward.example", "checks": FAILED}, "releasing"),
        # Who is shown is anybody's guess.
        ({"header": FROM + "From: evil@x.example\r\n"}, "held"),
        ({"header": "From: news@shop.example, evil@x.example\r\n"}, "held"),
        # The envelope alone: nobody reads it, so SPF must confirm it.
        (
            {
                "sender": "news@shop.example",
                "header": "From: evil@x.example\r\n",
                "checks": "spf=none",
            },
            "held",
        ),
        (
            {
                "sender": "news@shop.example",
                "header": "From: list@x.example\r\n",
                "checks": "spf=pass smtp.mailfrom=news@shop.example",
            },
            "releasing",
        ),
    ],
)
def test_an_allowed_sender_does_not_count_where_it_is_forged(people, told, state):
    make_rule(people.acme, "shop.example")

    arrive(**told)

    assert states() == {"bob@acme.example": state}


def test_where_nobody_authenticates_an_allowed_sender_counts(people, settings):
    settings.INTAKE_AUTHSERV_ID = ""
    make_rule(people.acme, "shop.example")

    arrive(checks="")

    assert states() == {"bob@acme.example": State.RELEASING}


@pytest.mark.parametrize(
    "told",
    [
        {"sender": "x@shop.example", "header": "From: other@y.example\r\n"},
        {"sender": "", "header": FROM},
        {"sender": "x@y.example", "header": FROM + "From: second@x.example\r\n"},
        {"checks": "dmarc=fail header.from=shop.example"},
    ],
)
def test_a_blocked_sender_is_met_by_envelope_or_from(people: People, told: dict):
    Policy.objects.filter(customer=people.acme).update(held_categories=["virus"])
    make_rule(people.acme, "shop.example", "block")

    arrive(**told)

    assert states() == {"bob@acme.example": State.HELD}


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"removed_at": timezone.now()},
    ],
)
def test_what_is_over_or_removed_decides_nothing(people: People, fields: dict):
    make_rule(people.acme, "shop.example", **fields)

    arrive()

    assert states() == {"bob@acme.example": State.HELD}


def test_rules_of_an_alias_domain_are_those_of_its_domain(people: People):
    make_domain(people.acme, "alias.example", alias_of=people.acme_domain)
    make_rule(people.acme, "shop.example", domain=people.acme_domain)
    make_rule(people.acme, "mail.shop.example", "block", owner=people.bob)

    arrive("info@alias.example", "bob@alias.example")

    assert states() == {
        "info@alias.example": State.RELEASING,
        "bob@alias.example": State.HELD,
    }


BLOCKED = "BAYES_SPAM(2.0)[]; CLEANMAIL_BLOCKED(30.0)[]"


def test_what_another_customer_has_blocked_goes_on(people: People):
    make_rule(people.acme, "shop.example", "block")

    arrive("bob@acme.example", "x@other.example", symbols=BLOCKED, score=32.0)

    assert states() == {
        "bob@acme.example": State.HELD,
        "x@other.example": State.RELEASING,
    }
    foreign = Hold.objects.get(envelope_recipient="x@other.example")
    assert foreign.reason == {"filter": "clean"}
    assert foreign.score == 2.0
    assert Hold.objects.get(envelope_recipient="bob@acme.example").category == "policy"


def test_what_another_has_blocked_stays_spam_if_it_is(people: People):
    arrive(symbols=BLOCKED.replace("2.0", "9.0"), score=39.0)

    hold = Hold.objects.get()
    assert (hold.state, hold.category, hold.score) == (State.HELD, "spam", 9.0)
    assert "CLEANMAIL_BLOCKED" not in str(hold.reason)


def test_a_virus_stays_held_whoever_has_blocked_it(people: People):
    arrive(symbols="CLAM_VIRUS(3.0)[]; CLEANMAIL_BLOCKED(30.0)[]", score=33.0)

    assert states() == {"bob@acme.example": State.HELD}


def test_a_batch_reads_the_rules_once(
    people: People, django_assert_max_num_queries: Callable
):
    make_rule(people.acme, "shop.example")
    arrive()

    # Five for the directory, one for the rules, known keys, two rows' inserts, two
    # for the transaction.
    with django_assert_max_num_queries(12):
        arrive("bob@acme.example", "info@acme.example", "x@other.example")


def test_hits_are_counted_together_and_seldom(
    people: People, django_assert_num_queries: Callable
):
    rule = make_rule(people.acme, "shop.example")
    hits = Hits()

    hits.add([rule.pk] * 3)
    with django_assert_num_queries(1):
        hits.note()
    hits.add([rule.pk])
    with django_assert_num_queries(0):
        hits.note()

    kept = SenderRule.objects.get()
    assert kept.hit_count == 3
    assert kept.last_hit_at is not None
    assert hits.wait_seconds is not None
