"""Our portal, as the attacks on the stock site use it."""

from __future__ import annotations

import json
import re
import secrets

from django.test import Client

from accounts import browsers
from accounts.actions import factors
from accounts.keyring import seal, unseal
from accounts.models import Customer, SmsDevice, SmsMessage, TotpDevice, User
from accounts.tenancy import Role
from tests import factories
from tests.accounts import attacks
from tests.accounts.attacks import PASSWORD
from tests.accounts.conftest import LOGIN, SETUP, choose_method, typed_secret


class OurPortal(attacks.Portal):
    """Our views and devices; `sent` is what waits in the outbox."""

    login_url, setup_url = LOGIN, SETUP
    pages = (LOGIN, SETUP, "/account/", "/account/codes/")
    token_field = "token-code"

    @property
    def browser_cookie(self) -> str:
        return browsers.cookie_name()

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Return number and code of each SMS that a worker would send."""
        waiting = SmsMessage.objects.order_by("created_at", "pk")
        found = []
        for message in waiting:
            number, text = json.loads(
                unseal(bytes(message.sealed), purpose="sms.message")
            )
            found.append((number, re.findall(r"\d{6}", text)[0]))
        return found

    def make_person(self, email: str, *, superuser: bool = False) -> User:
        if superuser:
            return User.objects.create_superuser(email, PASSWORD)
        customer = Customer.objects.create(name=email)
        user = factories.make_person(email, customer, role=Role.MEMBER)
        user.set_password(PASSWORD)
        user.save()
        return user

    def make_app(self, user: User) -> bytes:
        secret = secrets.token_bytes(20)
        TotpDevice.objects.create(
            user=user,
            name="app",
            confirmed=True,
            sealed_secret=seal(secret, purpose="totp"),
        )
        return secret

    def make_number(self, user: User, number: str) -> None:
        factors.enrol_number(user, number)

    def count_factors(self, user: User) -> int:
        apps = TotpDevice.objects.filter(user=user).count()
        return apps + SmsDevice.objects.filter(user=user).count()

    def numbers_of(self, user: User) -> list[str]:
        return [device.number for device in SmsDevice.objects.filter(user=user)]

    def begin_enrolment(self, client: Client, kind: str):
        return choose_method(client, kind)

    def shown_secret(self, response) -> bytes | None:
        shows_key = response.context and "typed_key" in response.context
        return typed_secret(response) if shows_key else None

    def post_app_code(self, client: Client, code: str):
        return client.post(SETUP, {"setup_view-current_step": "app", "app-code": code})

    def post_number(self, client: Client, number: str):
        return client.post(
            SETUP, {"setup_view-current_step": "number", "number-number": number}
        )

    def back_to_number(self, client: Client) -> None:
        client.post(SETUP, {"wizard_goto_step": "number"})

    def post_number_code(self, client: Client, code: str):
        return client.post(
            SETUP, {"setup_view-current_step": "number_code", "number_code-code": code}
        )

    def ask_again(self, client: Client, user: User) -> None:
        device = SmsDevice.objects.get(user=user)
        client.post(LOGIN, {"challenge_device": device.persistent_id})

    def take_recovery_codes(self, client: Client, user: User) -> list[str]:
        self.post_password(client, user.email)
        secret = self.shown_secret(self.begin_enrolment(client, "app"))
        assert secret
        page = self.post_app_code(client, attacks.code_of(secret)).content.decode()
        codes = re.findall(r"<li>([0-9a-z-]{17})</li>", page)
        assert len(codes) == 10
        return codes

    def post_removal(self, client: Client, user: User) -> None:
        device = self.first_device(user)
        client.post("/account/factor/remove/", {"factor": device.persistent_id})

    def first_device(self, user: User) -> TotpDevice:
        return TotpDevice.objects.filter(user=user).first()

    def forget_browsers(self, client: Client) -> None:
        assert client.post("/account/sign-ins/end-others/").status_code == 302
