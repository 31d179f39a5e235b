"""`manage.py generate`: rows for benchmarks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Address, Customer
from quarantine.management.commands.generate import Mailbox, Source
from quarantine.models import Hold, Message
from quarantine.states import State

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def generate(holds: int = 400, seed: int = 1) -> None:
    call_command("generate", holds=holds, customers=4, seed=seed, verbosity=0)


def test_writes_what_was_asked_for():
    generate()

    assert Hold.objects.count() == Message.objects.count() == 400
    assert Customer.objects.count() == 4
    hold = Hold.objects.select_related("message", "address__domain").first()
    assert hold.message.customer_id == hold.customer_id == hold.address.customer_id
    assert hold.envelope_recipient == str(hold.address)
    assert hold.reason["filter"] == "rspamd"


def test_rows_are_skewed_and_mostly_held():
    generate()

    by_address = Counter(Hold.objects.values_list("address_id", flat=True))
    assert by_address.most_common(1)[0][1] > 4 * 400 / Address.objects.count()
    assert Hold.objects.filter(state=State.HELD).count() > 300


def test_the_same_seed_gives_the_same_mail():
    mailbox = Mailbox(uuid4(), uuid4(), uuid4(), "user1@c0-1.bench.example")
    end = datetime(2026, 11, 24, 8, tzinfo=UTC)

    first, again, other = (
        [pair.hold["subject"] for pair in Source(seed, end).pairs(50, [mailbox])]
        for seed in (7, 7, 8)
    )

    assert first == again
    assert first != other


def test_a_generated_hold_can_be_listed_by_time():
    generate(100)
    oldest, newest = Hold.objects.order_by("received_at").values_list("id", flat=True)[
        ::99
    ]

    assert Hold.objects.order_by("id")[0].pk == oldest
    assert Hold.objects.order_by("-id")[0].pk == newest
    middle = timezone.now() - timedelta(days=15)
    assert 45 <= Hold.objects.filter(received_at__lt=middle).count() <= 55


def test_refuses_a_seed_that_is_there_already():
    generate(1, seed=3)

    with pytest.raises(CommandError):
        generate(1, seed=3)
