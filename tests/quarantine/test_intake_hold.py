"""From a transaction to rows: whose it is, what policy says, and never twice."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.models import Address, Domain, Policy
from quarantine.errors import StoreUnavailable
from quarantine.intake.envelope import Client, Recipient, Sender, Transaction
from quarantine.intake.filters import Filter
from quarantine.intake.hold import Kept, keep_transactions
from quarantine.intake.recipients import Directory, split_address
from quarantine.intake.spool import Spool
from quarantine.models import Hold, Message
from quarantine.states import State
from quarantine.store import Writer, open_content
from tests.conftest import People
from tests.factories import make_address, make_domain

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SPAM = (
    b"X-Spamd-Result: default: False [9.1 / 15.0]; BAYES_SPAM(5.0)[]\r\n"
    b"X-Rspamd-Queue-Id: Q1\r\nSubject: Gewinn\r\n\r\nText\r\n"
)


def transaction(
    *recipients: str, content: bytes = SPAM, queue_id: str = "Q1", **client: str
) -> Transaction:
    spool = Spool()
    spool.write(content)
    spool.finish()
    return Transaction(
        Sender("sender@remote.example"),
        tuple(Recipient(address) for address in recipients),
        Client(queue_id=queue_id, **client),
        spool,
    )


def keep(*transactions: Transaction, filter_name: Filter = Filter.RSPAMD) -> Kept:
    writer = Writer()
    try:
        return keep_transactions(writer, Directory(), transactions, filter_name)
    finally:
        writer.close()
        for each in transactions:
            each.content.close()


def codes(kept: Kept) -> list[list[str]]:
    return [[reply[:3] for reply in replies] for replies in kept.replies]


def test_holds_for_each_recipient_and_stores_once(people: People):
    kept = keep(transaction("bob@acme.example", "info@acme.example"))

    assert codes(kept) == [["250", "250"]]
    message = Message.objects.get()
    assert message.holds.count() == 2
    assert b"".join(open_content(message)) == SPAM
    hold = message.holds.get(envelope_recipient="bob@acme.example")
    assert (hold.category, hold.score, hold.state) == ("spam", 9.1, State.HELD)
    assert hold.reason["symbols"][0]["name"] == "BAYES_SPAM"
    assert hold.search_text == "sender@remote.example bob@acme.example gewinn"
    assert hold.expires_at - hold.received_at == timedelta(days=30)
    assert message.segment.startswith(hold.expires_at.date().isoformat())


def test_a_category_expires_by_its_own_days(people: People):
    Policy.objects.filter(customer=people.acme).update(category_days={"spam": 90})

    keep(transaction("bob@acme.example"))

    hold = Hold.objects.select_related("message").get()
    assert hold.expires_at - hold.received_at == timedelta(days=90)
    assert hold.message.segment.startswith(hold.expires_at.date().isoformat())


def test_two_customers_get_a_message_each(people: People):
    kept = keep(transaction("bob@acme.example", "eva@other.example"))

    assert codes(kept) == [["250", "250"]]
    for customer in (people.acme, people.other):
        message = Message.objects.get(customer=customer)
        assert message.holds.count() == 1
        assert b"".join(open_content(message)) == SPAM


def test_unknown_domain_is_deferred_with_an_alert_and_the_rest_is_kept(
    people: People, caplog
):
    with caplog.at_level(logging.ERROR):
        kept = keep(transaction("a@nobody.example", "bob@acme.example", "postmaster"))

    assert codes(kept) == [["451", "250", "451"]]
    assert Hold.objects.count() == 1
    assert "ALERT" in caplog.text
    assert "nobody.example" not in caplog.text


def test_inactive_customer_is_deferred(people: People):
    people.acme.is_active = False
    people.acme.save()

    assert codes(keep(transaction("bob@acme.example"))) == [["451"]]


@pytest.mark.parametrize(
    "recipient",
    [
        "bob@acme.example",
        "BOB@ACME.Example",
        "bob+news@acme.example",
        '"bob"@acme.example',
        "robert@acme.example",
        "bob@alias.example",
        "robert+x@alias.example",
        "bob@acme.example.",
    ],
)
def test_finds_the_mailbox_behind(people: People, recipient: str):
    domain = Domain.objects.get(customer=people.acme)
    make_address(domain, "robert", alias_of=people.bob_address)
    make_domain(people.acme, "alias.example", alias_of=domain)

    keep(transaction(recipient))

    hold = Hold.objects.get()
    assert hold.address == people.bob_address
    assert hold.envelope_recipient == recipient


def test_address_with_a_tag_of_its_own_wins(people: People):
    domain = Domain.objects.get(customer=people.acme)
    tagged = make_address(domain, "bob+news")

    keep(transaction("bob+news@acme.example"))

    assert Hold.objects.get().address == tagged


def test_unknown_local_part_goes_to_the_catch_all(people: People):
    keep(transaction("anybody@acme.example"))

    assert Hold.objects.get().address == Address.objects.get(
        customer=people.acme, local_part=""
    )


def test_domain_that_takes_only_known_addresses_defers_others(people: People):
    Domain.objects.filter(customer=people.acme).update(accepts_any=False)

    kept = keep(transaction("nobody@acme.example", "bob@acme.example"))

    assert codes(kept) == [["451", "250"]]


def test_alias_into_another_customer_is_not_followed(people: People):
    stranger = make_address(Domain.objects.get(customer=people.other), "eva")
    mine = make_address(
        Domain.objects.get(customer=people.acme), "eva", alias_of=stranger
    )

    keep(transaction("eva@acme.example"))

    assert Hold.objects.get().address == mine


def test_domain_name_with_umlaut_is_found_as_a_label(people: People):
    make_domain(people.acme, "xn--mller-kva.example")

    keep(transaction("anna@MÜLLER.example"))

    assert Hold.objects.get().domain.name == "xn--mller-kva.example"


@pytest.mark.parametrize(
    "recipient", ["", "@", "a@", "@b", "a@" + "ü" * 300, "a@b@c", "a@\udc80"]
)
def test_odd_address_is_split_without_error(recipient: str):
    assert len(split_address(recipient)) == 2


def test_policy_that_lets_pass_makes_a_due_release(people: People):
    Policy.objects.filter(customer=people.acme).update(held_categories=["phishing"])

    kept = keep(transaction("bob@acme.example"))

    hold = Hold.objects.get()
    assert (hold.state, hold.reason) == (State.RELEASING, {"filter": "policy"})
    assert kept.due == [hold]


def test_policy_lets_nothing_pass_whose_category_is_not_proved(people: People):
    Policy.objects.filter(customer=people.acme).update(held_categories=["phishing"])
    unproved = b"X-Spam: Yes\r\nSubject: x\r\n\r\nXJS*C4JDBQADN1\r\n"

    kept = keep(transaction("bob@acme.example", content=unproved))

    assert (Hold.objects.get().state, kept.due) == (State.HELD, [])


def test_policy_never_lets_a_virus_pass(people: People):
    Policy.objects.filter(customer=people.acme).update(held_categories=[])
    infected = SPAM.replace(b"BAYES_SPAM(5.0)", b"CLAM_VIRUS(9.0)[Eicar-Test]")

    kept = keep(transaction("bob@acme.example", content=infected))

    hold = Hold.objects.get()
    assert (hold.category, hold.state, kept.due) == ("virus", State.HELD, [])


def test_policy_of_the_domain_goes_before_the_customers(people: People):
    domain = Domain.objects.get(customer=people.acme)
    Policy.objects.create(customer=people.acme, domain=domain, retention_days=7)

    keep(transaction("bob@acme.example"))

    hold = Hold.objects.get()
    assert hold.expires_at - hold.received_at == timedelta(days=7)


def test_second_delivery_makes_no_second_row(people: People):
    first = keep(transaction("bob@acme.example"))
    second = keep(transaction("bob@acme.example", "info@acme.example"))

    assert codes(first) == [["250"]]
    assert codes(second) == [["250", "250"]]
    assert Hold.objects.count() == 2


def test_same_thing_twice_in_a_batch_is_kept_once(people: People):
    keep(transaction("bob@acme.example"), transaction("bob@acme.example"))

    assert (Hold.objects.count(), Message.objects.count()) == (1, 1)


def test_recipient_named_twice_is_answered_twice_and_held_once(people: People):
    kept = keep(transaction("bob@acme.example", "bob@acme.example"))

    assert codes(kept) == [["250", "250"]]
    assert Hold.objects.count() == 1


def test_without_a_queue_id_nothing_is_deduplicated(people: People):
    keep(transaction("bob@acme.example", queue_id=""))
    keep(transaction("bob@acme.example", queue_id=""))

    assert Hold.objects.filter(dedupe_key=None).count() == 2


def test_other_content_under_the_same_queue_id_is_kept(people: People):
    keep(transaction("bob@acme.example"))
    keep(transaction("bob@acme.example", content=SPAM + b"\r\n"))

    assert Hold.objects.count() == 2


def test_what_the_client_says_is_cleaned(people: People):
    keep(
        transaction(
            "bob@acme.example",
            queue_id="Q\0" + "x" * 500,
            name="a\0b" * 500,
            helo="\udc80",
            address="1" * 500,
        )
    )

    message = Message.objects.get()
    assert len(message.client_name) == 255
    assert len(message.queue_id) == 64


def test_store_that_cannot_be_written_raises(people: People, settings, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    settings.STORE_DIR = tmp_path / "file" / "store"

    with pytest.raises(StoreUnavailable):
        keep(transaction("bob@acme.example"))

    assert Hold.objects.count() == 0


def test_known_recipients_are_remembered_for_a_moment(
    people: People, django_assert_num_queries, monkeypatch
):
    directory = Directory()
    both = ["bob@acme.example", "a@nobody.example"]
    assert directory.find_all(both).keys() == {"bob@acme.example"}

    with django_assert_num_queries(0):
        assert directory.find_all(both[:1]).keys() == {"bob@acme.example"}

    make_domain(people.acme, "nobody.example")
    assert directory.find_all(both).keys() == set(both)

    monkeypatch.setattr("quarantine.intake.recipients.REMEMBERED_SECONDS", 0)
    Domain.objects.filter(name="acme.example").update(accepts_any=False)
    people.bob_address.delete()
    assert directory.find_all(both).keys() == {"a@nobody.example"}
