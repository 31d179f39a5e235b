"""Passkeys in the same moment; on PostgreSQL, which has many writers."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts import ceremonies, passkeys
from accounts.actions.passkeys import enrol_passkey
from accounts.ceremonies import Purpose
from accounts.errors import PasskeyRefused
from accounts.models import PasskeyDevice
from tests.authenticator import Authenticator, make_passkey

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("named_portal"),
]
CHALLENGE = b"c" * 32


def at_once(act: Callable[[int], object], times: int) -> list[str]:
    """Run it in as many threads; return what came out, a refusal by its reason."""
    ready = Barrier(times)

    def run(number: int) -> str:
        try:
            ready.wait(30)
            return str(act(number))
        except PasskeyRefused as error:
            return error.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(run, range(times)))


def test_of_many_requests_with_one_challenge_one_has_it(people, rf):
    requests = [rf.get("/") for _ in range(8)]
    requests[0].session = {}
    ceremonies.begin_use(requests[0], people.bob, Purpose.LOGIN)
    for request in requests[1:]:
        request.session = dict(requests[0].session)

    taken = at_once(
        lambda n: bool(
            ceremonies.take(requests[n], people.bob, Purpose.LOGIN).challenge
        ),
        8,
    )

    assert taken == ["False"] * 7 + ["True"]


def test_of_many_uses_of_one_signature_one_counts(people):
    authenticator = make_passkey(people.bob)
    party = passkeys.find_party()
    options = passkeys.request_options(party, challenge=CHALLENGE, known=[])
    answer = passkeys.Answer(authenticator.get(json.loads(options)), CHALLENGE)

    used = at_once(lambda _: PasskeyDevice.objects.get().verify_token(answer), 8)

    assert used == ["True"] + ["cloned"] * 7


def test_of_two_people_with_one_passkey_one_enrols_it(people):
    party = passkeys.find_party()
    options = passkeys.creation_options(
        party, challenge=CHALLENGE, handle=b"h", account="a", known=[]
    )
    made = passkeys.Answer(Authenticator().create(json.loads(options)), CHALLENGE)
    registration = passkeys.verify_registration(made)
    users = [people.bob, people.alice]

    kept = at_once(lambda n: enrol_passkey(users[n], registration, handle=b"h").name, 2)

    assert kept == ["passkey", "taken"]
    assert PasskeyDevice.objects.count() == 1
