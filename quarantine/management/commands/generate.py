"""Large, skewed data for benchmarks, straight into the database."""

from __future__ import annotations

import hashlib
import json
import random
import re
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import Address, Customer, Domain, Policy
from accounts.models.customers import Category
from quarantine.models import Hold, Message
from quarantine.states import State

BATCH_ROWS = 5000
SPREAD = timedelta(days=30)
RETENTION = timedelta(days=30)
ADDRESSES_PER_CUSTOMER = 25
SKEW = 3.0  # the place in a list is a random number to this power: the first get most
STATES = (State.HELD, State.RELEASED, State.DISCARDED)
STATE_WEIGHTS = (90, 5, 5)
CATEGORIES = (
    Category.SPAM,
    Category.BULK,
    Category.PHISHING,
    Category.ATTACHMENT,
    Category.VIRUS,
)
CATEGORY_WEIGHTS = (70, 15, 8, 4, 3)
SYLLABLES = re.findall(
    "[a-z]+",
    "ba co di fu ge ha jo ki lu ma ne po qui ra se ti vo wu xa ye zo tra ster men ing "
    "ion pre con der",
)
WORDS = 5000

Cell = uuid.UUID | datetime | str | int | float | None
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address that gets mail, and whose it is."""

    customer_id: uuid.UUID
    domain_id: uuid.UUID
    address_id: uuid.UUID
    address: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A message and its hold, as columns."""

    message: Row
    hold: Row


class Source:
    """Makes rows; the same ones for the same seed and end."""

    def __init__(self, seed: int, end: datetime) -> None:
        self.random = random.Random(seed)  # noqa: S311 (no secret: benchmark rows)
        self.end = end
        self.words = [
            "".join(self.random.choices(SYLLABLES, k=self.random.randint(1, 4)))
            for _number in range(WORDS)
        ]

    def skewed(self, count: int) -> int:
        """Return a place below `count`, low ones far more often."""
        return int(count * self.random.random() ** SKEW)

    def word(self) -> str:
        """Return a word; a few are frequent, most are rare."""
        return self.words[self.skewed(WORDS)]

    def uuid7_at(self, moment: datetime) -> uuid.UUID:
        """Return a key whose order is the order of time (RFC 9562 section 5.7)."""
        milliseconds = int(moment.timestamp() * 1000)
        value = milliseconds << 80 | self.random.getrandbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)

    def pairs(self, count: int, mailboxes: Sequence[Mailbox]) -> Iterator[Pair]:
        """Yield messages with one hold each, oldest first."""
        step = SPREAD / max(count, 1)
        start = self.end - SPREAD
        for number in range(count):
            mailbox = mailboxes[self.skewed(len(mailboxes))]
            yield self._pair(start + number * step, mailbox)

    def _pair(self, received_at: datetime, mailbox: Mailbox) -> Pair:
        sender = f"{self.word()}.{self.word()}@{self.word()}.example"
        size = 2000 + int(500_000 * self.random.random() ** 4)
        message = self._message(received_at, mailbox, sender, size)
        subject = " ".join(self.word() for _n in range(self.random.randint(3, 7)))
        (state,) = self.random.choices(STATES, STATE_WEIGHTS)
        (category,) = self.random.choices(CATEGORIES, CATEGORY_WEIGHTS)
        score = round(self.random.uniform(6, 30), 2)
        hold = {
            "id": self.uuid7_at(received_at),
            "customer_id": mailbox.customer_id,
            "message_id": message["id"],
            "domain_id": mailbox.domain_id,
            "address_id": mailbox.address_id,
            "envelope_recipient": mailbox.address,
            "original_recipient": "",
            "notify": "",
            "state": str(state),
            "category": str(category),
            "score": score,
            "reason": json.dumps({"filter": "rspamd", "score": score, "symbols": []}),
            "header_from_name": self.word().capitalize(),
            "header_from": sender,
            "subject": subject,
            "search_text": f"{sender} {mailbox.address} {subject}",
            "size": size,
            "received_at": received_at,
            "expires_at": received_at + RETENTION,
            "decided_at": None if state == State.HELD else received_at,
            "attempts_count": 0,
            "returns_count": 0,
        }
        return Pair(message, hold)

    def _message(
        self, received_at: datetime, mailbox: Mailbox, sender: str, size: int
    ) -> Row:
        key = self.uuid7_at(received_at)
        return {
            "id": key,
            "customer_id": mailbox.customer_id,
            "envelope_sender": sender,
            "body_type": "",
            "is_smtputf8": False,
            "envelope_id": "",
            "dsn_return": "",
            "queue_id": "",
            "client_name": "",
            "client_address": "192.0.2.1",
            "client_helo": "",
            "received_at": received_at,
            "size": size,
            "content_sha256": hashlib.sha256(key.bytes).hexdigest(),
            "facts": "{}",
            "has_bare_line_ends": False,
            "has_8bit": False,
            # No key: the content counts as erased, there are only rows.
            "segment": "",
            "segment_offset": 0,
            "stored_length": 0,
        }


@transaction.atomic(durable=True)
def make_mailboxes(count: int, seed: int) -> list[Mailbox]:
    """Make customers with a policy, a domain and addresses each."""
    customers = [Customer(name=f"Bench {seed}-{n} AG") for n in range(count)]
    domains = [
        Domain(
            customer=customer,
            name=f"c{number}-{seed}.bench.example",
            verified_at=timezone.now(),
            is_vouched=True,
            next_hop_host="127.0.0.1",
        )
        for number, customer in enumerate(customers)
    ]
    addresses = [
        Address(
            customer=domain.customer,
            domain=domain,
            local_part=f"user{number}" if number else "",
        )
        for number in range(ADDRESSES_PER_CUSTOMER + 1)
        for domain in domains
    ]
    Customer.objects.bulk_create(customers, BATCH_ROWS)
    Policy.objects.bulk_create([Policy(customer=c) for c in customers], BATCH_ROWS)
    Domain.objects.bulk_create(domains, BATCH_ROWS)
    Address.objects.bulk_create(addresses, BATCH_ROWS)
    return [
        Mailbox(a.customer_id, a.domain_id, a.pk, f"{a.local_part}@{a.domain.name}")
        for a in addresses
        if a.local_part
    ]


def insert(model: type[Model], rows: Sequence[Row]) -> None:
    """Write rows with the same columns; by COPY where the database has it."""
    columns = list(rows[0])
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 (Django's API)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    values = [[row[name] for name in columns] for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for value in values:
                    copy.write_row(value)
            return
        marks = ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 (our own names)
        cursor.executemany(statement, [[adapt(v) for v in value] for value in values])


def adapt(value: Cell) -> str | float | None:
    """Return a value as SQLite keeps it."""
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return value


@transaction.atomic(durable=True)
def write(pairs: Sequence[Pair]) -> None:
    """Write messages and their holds together."""
    insert(Message, [pair.message for pair in pairs])
    insert(Hold, [pair.hold for pair in pairs])


def analyze() -> None:
    """Let the planner know what came in."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Command(BaseCommand):
    """`manage.py generate --holds N --customers N --seed N`."""

    help = "Writes N holds without content, for benchmarks; the same for a seed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take sizes and seed."""
        parser.add_argument("--holds", type=int, default=100_000)
        parser.add_argument("--customers", type=int, default=100)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_args: object, **options: object) -> None:
        """Write the rows, a batch a transaction."""
        holds, customers, seed = (
            int(str(options[name])) for name in ("holds", "customers", "seed")
        )
        if holds < 0 or customers < 1:
            raise CommandError("generate: at least one customer, no negative counts")
        if Domain.objects.filter(name=f"c0-{seed}.bench.example").exists():
            message = f"generate: seed {seed} is there already, take another"
            raise CommandError(message)
        pairs = Source(seed, timezone.now()).pairs(
            holds, make_mailboxes(customers, seed)
        )
        while batch := list(islice(pairs, BATCH_ROWS)):
            write(batch)
        analyze()
        self.stdout.write(f"generate: {holds} holds, {customers} customers")
