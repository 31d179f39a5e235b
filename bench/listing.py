"""list_growth and list_10m: the list with ten times the rows, and beside Django's."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import AddressGrant, Customer, Membership, User
from accounts.second_factor import BY_FACTOR, PROOF_KEY
from accounts.tenancy import Role
from bench.installation import manage
from bench.measuring import (
    MICRO,
    Measured,
    Subject,
    alternate,
    own_cpu_seconds,
    tree_cpu_seconds,
)
from bench.result import OURS, Result
from quarantine.models import Hold
from quarantine.places import Cursor
from quarantine.states import OPEN
from tests.conftest import make_totp_device

SMALL, BIG = "list_small", "list_big"
DEPTH = 500
WORD = "ing"
WARM_UP = 5
ADDRESSES = 3
ROWS_PER_CUSTOMER = 2000


@dataclass(frozen=True, slots=True)
class Reader:
    """A logged-in person and the pages they look at."""

    client: Client
    urls: tuple[str, ...]

    def look(self, times: int) -> None:
        """Open each page so many times; raise when one is not there."""
        for _turn in range(times):
            for url in self.urls:
                response = self.client.get(url)
                if response.status_code != 200:
                    message = f"{url}: {response.status_code}"
                    raise RuntimeError(message)


def use(database: str) -> None:
    """Work on another database of the same cluster from here on."""
    connection.close()
    connection.settings_dict["NAME"] = database


@contextmanager
def databases(rows: dict[str, int]) -> Iterator[None]:
    """Fill a database for each size, all from the same seed."""
    told = connection.settings_dict
    home = told["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE list_template")
    url = os.environ["DATABASE_URL"]
    parent = url.rpartition("/")[0]
    try:
        for name in ("list_template", *rows):
            os.environ["DATABASE_URL"] = f"{parent}/{name}"
            if name == "list_template":
                manage("migrate", "-v0")
                continue
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name} TEMPLATE list_template")
            customers = max(10, rows[BIG] // ROWS_PER_CUSTOMER)
            manage(
                "generate",
                *("--holds", str(rows[name]), "--customers", str(customers)),
                *("--seed", "1"),
            )
        yield
    finally:
        os.environ["DATABASE_URL"] = url
        use(home)


def log_in(user: User) -> Client:
    """Return a client with a verified session."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = make_totp_device(user).persistent_id
    session[PROOF_KEY] = {"at": int(time.time()), "by": BY_FACTOR}
    session.save()
    return client


def busiest_customer() -> Customer:
    """Return the customer with the most holds."""
    counted = Hold.objects.values("customer").annotate(n=Count("pk")).order_by("-n")
    return Customer.objects.get(pk=counted[0]["customer"])


def make_admin() -> Reader:
    """Let the busiest customer's admin look at first page, deep page and a search."""
    customer = busiest_customer()
    user = User.objects.create_user("admin@bench.example", full_name="Admin")
    Membership.objects.create(user=user, customer=customer, role=Role.ADMIN)
    first = reverse("quarantine:holds")
    held = Hold.objects.filter(customer=customer, state__in=OPEN)
    deep = held.order_by("-received_at", "-id")[min(DEPTH, held.count() - 1)]
    return Reader(log_in(user), (first, f"{first}?after={Cursor.of(deep)}"))


def make_member() -> Reader:
    """Let a person with a few addresses look at the first page and search in it."""
    customer = busiest_customer()
    user = User.objects.create_user("member@bench.example", full_name="Member")
    Membership.objects.create(user=user, customer=customer, role=Role.MEMBER)
    addresses = customer_addresses(customer)
    AddressGrant.objects.bulk_create(
        AddressGrant(customer=customer, user=user, address_id=pk) for pk in addresses
    )
    first = reverse("quarantine:holds")
    return Reader(log_in(user), (first, f"{first}?words={WORD}"))


def customer_addresses(customer: Customer) -> list[UUID]:
    """Return a few addresses of the customer that get mail."""
    counted = Hold.objects.filter(customer=customer).values("address")
    ranked = counted.annotate(n=Count("pk")).order_by("-n")[:ADDRESSES]
    return [row["address"] for row in ranked]


def pages(
    database: str, readers: list[Reader], database_pid: int, times: int
) -> Subject:
    """Return what measures these readers' pages, in pages/s."""
    count = times * sum(len(reader.urls) for reader in readers)

    def measure() -> Measured:
        use(database)
        for reader in readers:
            reader.look(WARM_UP)
        before = own_cpu_seconds() + tree_cpu_seconds(database_pid)
        since = time.perf_counter()
        for reader in readers:
            reader.look(times)
        seconds = time.perf_counter() - since
        used = own_cpu_seconds() + tree_cpu_seconds(database_pid) - before
        return Measured(count / seconds, used / count * MICRO)

    return measure


def as_milliseconds(subject: Subject) -> Subject:
    """Return the subject with milliseconds a page for its value."""

    def measure() -> Measured:
        measured = subject()
        return replace(measured, value=1000 / measured.value)

    return measure


def run(database_pid: int, *, rows: int, times: int, rounds: int) -> list[Result]:
    """Measure growth from a tenth of the rows, and the ordinary page beside ours."""
    with (
        databases({SMALL: rows // 10, BIG: rows}),
        override_settings(ROOT_URLCONF="bench.ordinary"),
    ):
        readers = {}
        for name in (SMALL, BIG):
            use(name)
            readers[name] = [make_admin(), make_member()]
        admin = readers[BIG][0]
        first = Reader(admin.client, admin.urls[:1])
        plain = Reader(admin.client, ("/ordinary/",))
        print("list_growth", flush=True)
        growth = {
            OURS: as_milliseconds(pages(BIG, readers[BIG], database_pid, times)),
            "tenth": as_milliseconds(pages(SMALL, readers[SMALL], database_pid, times)),
        }
        grown = alternate(growth, rounds)
        print("list_10m", flush=True)
        side_by_side = {
            OURS: pages(BIG, [first], database_pid, 2 * times),
            "ordinary_django": pages(BIG, [plain], database_pid, 2 * times),
        }
        compared = alternate(side_by_side, rounds)
    return [
        Result(
            name="list_growth",
            unit="ms/page",
            measured=grown,
            targets={"tenth": 0.77},  # 1.3 times the time for ten times the rows
            size=f"{rows:,} and {rows // 10:,} holds",
            higher_is_better=False,
            notes=("first, deep and searched pages, through all middleware",),
        ),
        Result(
            name="list_10m",
            unit="pages/s",
            measured=compared,
            targets={"ordinary_django": 3.0},
            size=f"{rows:,} holds",
            notes=("first page of the busiest customer's admin; modoboa is not run",),
        ),
    ]
