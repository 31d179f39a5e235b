"""Attacks on log-in and enrolment, one a fault of the stock package.

Each takes a portal and says whether it got what an attacker wants. They import nothing
of ours: the stock site runs them in a process of its own.
"""

from __future__ import annotations

import base64
import math
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import time_machine
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import hotp

PASSWORD = "correct horse battery 7"
NUMBER, OTHER = "+41791234567", "+41791234568"
EMAIL = "owner@example.org"
ENOUGH_BITS = 60


class Portal:
    """What an attacker can do with a site; the two sites fill in how."""

    login_url: ClassVar[str]
    setup_url: ClassVar[str]
    pages: ClassVar[tuple[str, ...]]
    token_field: ClassVar[str]
    browser_cookie: str

    make_person: Callable[..., Any]
    make_app: Callable[[Any], bytes]
    make_number: Callable[[Any, str], None]
    count_factors: Callable[[Any], int]
    numbers_of: Callable[[Any], list[str]]
    sent: list[tuple[str, str]]
    begin_enrolment: Callable[[Client, str], Any]
    shown_secret: Callable[[Any], bytes | None]
    post_app_code: Callable[[Client, str], Any]
    post_number: Callable[[Client, str], Any]
    back_to_number: Callable[[Client], None]
    post_number_code: Callable[[Client, str], Any]
    ask_again: Callable[[Client, Any], None]
    take_recovery_codes: Callable[[Client, Any], list[str]]
    post_removal: Callable[[Client, Any], None]
    first_device: Callable[[Any], Any]
    forget_browsers: Callable[[Client], None]

    def client(self, network: str = "192.0.2.1") -> Client:
        return Client(REMOTE_ADDR=network, raise_request_exception=False)

    def post_password(self, client: Client, email: str, password: str = PASSWORD):
        client.get(self.login_url)
        return client.post(
            self.login_url,
            {
                "login_view-current_step": "auth",
                "auth-username": email,
                "auth-password": password,
            },
        )

    def post_code(self, client: Client, code: str, **more: str):
        return client.post(
            self.login_url,
            {"login_view-current_step": "token", self.token_field: code, **more},
        )

    def verify_session(self, client: Client, device: Any) -> None:
        """Make the session of somebody who logged in with the device."""
        client.force_login(device.user)
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()

    def dump(self) -> str:
        """Return the database as its thief reads it, sessions unpacked."""
        rows = []
        for model in apps.get_models():
            for row in model.objects.values():
                rows += [_readable(value) for value in row.values()]
        rows += [str(session.get_decoded()) for session in Session.objects.all()]
        return "\n".join(rows)


def every_attack() -> dict[str, Callable[[Portal], bool]]:
    """Return the attacks of this file by name."""
    here = vars(sys.modules[__name__])
    return {name: made for name, made in here.items() if name.startswith("fault_")}


def code_of(secret: bytes, offset: int = 0) -> str:
    """Return what an authenticator app shows now."""
    step = int(datetime.now(UTC).timestamp()) // 30
    return f"{hotp(secret, step + offset):06d}"


def wrong_codes(right: str, count: int) -> list[str]:
    """Return codes that are not the right one."""
    return [f"{(int(right) + 1000 + i) % 10**6:06d}" for i in range(count)]


def is_logged_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def is_verified(client: Client) -> bool:
    return DEVICE_ID_SESSION_KEY in client.session


def fault_01_password_alone_enrols_a_second_device(portal: Portal) -> bool:
    owner = portal.make_person(EMAIL)
    portal.make_app(owner)
    thief = portal.client()
    thief.force_login(owner)
    secret = portal.shown_secret(portal.begin_enrolment(thief, "app"))
    if secret is None:
        return False
    portal.post_app_code(thief, code_of(secret))
    return portal.count_factors(owner) == 2 and is_verified(thief)


def fault_02_app_codes_are_guessed_at_enrolment(portal: Portal) -> bool:
    owner = portal.make_person(EMAIL)
    thief = portal.client()
    portal.post_password(thief, EMAIL)
    secret = portal.shown_secret(portal.begin_enrolment(thief, "app"))
    assert secret
    for guess in wrong_codes(code_of(secret), 50):
        portal.post_app_code(thief, guess)
    portal.post_app_code(thief, code_of(secret))
    return portal.count_factors(owner) == 1


def fault_03_sms_codes_are_guessed_at_enrolment(portal: Portal) -> bool:
    owner = portal.make_person(EMAIL)
    thief = portal.client()
    portal.post_password(thief, EMAIL)
    portal.begin_enrolment(thief, "sms")
    portal.post_number(thief, NUMBER)
    right = portal.sent[-1][1]
    for guess in wrong_codes(right, 50):
        portal.post_number_code(thief, guess)
    portal.post_number_code(thief, right)
    return portal.count_factors(owner) == 1


def fault_04_code_of_one_number_confirms_another(portal: Portal) -> bool:
    owner = portal.make_person(EMAIL)
    with time_machine.travel(datetime.now(UTC)) as clock:
        client = portal.client()
        portal.post_password(client, EMAIL)
        portal.begin_enrolment(client, "sms")
        portal.post_number(client, NUMBER)
        code = portal.sent[-1][1]
        clock.shift(60)
        portal.back_to_number(client)
        portal.post_number(client, OTHER)
        portal.post_number_code(client, code)
    return OTHER in portal.numbers_of(owner)


def fault_05_pumps_sms_to_many_numbers(portal: Portal) -> bool:
    portal.make_person(EMAIL)
    before = len(portal.sent)
    with time_machine.travel(datetime.now(UTC)) as clock:
        for last in range(50):
            client = portal.client()
            portal.post_password(client, EMAIL)
            portal.begin_enrolment(client, "sms")
            portal.post_number(client, f"+417912345{last:02d}")
            clock.shift(60)
    assert len(portal.sent) > before
    return len(portal.sent) - before == 50


def fault_05_pumps_sms_by_asking_again_at_log_in(portal: Portal) -> bool:
    owner = portal.make_person(EMAIL)
    portal.make_number(owner, NUMBER)
    before = len(portal.sent)
    client = portal.client()
    portal.post_password(client, EMAIL)
    for _ in range(100):
        portal.ask_again(client, owner)
    assert len(portal.sent) > before
    return len(portal.sent) - before == 101


def fault_06_sms_code_opens_a_second_session(portal: Portal) -> bool:
    owner = portal.make_person(EMAIL)
    portal.make_number(owner, NUMBER)
    first, second = portal.client(), portal.client()
    portal.post_password(first, EMAIL)
    code = portal.sent[-1][1]
    portal.post_code(first, code)
    assert is_verified(first)
    portal.post_password(second, EMAIL)
    portal.post_code(second, code)
    return is_verified(second)


def fault_07_code_of_enrolment_opens_a_session(portal: Portal) -> bool:
    portal.make_person(EMAIL)
    with time_machine.travel(datetime.now(UTC), tick=False):
        owner, thief = portal.client(), portal.client()
        portal.post_password(owner, EMAIL)
        secret = portal.shown_secret(portal.begin_enrolment(owner, "app"))
        assert secret
        code = code_of(secret)
        portal.post_app_code(owner, code)
        assert is_verified(owner)
        portal.post_password(thief, EMAIL)
        portal.post_code(thief, code)
    return is_verified(thief)


def fault_08_secret_is_plain_in_the_database(portal: Portal) -> bool:
    portal.make_person(EMAIL)
    client = portal.client()
    portal.post_password(client, EMAIL)
    secret = portal.shown_secret(portal.begin_enrolment(client, "app"))
    assert secret
    portal.post_app_code(client, code_of(secret))
    assert is_verified(client)
    return _holds_secret(portal.dump(), secret)


def fault_08_pending_secret_is_plain_in_the_session(portal: Portal) -> bool:
    portal.make_person(EMAIL)
    client = portal.client()
    portal.post_password(client, EMAIL)
    secret = portal.shown_secret(portal.begin_enrolment(client, "app"))
    assert secret
    return _holds_secret(portal.dump(), secret)


def fault_09_recovery_codes_are_plain_in_the_database(portal: Portal) -> bool:
    owner, client = portal.make_person(EMAIL), portal.client()
    codes = portal.take_recovery_codes(client, owner)
    dump = portal.dump()
    return any(shape in dump for code in codes for shape in (code, _bare(code)))


def fault_09_recovery_codes_are_shown_again(portal: Portal) -> bool:
    owner, client = portal.make_person(EMAIL), portal.client()
    codes = portal.take_recovery_codes(client, owner)
    shown = "".join(client.get(page).content.decode() for page in portal.pages)
    return any(code in shown for code in codes)


def fault_09_recovery_codes_are_short(portal: Portal) -> bool:
    codes = portal.take_recovery_codes(portal.client(), portal.make_person(EMAIL))
    return min(len(_bare(code)) for code in codes) * math.log2(32) < ENOUGH_BITS


def fault_10_open_browser_removes_the_factor(portal: Portal) -> bool:
    owner, browser = portal.make_person(EMAIL), portal.client()
    portal.make_app(owner)
    portal.verify_session(browser, portal.first_device(owner))
    portal.post_removal(browser, owner)
    return portal.count_factors(owner) == 0


def fault_11_planted_session_key_is_verified_by_enrolment(portal: Portal) -> bool:
    portal.make_person(EMAIL)
    owner, thief = portal.client(), portal.client()
    portal.post_password(owner, EMAIL)
    thief.cookies = owner.cookies.copy()
    secret = portal.shown_secret(portal.begin_enrolment(owner, "app"))
    assert secret
    portal.post_app_code(owner, code_of(secret))
    assert is_verified(owner)
    return is_verified(thief)


def fault_12_clicking_through_leaves_a_browser_without_factor(portal: Portal) -> bool:
    owner = portal.make_person(EMAIL)
    secret = portal.make_app(owner)
    browser, thief = portal.client(), portal.client()
    page = portal.post_password(browser, EMAIL).content.decode()
    ticked = {
        name: "on"
        for box in re.findall(r"<input[^>]*type=\"checkbox\"[^>]*>", page)
        if " checked" in box
        for name in re.findall(r'name="([^"]+)"', box)
    }
    portal.post_code(browser, code_of(secret), **ticked)
    assert is_verified(browser)
    for name, morsel in browser.cookies.items():
        if name not in {"sessionid", "csrftoken", "messages"}:
            thief.cookies[name] = morsel.value
    portal.post_password(thief, EMAIL)
    return is_logged_in(thief)


def fault_12_cookie_that_skips_the_factor_travels_unencrypted(portal: Portal) -> bool:
    """Listen where the owner's browser, its box ticked, talks plain HTTP."""
    owner = portal.make_person(EMAIL)
    browser, thief = portal.client(), portal.client()
    _trust_browser(portal, browser, portal.make_app(owner))
    for name, morsel in browser.cookies.items():
        if name != "sessionid" and not morsel["secure"]:
            thief.cookies[name] = morsel.value
    portal.post_password(thief, EMAIL)
    return is_logged_in(thief)


def fault_12_owner_cannot_revoke_the_cookie_of_a_thief(portal: Portal) -> bool:
    owner = portal.make_person(EMAIL)
    browser, thief = portal.client(), portal.client()
    _trust_browser(portal, browser, portal.make_app(owner))
    for name, morsel in browser.cookies.items():
        if name != "sessionid":
            thief.cookies[name] = morsel.value
    portal.forget_browsers(browser)
    portal.post_password(thief, EMAIL)
    return is_logged_in(thief)


def fault_13_malformed_cookie_breaks_the_log_in(portal: Portal) -> bool:
    owner, browser = portal.make_person(EMAIL), portal.client()
    portal.make_app(owner)
    browser.cookies[portal.browser_cookie] = "garbage"
    return portal.post_password(browser, EMAIL).status_code == 500


def fault_14_password_alone_opens_the_admin(portal: Portal) -> bool:
    chief, thief = portal.make_person(EMAIL, superuser=True), portal.client()
    portal.make_app(chief)
    thief.force_login(chief)
    return thief.get("/admin/").status_code == 200


def fault_14_superuser_reads_the_secret_of_another(portal: Portal) -> bool:
    chief = portal.make_person("chief@example.org", superuser=True)
    secret = portal.make_app(portal.make_person(EMAIL))
    portal.make_app(chief)
    client = portal.client()
    portal.verify_session(client, portal.first_device(chief))
    assert client.get("/admin/").status_code == 200
    shown = "".join(client.get(page).content.decode() for page in _admin_pages())
    return _holds_secret(shown, secret)


def fault_15_password_is_guessed_without_end(portal: Portal) -> bool:
    portal.make_person(EMAIL)
    thief = portal.client()
    for number in range(50):
        portal.post_password(thief, EMAIL, f"wrong guess {number}")
    portal.post_password(thief, EMAIL)
    return is_logged_in(thief)


def fault_16_pages_load_from_elsewhere(portal: Portal) -> bool:
    owner, client = portal.make_person(EMAIL), portal.client()
    portal.make_app(owner)
    shown = client.get(portal.login_url).content.decode()
    portal.verify_session(client, portal.first_device(owner))
    shown += "".join(client.get(page).content.decode() for page in portal.pages)
    return bool(
        re.search(r'<(?:script|link|img)[^>]*(?:src|href)="(?:https?:)?//', shown)
    )


def fault_18_thief_keeps_the_owner_out_of_a_known_network(portal: Portal) -> bool:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        owner = portal.make_person(EMAIL)
        secret = portal.make_app(owner)
        _log_in(portal, portal.client("198.51.100.7"), secret)
        clock.shift(60)
        _try_wrong_codes(portal, clock, secret)
        return not _log_in(portal, portal.client("198.51.100.7"), secret)


def fault_18_thief_keeps_the_owner_out_for_hours(portal: Portal) -> bool:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        owner = portal.make_person(EMAIL)
        secret = portal.make_app(owner)
        _try_wrong_codes(portal, clock, secret)
        clock.shift(301)
        return not _log_in(portal, portal.client("203.0.113.200"), secret)


def _trust_browser(portal: Portal, browser: Client, secret: bytes) -> None:
    """Log in and tick the box that spares the code next time."""
    page = portal.post_password(browser, EMAIL).content.decode()
    boxes = re.findall(r'<input[^>]*type="checkbox"[^>]*>', page)
    names = [name for box in boxes for name in re.findall(r'name="([^"]+)"', box)]
    assert names
    portal.post_code(browser, code_of(secret), **dict.fromkeys(names, "on"))
    assert is_verified(browser)


def _try_wrong_codes(portal: Portal, clock: Any, secret: bytes) -> None:
    """Use the stolen password from forty networks, one every five minutes."""
    for host in range(40):
        thief = portal.client(f"203.0.113.{host}")
        portal.post_password(thief, EMAIL)
        portal.post_code(thief, wrong_codes(code_of(secret), 1)[0])
        if host < 39:
            clock.shift(timedelta(seconds=300))


def _log_in(portal: Portal, client: Client, secret: bytes) -> bool:
    portal.post_password(client, EMAIL)
    portal.post_code(client, code_of(secret))
    return is_verified(client)


def _admin_pages() -> list[str]:
    """Return each list and each row's page of whatever the admin shows."""
    pages = []
    for model in admin.site._registry:
        meta = model._meta
        base = f"admin:{meta.app_label}_{meta.model_name}"
        pages.append(reverse(f"{base}_changelist"))
        pages += [
            reverse(f"{base}_change", args=[row.pk])
            for row in model._default_manager.all()[:20]
        ]
    return pages


def _holds_secret(text: str, secret: bytes) -> bool:
    key = base64.b32encode(secret).decode()
    return secret.hex() in text or key in text


def _readable(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def _bare(code: str) -> str:
    return code.replace("-", "")
