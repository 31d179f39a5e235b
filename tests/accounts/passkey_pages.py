"""What a browser with passkeys does on the real pages."""

from __future__ import annotations

import json

from django.test import Client

from accounts.models import User
from tests.accounts.conftest import LOGIN, SETUP, choose_method, post_password
from tests.authenticator import Authenticator

STEP_UP = "/account/confirm/"


def asked(response) -> dict:
    """Return what the page asks the browser for."""
    return json.loads(response.context["ceremony"].options)


def post_new(client: Client, answer: str, nickname: str = ""):
    return client.post(
        SETUP,
        {
            "setup_view-current_step": "passkey",
            "passkey-code": answer,
            "passkey-nickname": nickname,
        },
    )


def post_answer(client: Client, answer: str):
    return client.post(
        LOGIN, {"login_view-current_step": "token", "token-code": answer}
    )


def enrol(client: Client, authenticator: Authenticator):
    return post_new(
        client, authenticator.create(asked(choose_method(client, "passkey")))
    )


def signed_in(user: User) -> Client:
    """Return a client that has shown password and, if there is one, an app."""
    client = Client()
    post_password(client, user.email)
    return client


def with_passkey(user: User) -> tuple[Client, Authenticator]:
    client, authenticator = signed_in(user), Authenticator()
    enrol(client, authenticator)
    return client, authenticator


def at_the_key(user: User) -> tuple[Client, dict]:
    """Return a client that has given the password, and what its page asks."""
    client = Client()
    return client, asked(post_password(client, user.email))
