"""The people of the tests, and their verified clients."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.keyring import seal
from accounts.models import Address, Customer, Domain, SignIn, TotpDevice, User
from accounts.models.people import make_actor
from accounts.second_factor import BY_FACTOR, PROOF_KEY
from accounts.sessions import SIGN_IN_KEY
from accounts.tenancy import Actor, Role, StaffRole
from quarantine.sessions import pool
from tests import factories
from tests.emptying import empty_quickly
from tests.lab.faults import FAULTS, SAMPLE_SIZE, SEED

pytest_plugins = ["tests.hanging", "tests.scheduling"]
TOTP_SECRET = b"12345678901234567890"
# Under this name a test's record carries what it measured.
FIGURE = "figure"

# The corpora of others: used from beside the checkout, never copied into it.
CORPORA = Path(
    os.environ.get(
        "CLEANMAIL_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"
    )
)


def pytest_configure() -> None:
    """Prepare what all tests share."""
    empty_quickly()


def pytest_report_header() -> str:
    """Say what `make test` takes a sample of."""
    return f"fault lab: {SAMPLE_SIZE} of {len(FAULTS)} faults, by hash, seed {SEED}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what tests measured, also those that ran in another process."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports(
        "failed"
    )
    figures = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == FIGURE
    ]
    if figures:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(sorted(figures)))


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path: Path) -> Iterator[None]:
    """Give each test a store and a broker folder of its own."""
    settings.STORE_DIR = tmp_path / "store"
    settings.BROKER_DIR = tmp_path / "broker"
    return


@pytest.fixture(autouse=True)
def uncollected_static_files(settings) -> None:
    """Serve static files from where they are written: tests collect none."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
    }
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True


@dataclass(frozen=True)
class People:
    """Who appears in the tests (`docs/contributing`: alice owns, charlie is nobody)."""

    acme: Customer
    other: Customer
    alice: User  # admin of Acme
    bob: User  # member, may act on bob@
    rita: User  # member, may only look at bob@
    charlie: User  # admin of another customer
    support: User  # platform staff
    operator: User  # platform staff
    bob_address: Address

    @property
    def acme_domain(self) -> Domain:
        """Acme's first domain, read afresh."""
        return Domain.objects.get(customer=self.acme, name="acme.example")


@pytest.fixture
def people(db: None) -> People:
    """Make the people of the house style."""
    acme = factories.make_customer()
    other = factories.make_customer("Other GmbH", domain="other.example")
    domain = Domain.objects.get(customer=acme)
    bob_address = factories.make_address(domain, "bob")
    made = People(
        acme=acme,
        other=other,
        alice=factories.make_person("alice@acme.example", acme, role=Role.ADMIN),
        bob=factories.make_person("bob@acme.example", acme),
        rita=factories.make_person("rita@acme.example", acme),
        charlie=factories.make_person("charlie@other.example", other, role=Role.ADMIN),
        support=factories.make_person(
            "support@cleanmail.example", staff_role=StaffRole.SUPPORT
        ),
        operator=factories.make_person(
            "operator@cleanmail.example", staff_role=StaffRole.OPERATOR
        ),
        bob_address=bob_address,
    )
    factories.grant(made.bob, bob_address)
    factories.grant(made.rita, bob_address, can_act=False)
    return made


def actor_of(user: User) -> Actor:
    """Return the actor that the middleware would make."""
    return make_actor(user.memberships.get())


def make_totp_device(user: User) -> TotpDevice:
    """Enrol an authenticator app with a known secret."""
    return TotpDevice.objects.create(
        user=user,
        name="App",
        confirmed=True,
        sealed_secret=seal(TOTP_SECRET, purpose="totp"),
    )


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """Return a function that logs a person in, second factor included."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        device = TotpDevice.objects.filter(user=user).first() or make_totp_device(user)
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        sign_in = SignIn.objects.create(user=user, last_seen_at=timezone.now())
        session[SIGN_IN_KEY] = str(sign_in.pk)
        session[PROOF_KEY] = {"at": int(time.time()), "by": BY_FACTOR}
        session.save()
        return client

    return make


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> Iterator[None]:
    """Hash passwords cheaply: argon2 would cost most of a test's time."""
    django_settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *django_settings.PASSWORD_HASHERS,
    ]
    make_password("warm")
    return


@pytest.fixture(autouse=True)
def no_session_left() -> Iterator[None]:
    """End sessions that a release kept open: ports are used again."""
    yield
    pool.close_all()


@pytest.fixture
def corpora() -> Path:
    """Return the folder of the corpora; skip where there is none."""
    if not CORPORA.is_dir():
        pytest.skip(f"no corpora at {CORPORA}")
    return CORPORA
