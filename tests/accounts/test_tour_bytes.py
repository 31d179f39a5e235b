"""Attacker's tour: bytes that PostgreSQL or a header refuses, where no form reads."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from tests.accounts.conftest import LOGIN, post_password
from tests.conftest import make_totp_device

pytestmark = pytest.mark.django_db
HOSTILE = [
    "\x00",
    "a\x00b",
    "\ud7ff\ue000",
    "%00",
    "'\"--",
    "9" * 5000,
    "\u202e",
    "1/1",
]
GETS = [
    "/people/?q={}", "/people/?after={}", "/people/addresses/?q={}",
    "/administration/audit/?person={}&kind={}&since={}",
    "/account/factor/rename/?factor={}",
    "/account/factor/remove/?factor={}", "/account/confirm/?factor={}&next={}",
    "/login/?next={}", "/invitation/{}/", "/password/{}/{}/", "/holds/?q={}",
]  # fmt: skip
POSTS = [
    ("/account/organisation/choose/", "customer"),
    ("/account/confirm/sms/send/", "factor"),
    ("/account/codes/kept/", "next"),
    ("/account/factor/", "setup_view-current_step"),
    ("/account/factor/", "wizard_goto_step"),
    ("/language/", "language"),
    ("/language/", "next"),
    (LOGIN, "challenge_device"),
    (LOGIN, "login_view-current_step"),
    ("/password/", "email"),
    ("/claim/", "email"),
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_byte_breaks_a_page(people, client_for, value):
    client = client_for(people.alice)
    make_totp_device(people.bob)
    half_way = Client()
    post_password(half_way, people.bob.email)
    asked = [(client.get, path.replace("{}", quoted(value)), {}) for path in GETS]
    for path, field in POSTS:
        asked += [(who.post, path, {field: value}) for who in (client, half_way)]

    broken = [path for ask, path, data in asked if ask(path, data).status_code >= 500]
    for header in ("User-Agent", "X-Forwarded-For", "HX-Current-URL"):
        more = {header: value.strip("\x00"), "HX-Request": "true"}
        broken += [header] * (client.get("/people/", headers=more).status_code >= 500)

    assert not broken


def quoted(value: str) -> str:
    return quote(value, safe="")
