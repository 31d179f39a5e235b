"""How others lost mail or showed it to the wrong people, told again on our own way in.

Each test is named after its story (`design/quarantine.md` c).
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Domain, Policy
from quarantine.models import Hold
from quarantine.parcel import Parcel
from quarantine.states import State
from tests.conftest import People
from tests.factories import make_address, make_domain
from tests.quarantine.test_intake_hold import SPAM, codes, keep, transaction

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def names(people: People) -> Domain:
    """Give Bob's mailbox every kind of other name."""
    domain = people.acme_domain
    alias = make_domain(people.acme, "alias.example", alias_of=domain)
    robert = make_address(domain, "robert", alias_of=people.bob_address)
    make_address(domain, "rob", alias_of=robert)
    round_, trip = make_address(domain, "round"), make_address(domain, "trip")
    round_.alias_of, trip.alias_of = trip, round_
    round_.save()
    trip.save()
    return alias


@pytest.mark.parametrize(
    "recipient",
    [
        "bob@acme.example",
        "bob+shop@acme.example",
        "bob+shop+2026@acme.example",
        "robert@acme.example",
        "rob@acme.example",
        "rob+shop@acme.example",
        "bob@alias.example",
        "bob+shop@alias.example",
        "robert@alias.example",
        "rob+shop@alias.example",
        "ROB+Shop@Alias.Example",
    ],
)
def test_l10_every_name_of_a_mailbox_leads_to_it(
    people: People, names: Domain, recipient: str
):
    assert codes(keep(transaction(recipient))) == [["250"]]

    hold = Hold.objects.get()
    assert hold.address == people.bob_address
    assert hold.envelope_recipient == recipient


@pytest.mark.parametrize(
    ("recipient", "domain"),
    [
        ("anybody@acme.example", "acme.example"),
        ("any+body@acme.example", "acme.example"),
        ("+@acme.example", "acme.example"),
        ("anybody@alias.example", "alias.example"),
    ],
)
def test_l10_what_nobody_is_named_goes_to_the_catch_all(
    people: People, names: Domain, recipient: str, domain: str
):
    assert codes(keep(transaction(recipient))) == [["250"]]

    address = Hold.objects.get().address
    assert (address.local_part, address.domain.name) == ("", domain)


def test_l10_aliases_in_a_circle_end(people: People, names: Domain):
    assert codes(keep(transaction("round@acme.example"))) == [["250"]]

    assert Hold.objects.get().address.local_part in {"round", "trip"}


def test_l10_domain_without_a_catch_all_keeps_known_names_only(
    people: People, names: Domain
):
    Domain.objects.update(accepts_any=False)

    kept = keep(transaction("rob+x@alias.example", "anybody@alias.example"))

    assert codes(kept) == [["250", "451"]]


def test_l14_every_mail_has_a_row_or_a_logged_reason(people: People, caplog):
    kept = keep(
        transaction("bob@acme.example", "x@nobody.example", "postmaster", "a@"),
    )

    assert codes(kept) == [["250", "451", "451", "451"]]
    assert Hold.objects.count() == 1
    assert "3 of 4 recipients deferred" in caplog.text


def test_s14_nobody_sees_who_else_got_it(people: People, client_for):
    content = SPAM.replace(b"Subject:", b"To: bob@acme.example\r\nSubject:")
    recipients = ("bob@acme.example", "geheim@acme.example", "eva@other.example")
    keep(transaction(*recipients, content=content))

    hold = Hold.objects.get(envelope_recipient="bob@acme.example")
    client = client_for(people.bob)
    pages = [
        reverse("quarantine:hold", args=[hold.pk]),
        reverse("quarantine:hold_preview", args=[hold.pk]),
        reverse("quarantine:hold_status", args=[hold.pk]),
        reverse("quarantine:holds"),
        reverse("quarantine:hold_rows"),
    ]
    shown = [client.get(page).content.decode() for page in pages]

    assert "bob@acme.example" in shown[0]
    assert not any("geheim" in page or "eva@other" in page for page in shown)
    for word in ("geheim", "eva@other.example"):
        found = client.get(reverse("quarantine:holds"), {"q": word}).content.decode()
        assert str(hold.pk) not in found
    parcel = Parcel(hold, hold.received_at, lambda: None)
    sent = b"".join(parcel.content())
    assert b"geheim" not in sent
    assert b"eva@other" not in sent


def test_s17_each_of_many_recipients_has_its_own_policy(people: People):
    held = {"strict": ["spam", "bulk"], "open": ["virus"], "bulk": ["bulk"]}
    for name, categories in held.items():
        domain = make_domain(people.acme, f"{name}.example")
        Policy.objects.create(
            customer=people.acme, domain=domain, held_categories=categories
        )
    Policy.objects.filter(customer=people.other).update(held_categories=["phishing"])

    kept = keep(
        transaction(
            "a@open.example",
            "a@strict.example",
            "eva@other.example",
            "bob@acme.example",
            "a@bulk.example",
        )
    )

    states = dict(Hold.objects.values_list("envelope_recipient", "state"))
    assert states == {
        "a@open.example": State.RELEASING,
        "a@strict.example": State.HELD,
        "eva@other.example": State.RELEASING,
        "bob@acme.example": State.HELD,
        "a@bulk.example": State.RELEASING,
    }
    assert {hold.envelope_recipient for hold in kept.due} == {
        "a@open.example",
        "eva@other.example",
        "a@bulk.example",
    }
