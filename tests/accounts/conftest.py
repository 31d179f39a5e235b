"""What the tests of accounts share: signing in by the real pages, codes, a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts import sms_gateways, totp
from accounts.browsers import Caller
from cleanmail.celery import app
from tests.conftest import TOTP_SECRET
from tests.factories import PASSWORD

CALLER = Caller(
    token="t" * 43,
    browser="Firefox",
    system="Linux",
    network="192.0.2.x",
    network_hash="n" * 64,
)
LOGIN = "/login/"
SETUP = "/account/factor/"


def totp_code(offset: int = 0, secret: bytes = TOTP_SECRET) -> str:
    """Return the code of the running step, or of one beside it."""
    return totp.code_at(secret, totp.current_step() + offset)


def post_password(client: Client, email: str, password: str = PASSWORD, **query):
    """Open the log-in page and send address and password."""
    client.get(LOGIN, query_params=query)
    return client.post(
        LOGIN,
        {
            "login_view-current_step": "auth",
            "auth-username": email,
            "auth-password": password,
        },
        query_params=query,
    )


def post_code(client: Client, code: str, **query):
    """Send the code of the second screen."""
    return client.post(
        LOGIN,
        {"login_view-current_step": "token", "token-code": code},
        query_params=query,
    )


def new_passwords(new: str, old: str = PASSWORD) -> dict[str, str]:
    """Return what the page that changes the password sends."""
    return {"old_password": old, "new_password1": new, "new_password2": new}


def choose_method(client: Client, method: str, **query):
    """Open enrolment and choose a kind."""
    client.get(SETUP, query_params=query)
    return client.post(
        SETUP,
        {"setup_view-current_step": "method", "method-method": method},
        query_params=query,
    )


def typed_secret(response) -> bytes:
    """Return the secret that the enrolment page shows."""
    import base64  # noqa: PLC0415

    return base64.b32decode(response.context["typed_key"].replace(" ", ""))


@pytest.fixture(autouse=True)
def gateways_unknown() -> None:
    """Forget which SMS gateways were silent in another test."""
    sms_gateways.silent_since.clear()


@pytest.fixture
def worker_in_line() -> Iterator[None]:
    """Run tasks where they are sent, through the JSON serialiser."""
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = False
    app.conf.task_eager_propagates = False


@pytest.fixture
def delivered(
    worker_in_line: None, django_capture_on_commit_callbacks: Any
) -> Callable[[Callable[[], Any]], Any]:
    """Return a function that calls another and does what waits for its commit."""

    def run(call: Callable[[], Any]) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return call()

    return run


@pytest.fixture
def named_portal(settings) -> None:
    """Give the portal the name under which the test client reaches it."""
    settings.PORTAL_URL = "https://testserver"
