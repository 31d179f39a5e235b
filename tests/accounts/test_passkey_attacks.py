"""Who holds the password, and tries to do without the passkey or to bring their own."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta

import cbor2
import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from accounts import ceremonies, passkeys
from accounts.ceremonies import Purpose
from accounts.errors import PasskeyRefused
from accounts.models import AuditEvent, PasskeyDevice
from tests.accounts.conftest import choose_method
from tests.accounts.passkey_pages import (
    STEP_UP,
    asked,
    at_the_key,
    enrol,
    post_answer,
    post_new,
    signed_in,
    with_passkey,
)
from tests.authenticator import PRESENT, Authenticator, make_passkey

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.db,
    pytest.mark.usefixtures("named_portal"),
]


def is_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def assert_refused(client: Client, response) -> None:
    assert response.status_code == 422
    assert not is_in(client)


def test_the_right_answer_gets_in(people):
    """What the refusals below are worth: the same steps, nothing wrong, let in."""
    authenticator = make_passkey(people.bob)
    client, options = at_the_key(people.bob)

    post_answer(client, authenticator.get(options))

    assert is_in(client)


def test_refuses_a_replayed_answer_in_the_same_session_and_in_another(people):
    authenticator = make_passkey(people.bob)
    first, options = at_the_key(people.bob)
    answer = authenticator.get(options)
    post_answer(first, answer)
    other, _ = at_the_key(people.bob)

    assert is_in(first)
    assert_refused(other, post_answer(other, answer))
    assert first.get(STEP_UP).status_code == 200
    assert first.post(STEP_UP, {"code": answer}).status_code == 422


def test_refuses_the_challenge_of_another_session(people):
    authenticator = make_passkey(people.bob)
    _, options = at_the_key(people.bob)
    client, _ = at_the_key(people.bob)

    assert_refused(client, post_answer(client, authenticator.get(options)))


def test_refuses_a_challenge_that_was_answered_wrongly_before(people):
    authenticator = make_passkey(people.bob)
    client, options = at_the_key(people.bob)
    post_answer(client, Authenticator().get(options))

    assert_refused(client, post_answer(client, authenticator.get(options)))


def test_refuses_what_was_signed_too_late(people):
    authenticator = make_passkey(people.bob)
    client, options = at_the_key(people.bob)

    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=2)):
        response = post_answer(client, authenticator.get(options))

    assert_refused(client, response)
    assert "zu lange gedauert" in response.content.decode()


def test_of_two_requests_at_the_same_moment_one_has_the_challenge(people, rf):
    request, twin = rf.get("/"), rf.get("/")
    request.META["HTTP_HOST"] = twin.META["HTTP_HOST"] = "testserver"
    request.session = {}
    ceremonies.begin_use(request, people.bob, Purpose.LOGIN)
    twin.session = dict(request.session)

    taken = [ceremonies.take(r, people.bob, Purpose.LOGIN) for r in (request, twin)]

    assert [bool(pending.challenge) for pending in taken] == [True, False]
    assert not request.session


@pytest.mark.parametrize("other", [Purpose.ENROL, Purpose.STEP_UP])
def test_a_challenge_serves_its_purpose_and_person_only(people, rf, other):
    request = rf.get("/")
    request.session = {}
    ceremonies.begin_use(request, people.bob, Purpose.LOGIN)
    kept = dict(request.session)

    assert not ceremonies.take(request, people.bob, other).challenge
    assert not ceremonies.take(request, people.alice, Purpose.LOGIN).challenge
    request.session = kept
    assert ceremonies.take(request, people.bob, Purpose.LOGIN).challenge


def test_refuses_the_challenge_of_a_log_in_at_step_up_and_the_other_way(people):
    client, authenticator = with_passkey(people.bob)
    at_log_in, log_in_options = at_the_key(people.bob)
    step_up_options = asked(client.get(STEP_UP))

    up = client.post(STEP_UP, {"code": authenticator.get(log_in_options)})
    response = post_answer(at_log_in, authenticator.get(step_up_options))

    assert up.status_code == 422
    assert_refused(at_log_in, response)


def test_refuses_somebody_elses_passkey(people):
    make_passkey(people.bob)
    alices = make_passkey(people.alice)
    client, options = at_the_key(people.bob)

    assert_refused(client, post_answer(client, alices.get(options)))
    assert PasskeyDevice.objects.get(user=people.alice).sign_count == 0


def test_refuses_a_right_signature_under_another_id(people):
    authenticator = make_passkey(people.bob)
    client, options = at_the_key(people.bob)
    answer = json.loads(authenticator.get(options))
    answer["id"] = answer["rawId"] = bytes_to_base64url(b"another")

    assert_refused(client, post_answer(client, json.dumps(answer)))


def test_refuses_ones_own_id_under_a_strange_signature(people):
    authenticator = make_passkey(people.bob)
    strange = Authenticator(credential_id=authenticator.credential_id)
    client, options = at_the_key(people.bob)

    assert_refused(client, post_answer(client, strange.get(options)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://testserver.evil.example"},
        {"origin": "http://testserver"},
        {"origin": "https://testserver:8443"},
        {"rp_id": "evil.example"},
        {"crossOrigin": True},
        {"type": "webauthn.create"},
    ],
    ids=str,
)
def test_refuses_what_another_site_had_signed(people, wrong):
    authenticator = make_passkey(people.bob)
    client, options = at_the_key(people.bob)

    assert_refused(client, post_answer(client, authenticator.get(options, **wrong)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://testserver.evil.example"},
        {"rp_id": "evil.example"},
        {"crossOrigin": True},
        {"type": "webauthn.get"},
        {"challenge": bytes_to_base64url(b"x" * 32)},
    ],
    ids=str,
)
def test_enrols_nothing_that_another_site_had_made(people, wrong):
    client = signed_in(people.bob)
    options = asked(choose_method(client, "passkey"))

    response = post_new(client, Authenticator().create(options, **wrong))

    assert response.status_code == 422
    assert not PasskeyDevice.objects.exists()


def test_refuses_a_signature_without_a_person(people):
    authenticator = make_passkey(people.bob)
    authenticator.flags &= ~PRESENT
    client, options = at_the_key(people.bob)

    assert_refused(client, post_answer(client, authenticator.get(options)))


def test_refuses_the_handle_of_somebody_else(people):
    authenticator = make_passkey(people.bob)
    client, options = at_the_key(people.bob)
    answer = json.loads(authenticator.get(options))
    answer["response"]["userHandle"] = bytes_to_base64url(b"somebody else")

    assert_refused(client, post_answer(client, json.dumps(answer)))


@pytest.mark.parametrize("count", [6, 7, 0], ids=["lower", "equal", "zero"])
def test_a_counter_that_goes_back_is_refused_audited_and_told(
    people, worker_in_line, django_capture_on_commit_callbacks, count
):
    authenticator = make_passkey(people.bob)
    PasskeyDevice.objects.update(sign_count=7)
    client, options = at_the_key(people.bob)

    with django_capture_on_commit_callbacks(execute=True):
        response = post_answer(client, authenticator.get(options, count=count))

    assert_refused(client, response)
    assert "eine Kopie davon" in response.content.decode()
    assert AuditEvent.objects.filter(action="factor.cloned").count() == 1
    assert AuditEvent.objects.filter(action="auth.failed").count() == 1
    assert [m.subject for m in mail.outbox] == [
        "Ein Passkey für Cleanmail wurde abgelehnt"
    ]
    assert PasskeyDevice.objects.get().sign_count == 7


def test_authenticators_that_never_count_are_let_in_again(people):
    authenticator = make_passkey(people.bob)

    for _ in range(2):
        client, options = at_the_key(people.bob)
        post_answer(client, authenticator.get(options, count=0))
        assert is_in(client)


def test_a_registration_is_good_once(people):
    client = signed_in(people.bob)
    answer = Authenticator().create(asked(choose_method(client, "passkey")))
    post_new(client, answer)
    PasskeyDevice.objects.update(credential_hash="another")
    choose_method(client, "passkey")

    again = post_new(client, answer)
    other = signed_in(people.alice)
    choose_method(other, "passkey")
    by_another = post_new(other, answer)

    assert [again.status_code, by_another.status_code] == [422, 422]
    assert PasskeyDevice.objects.count() == 1


def test_the_passkey_of_one_person_is_not_enrolled_by_another(people):
    bobs = make_passkey(people.bob)
    client = signed_in(people.alice)

    response = enrol(client, Authenticator(credential_id=bobs.credential_id))

    assert response.status_code == 422
    assert not PasskeyDevice.objects.filter(user=people.alice).exists()
    assert PasskeyDevice.objects.filter(user=people.bob).count() == 1


def test_passkeys_are_tried_under_the_limits_of_codes(people):
    authenticator = make_passkey(people.bob)
    client, options = at_the_key(people.bob)
    for _ in range(5):
        page = post_answer(client, Authenticator().get(options))
        options = asked(page)

    response = post_answer(client, authenticator.get(options))

    assert response.status_code == 429
    assert not is_in(client)
    assert AuditEvent.objects.filter(action="auth.failed").count() == 5


def test_enrolment_is_tried_under_its_limits(people):
    client = signed_in(people.bob)
    options = asked(choose_method(client, "passkey"))
    for _ in range(5):
        page = post_new(client, Authenticator().create(options, origin="https://x"))
        options = asked(page)

    assert post_new(client, Authenticator().create(options)).status_code == 429


def nothing(_: dict) -> str:
    return ""


MALFORMED: dict[str, Callable[[dict], str]] = {
    "nothing": nothing,
    "no JSON": lambda _: "{",
    "a list": lambda _: "[]",
    "a number": lambda _: "1e999",
    "deep": lambda _: "[" * 9000,
    "deep objects": lambda _: '{"id":' * 2000,
    "surrogate": lambda _: '{"id": "\\ud800"}',
    "NUL": lambda _: '{"id": "\0"}',
    "no id": lambda answer: json.dumps(answer | {"id": None}),
    "id only": lambda answer: json.dumps({"id": answer["id"]}),
    "no response": lambda answer: json.dumps(answer | {"response": 5}),
    "oversized": lambda answer: json.dumps(answer | {"x": "A" * 200_000}),
    "empty parts": lambda answer: json.dumps(
        answer | {"response": dict.fromkeys(answer["response"], "")}
    ),
    "bad base64": lambda answer: json.dumps(
        answer | {"response": dict.fromkeys(answer["response"], "A")}
    ),
    "list as client data": lambda answer: json.dumps(
        answer
        | {
            "response": answer["response"]
            | {"clientDataJSON": bytes_to_base64url(b"[]")}
        }
    ),
}


@pytest.mark.parametrize("spoil", MALFORMED.values(), ids=MALFORMED)
def test_malformed_answers_are_refused_in_words(people, spoil):
    authenticator = make_passkey(people.bob)
    client, options = at_the_key(people.bob)

    response = post_answer(client, spoil(json.loads(authenticator.get(options))))

    assert_refused(client, response)
    assert 'class="note is-bad"' in response.content.decode()


@pytest.mark.parametrize("spoil", MALFORMED.values(), ids=MALFORMED)
def test_malformed_registrations_are_refused_in_words(people, spoil):
    client = signed_in(people.bob)
    options = asked(choose_method(client, "passkey"))

    response = post_new(client, spoil(Authenticator().creation(options)))

    assert response.status_code == 422
    assert 'class="note is-bad"' in response.content.decode()


CHALLENGE = b"c" * 32
HOSTILE_CBOR = [
    b"",
    b"\x9f" * 4000,
    b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": 5}),
    cbor2.dumps({"fmt": "none", "attStmt": [], "authData": b"x" * 60}),
    cbor2.dumps({"fmt": "tpm", "attStmt": {"ver": "2.0"}, "authData": b"x" * 60}),
    b"\xd8\x23\x78\x20" + b"(" * 32,
]


@pytest.mark.parametrize("hostile", HOSTILE_CBOR, ids=range(len(HOSTILE_CBOR)))
def test_hostile_cbor_is_refused(hostile):
    answer = Authenticator().creation(_creation_options())
    answer["response"]["attestationObject"] = bytes_to_base64url(hostile)

    with pytest.raises(PasskeyRefused):
        passkeys.verify_registration(passkeys.Answer(json.dumps(answer), CHALLENGE))


@pytest.mark.parametrize(
    "key", [{}, {1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32}, {1: 1, 3: -8}, 5]
)
def test_a_public_key_that_cannot_verify_is_not_enrolled(key):
    authenticator = Authenticator()
    authenticator.cose_key = lambda: cbor2.dumps(key)  # type: ignore[method-assign]
    answer = authenticator.create(_creation_options())

    with pytest.raises(PasskeyRefused):
        passkeys.verify_registration(passkeys.Answer(answer, CHALLENGE))


def test_whatever_bytes_are_flipped_the_answer_is_refused_or_right():
    """A thousand mutants: nothing but PasskeyRefused comes out of the parsers."""
    draw = random.Random(3)  # noqa: S311  # the same mutants every time
    made = Authenticator().creation(_creation_options())
    refused = 0

    for _ in range(1000):
        mutant = json.loads(json.dumps(made))
        part = draw.choice(["clientDataJSON", "attestationObject"])
        data = bytearray(base64url_to_bytes(mutant["response"][part]))
        for _ in range(draw.randint(1, 3)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        mutant["response"][part] = bytes_to_base64url(bytes(data))
        try:
            passkeys.verify_registration(passkeys.Answer(json.dumps(mutant), CHALLENGE))
        except PasskeyRefused:
            refused += 1

    assert refused > 500


def _creation_options() -> dict:
    party = passkeys.find_party()
    assert party is not None
    options = passkeys.creation_options(
        party, challenge=CHALLENGE, handle=b"h" * 32, account="a", known=[]
    )
    return json.loads(options)
