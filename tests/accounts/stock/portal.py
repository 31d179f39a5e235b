"""The stock site, as the attacks use it."""

from __future__ import annotations

import base64

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from two_factor.plugins.phonenumber.models import PhoneDevice

from tests.accounts import attacks
from tests.accounts.attacks import PASSWORD

LOGIN, SETUP = "/account/login/", "/account/two_factor/setup/"
SENT: list[tuple[str, str]] = []


class Gateway:
    """Where the package sends its SMS."""

    @staticmethod
    def send_sms(device: PhoneDevice, token: str) -> None:
        SENT.append((device.number.as_e164, token))


class StockPortal(attacks.Portal):
    """The package's own views and devices."""

    login_url, setup_url = LOGIN, SETUP
    pages = (LOGIN, SETUP, "/account/two_factor/", "/account/two_factor/backup/tokens/")
    token_field = "token-otp_token"
    browser_cookie = "remember-cookie_x"

    def make_person(self, email: str, *, superuser: bool = False) -> User:
        make = User.objects.create_superuser if superuser else User.objects.create_user
        return make(email, email, PASSWORD)

    def make_app(self, user: User) -> bytes:
        device = TOTPDevice.objects.create(user=user, name="default")
        return bytes(device.bin_key)

    def make_number(self, user: User, number: str) -> None:
        PhoneDevice.objects.create(
            user=user, name="default", method="sms", number=number
        )

    def count_factors(self, user: User) -> int:
        apps = TOTPDevice.objects.filter(user=user).count()
        return apps + PhoneDevice.objects.filter(user=user).count()

    def numbers_of(self, user: User) -> list[str]:
        return [d.number.as_e164 for d in PhoneDevice.objects.filter(user=user)]

    @property
    def sent(self) -> list[tuple[str, str]]:
        return SENT

    def begin_enrolment(self, client: Client, kind: str):
        client.get(SETUP)
        client.post(SETUP, {"setup_view-current_step": "welcome"})
        method = {"app": "generator", "sms": "sms"}[kind]
        return client.post(
            SETUP, {"setup_view-current_step": "method", "method-method": method}
        )

    def shown_secret(self, response) -> bytes | None:
        key = (response.context or {}).get("secret_key")
        return base64.b32decode(key) if key else None

    def post_app_code(self, client: Client, code: str):
        return client.post(
            SETUP, {"setup_view-current_step": "generator", "generator-token": code}
        )

    def post_number(self, client: Client, number: str):
        return client.post(
            SETUP, {"setup_view-current_step": "sms", "sms-number": number}
        )

    def back_to_number(self, client: Client) -> None:
        client.post(SETUP, {"wizard_goto_step": "sms"})

    def post_number_code(self, client: Client, code: str):
        return client.post(
            SETUP, {"setup_view-current_step": "validation", "validation-token": code}
        )

    def ask_again(self, client: Client, user: User) -> None:
        device = PhoneDevice.objects.get(user=user)
        client.post(LOGIN, {"challenge_device": device.persistent_id})

    def take_recovery_codes(self, client: Client, user: User) -> list[str]:
        self.make_app(user)
        self.verify_session(client, TOTPDevice.objects.get(user=user))
        client.post(reverse("two_factor:backup_tokens"))
        sheet = StaticDevice.objects.get(user=user)
        return [row.token for row in sheet.token_set.all()]

    def post_removal(self, client: Client, _user: User) -> None:
        client.post(reverse("two_factor:disable"), {"understand": "on"})

    def first_device(self, user: User) -> TOTPDevice:
        return TOTPDevice.objects.get(user=user)

    def forget_browsers(self, client: Client) -> None:
        """Do all the owner can without losing password or app: there is no page."""
        client.post("/account/logout/")
