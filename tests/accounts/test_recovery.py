"""Recovery codes: shown once, good once, told, renewed, and gone with the factor."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core import mail
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import recovery, second_factor, totp
from accounts.actions import factors, recovery_codes
from accounts.errors import FactorMissing
from accounts.models import (
    AuditEvent,
    OutgoingMail,
    RecoveryCode,
    RecoverySheet,
    TotpDevice,
    User,
)
from tests.accounts.conftest import (
    LOGIN,
    SETUP,
    choose_method,
    post_code,
    post_password,
    totp_code,
    typed_secret,
)
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CODES = "/account/codes/"
KEPT = "/account/codes/kept/"


def issue(user: User) -> list[str]:
    """Give the person an app and codes."""
    make_totp_device(user)
    return recovery_codes.issue_first_codes(user)


def ask_for_code(client: Client, user: User, **query) -> RecoverySheet:
    """Go to the second screen and choose the recovery codes there."""
    post_password(client, user.email, **query)
    sheet = RecoverySheet.objects.get(user=user)
    client.post(LOGIN, {"challenge_device": sheet.persistent_id}, query_params=query)
    return sheet


def enrol(client: Client, **query):
    secret = typed_secret(choose_method(client, "app", **query))
    code = totp.code_at(secret, totp.current_step())
    data = {"setup_view-current_step": "app", "app-code": code}
    return client.post(SETUP, data, query_params=query)


def shown(response) -> list[str]:
    return re.findall(r"<li>([0-9a-z-]{17})</li>", response.content.decode())


def test_codes_have_more_than_sixty_bits_and_differ():
    codes = recovery.draw()

    assert len(set(codes)) == 10
    for code in codes:
        assert re.fullmatch(r"([0-9a-hjkmnp-tv-z]{5}-){2}[0-9a-hjkmnp-tv-z]{5}", code)
    assert len(recovery.ALPHABET) ** len(codes[0].replace("-", "")) >= 2**60


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("01abc-defgh-jkmnp", "01abcdefghjkmnp"),
        (" 01ABC defgh\u2013JKMNP ", "01abcdefghjkmnp"),
        ("OIABCdefghjkmnp", "01abcdefghjkmnp"),
        ("o1abcdefghjkmnpq", ""),
        ("01abcdefghjkmn", ""),
        ("uuuuuuuuuuuuuuu", ""),
        ("", ""),
    ],
)
def test_reads_codes_as_people_type_them(typed, meant):
    assert recovery.normalize(typed) == meant


def test_the_first_factor_brings_codes_that_are_shown_once(people, client: Client):
    post_password(client, "bob@acme.example")

    response = enrol(client, next="/holds/")

    codes = shown(response)
    assert len(codes) == 10
    assert "no-store" in response["Cache-Control"]
    assert 'name="next" value="/holds/"' in response.content.decode()
    for path in ("/account/", CODES, SETUP):
        page = client.get(path).content.decode()
        assert not any(code in page for code in codes)


def test_codes_are_nowhere_in_session_database_or_log(people, client: Client, caplog):
    post_password(client, "bob@acme.example")

    codes = shown(enrol(client))

    stored = [json.dumps(item.get_decoded()) for item in Session.objects.all()]
    stored += [item.code_hash for item in RecoveryCode.objects.all()]
    stored += [json.dumps(item.detail) for item in AuditEvent.objects.all()]
    text = "\n".join([*stored, caplog.text])
    assert RecoveryCode.objects.count() == 10
    assert not any(code in text or code.replace("-", "") in text for code in codes)


def test_sending_the_enrolment_again_shows_them_no_more(people, client: Client):
    post_password(client, "bob@acme.example")
    secret = typed_secret(choose_method(client, "app"))
    data = {
        "setup_view-current_step": "app",
        "app-code": totp.code_at(secret, totp.current_step()),
    }

    first = client.post(SETUP, data)
    again = client.post(SETUP, data)

    assert len(shown(first)) == 10
    assert again.status_code == 302
    assert TotpDevice.objects.count() == 1


def test_a_second_factor_brings_no_new_codes(people, client_for):
    client = client_for(people.bob)
    recovery_codes.issue_first_codes(people.bob)
    before = list(RecoveryCode.objects.values_list("code_hash", flat=True))

    response = enrol(client)

    assert response.status_code == 302
    assert list(RecoveryCode.objects.values_list("code_hash", flat=True)) == before


def test_the_tick_is_remembered_and_leads_on(people, client_for):
    client = client_for(people.bob)
    recovery_codes.issue_first_codes(people.bob)
    before = client.get("/account/").content.decode()

    response = client.post(KEPT, {"kept": "on", "next": "/holds/"})

    assert response.url == "/holds/"
    assert "nicht bestätigt" in before
    assert "nicht bestätigt" not in client.get("/account/").content.decode()


@pytest.mark.parametrize("data", [{}, {"next": "https://evil.example/"}])
def test_without_the_tick_nothing_is_remembered(people, client_for, data):
    client = client_for(people.bob)
    recovery_codes.issue_first_codes(people.bob)

    assert client.post(KEPT, data).url == "/account/"
    assert RecoverySheet.objects.get().kept_at is None
    assert client.get(KEPT).status_code == 405


def test_log_in_offers_the_codes_and_takes_one(people, client: Client):
    codes = issue(people.bob)
    offered = post_password(client, "bob@acme.example").content.decode()

    ask_for_code(client, people.bob, next="/account/")
    response = post_code(client, codes[3].upper().replace("-", " "), next="/account/")

    assert "Ersatzcode eingeben" in offered
    assert response.url == "/account/"
    assert client.session[SESSION_KEY] == str(people.bob.pk)
    page = client.get("/account/").content.decode()
    assert "9 Codes sind noch nicht benutzt." in page
    assert AuditEvent.objects.get(action="auth.login").detail == {"factor": "recovery"}


def test_use_is_audited_and_told(
    people, client: Client, worker_in_line, django_capture_on_commit_callbacks
):
    codes = issue(people.bob)
    ask_for_code(client, people.bob)

    with django_capture_on_commit_callbacks(execute=True):
        post_code(client, codes[0])

    event = AuditEvent.objects.get(action="recovery.use")
    assert (event.actor, event.customer) == (people.bob, people.acme)
    assert event.detail == {"left": 9}
    assert [item.subject for item in mail.outbox] == [
        "Ein Ersatzcode für Cleanmail wurde benutzt"
    ]
    assert codes[0] not in mail.outbox[0].body


def test_refuses_a_code_that_was_used(people, client: Client):
    codes = issue(people.bob)
    ask_for_code(client, people.bob)
    post_code(client, codes[0])
    other = Client()
    ask_for_code(other, people.bob)

    response = post_code(other, codes[0])

    assert response.status_code == 422
    assert "schon benutzt" in response.content.decode()
    assert SESSION_KEY not in other.session


def test_refuses_the_code_of_somebody_else(people, client: Client):
    issue(people.bob)
    foreign = issue(people.alice)
    sheet = RecoverySheet.objects.get(user=people.alice)
    ask_for_code(client, people.bob)

    assert post_code(client, foreign[0]).status_code == 422
    asked = client.post(LOGIN, {"challenge_device": sheet.persistent_id})
    assert asked.context["device"].user_id == people.bob.pk
    assert sheet.count_left() == 10


@pytest.mark.parametrize("code", ["", "123456", "abc", "uuuuu-uuuuu-uuuuu", "x" * 41])
def test_says_what_a_code_looks_like(people, client: Client, code):
    issue(people.bob)
    ask_for_code(client, people.bob)

    assert post_code(client, code).status_code == 422
    assert SESSION_KEY not in client.session


def test_wrong_codes_are_throttled_together_with_those_of_the_app(
    people, client: Client
):
    codes = issue(people.bob)
    ask_for_code(client, people.bob)
    wrong = "00000-00000-00000"

    statuses = [post_code(client, wrong).status_code for _ in range(6)]
    refused = post_code(client, codes[0])
    app = Client()
    post_password(app, "bob@acme.example")
    refused_too = post_code(app, totp_code())

    assert statuses == [422] * 5 + [429]
    assert refused.status_code == refused_too.status_code == 429
    assert RecoverySheet.objects.get().count_left() == 10


def test_a_code_without_the_password_opens_nothing(people, client: Client):
    codes = issue(people.bob)
    sheet = RecoverySheet.objects.get()
    client.get(LOGIN)

    asked = client.post(LOGIN, {"challenge_device": sheet.persistent_id})
    post_code(client, codes[0])

    assert asked.url == LOGIN
    assert SESSION_KEY not in client.session
    assert sheet.count_left() == 10


def test_the_password_without_a_code_gets_no_codes(people):
    issue(people.bob)
    thief = Client()
    thief.force_login(people.bob)

    for path in (CODES, KEPT):
        for verb in (thief.get, thief.post):
            answer = verb(path, {"kept": "on"})
            assert answer.status_code == 302
            assert answer.url.startswith("/account/confirm/")
    assert RecoverySheet.objects.get().kept_at is None


def test_the_last_code_lets_in_and_is_offered_no_more(people, client: Client):
    codes = issue(people.bob)
    RecoveryCode.objects.exclude(pk=RecoveryCode.objects.first().pk).update(
        used_at=timezone.now()
    )
    sheet = ask_for_code(client, people.bob)

    response = post_code(client, codes[0])

    assert response.status_code == 302
    assert "Alle Ersatzcodes sind benutzt." in client.get("/account/").content.decode()
    other = Client()
    post_password(other, "bob@acme.example")
    page = other.post(LOGIN, {"challenge_device": sheet.persistent_id})
    assert isinstance(page.context["device"], TotpDevice)
    assert "Ersatzcode eingeben" not in page.content.decode()


def test_whoever_lost_the_phone_replaces_it_alone(people, client: Client):
    codes = issue(people.bob)
    old = TotpDevice.objects.get()
    ask_for_code(client, people.bob)
    post_code(client, codes[0])

    response = enrol(client)
    removed = client.post("/account/factor/remove/", {"factor": old.persistent_id})

    assert response.status_code == removed.status_code == 302
    assert TotpDevice.objects.get(user=people.bob) != old
    assert client.get("/account/").status_code == 200
    assert RecoverySheet.objects.get().count_left() == 9


def test_step_up_takes_a_code(people, client_for):
    client = client_for(people.bob)
    codes = recovery_codes.issue_first_codes(people.bob)
    sheet = RecoverySheet.objects.get()
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        page = client.get("/account/confirm/").content.decode()
        query = {"factor": sheet.persistent_id, "next": CODES}
        response = client.post(
            "/account/confirm/", {"code": codes[0]}, query_params=query
        )
        after = client.get(CODES)

    assert "Ersatzcode" in page
    assert response.url == CODES
    assert after.status_code == 200
    assert AuditEvent.objects.filter(action="recovery.use").exists()


def test_renewal_shows_new_codes_and_the_old_ones_die(
    people, client_for, worker_in_line, django_capture_on_commit_callbacks
):
    client = client_for(people.bob)
    old = recovery_codes.issue_first_codes(people.bob)
    asked = client.get(CODES)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(CODES)

    new, sheet = shown(response), RecoverySheet.objects.get()
    assert shown(asked) == []
    assert len(new) == 10
    assert "no-store" in response["Cache-Control"]
    assert not any(sheet.verify_token(code) for code in old)
    assert sheet.verify_token(new[0])
    assert AuditEvent.objects.filter(action="recovery.issue").count() == 2
    assert mail.outbox[0].subject == "Neue Ersatzcodes für Cleanmail"


def test_renewal_ends_sessions_by_old_codes_but_not_the_own(people):
    codes = issue(people.bob)
    own, other = Client(), Client()
    for client, code in ((own, codes[0]), (other, codes[1])):
        ask_for_code(client, people.bob)
        post_code(client, code)

    own.post(CODES)

    assert own.get("/account/").status_code == 200
    assert other.get("/account/").url.startswith("/account/confirm/")


def test_renewal_asks_for_a_fresh_proof(people, client_for):
    client = client_for(people.bob)
    recovery_codes.issue_first_codes(people.bob)
    before = RecoverySheet.objects.get()

    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        response = client.post(CODES)

    assert response.url.startswith("/account/confirm/")
    assert RecoverySheet.objects.get() == before


def test_there_are_no_codes_without_a_factor(people, client: Client):
    post_password(client, "bob@acme.example")

    assert client.post(CODES).url == client.get(CODES).url == "/account/"
    with pytest.raises(FactorMissing):
        recovery_codes.renew_codes(people.bob)
    assert "Ersatzcodes" not in client.get("/account/").content.decode()


def test_codes_go_with_the_last_factor_only(people):
    issue(people.bob)
    first, second = TotpDevice.objects.get(), make_totp_device(people.bob)

    factors.remove_factor(people.bob, first)
    between = RecoverySheet.objects.count()
    factors.remove_factor(people.bob, second)

    assert between == 1
    assert not RecoverySheet.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_reset_takes_the_codes_of_this_person_only(people):
    issue(people.bob)
    issue(people.alice)

    factors.reset_factor(people.bob, reason="Telefon verloren")

    assert RecoverySheet.objects.get().user == people.alice
    assert second_factor.list_ways(people.bob) == []


def test_codes_can_not_be_chosen_at_enrolment(people, client: Client):
    post_password(client, "bob@acme.example")

    response = choose_method(client, "recovery")

    assert response.status_code == 422
    assert not RecoverySheet.objects.exists()


def test_the_sheet_can_not_be_removed_as_a_factor(people, client_for):
    client = client_for(people.bob)
    recovery_codes.issue_first_codes(people.bob)
    sheet = RecoverySheet.objects.get()

    for verb in (client.get, client.post):
        answer = verb("/account/factor/remove/", {"factor": sheet.persistent_id})
        assert answer.status_code == 404
    assert RecoverySheet.objects.exists()


def test_no_page_of_the_admin_shows_codes(people, client_for):
    issue(people.alice)
    client = client_for(people.operator)

    page = client.get(reverse("admin:index")).content.decode().lower()

    assert "recovery" not in page
    assert client.get("/admin/accounts/recoverysheet/").status_code == 404
    assert client.get("/admin/accounts/recoverycode/").status_code == 404


def test_codes_outlive_a_new_key_at_the_head_of_the_ring(people, settings):
    codes = issue(people.bob)
    settings.KEY_RING = "new:" + "QUFB" * 10 + "QUE=," + settings.KEY_RING

    assert RecoverySheet.objects.get().verify_token(codes[0])


def test_whoever_has_no_codes_is_offered_none(people, client: Client):
    make_totp_device(people.bob)

    page = post_password(client, "bob@acme.example").content.decode()

    assert "Ersatzcode eingeben" not in page


class DiskFull(Exception):
    """What a database may raise at any row."""


@pytest.mark.parametrize("row", [AuditEvent, OutgoingMail])
def test_a_code_is_used_and_told_or_neither(people, row):
    """A fault between the two must not burn a code that let nobody in."""
    code = issue(people.bob)[0]
    sheet = RecoverySheet.objects.get(user=people.bob)

    def fail(**_kwargs: object) -> None:
        raise DiskFull

    post_save.connect(fail, sender=row)
    try:
        with pytest.raises(DiskFull):
            recovery_codes.use_code(people.bob, sheet, code)
    finally:
        post_save.disconnect(fail, sender=row)

    assert sheet.count_left() == 10
    assert not AuditEvent.objects.filter(action="recovery.use").exists()
    assert recovery_codes.use_code(people.bob, sheet, code)
    assert sheet.count_left() == 9
