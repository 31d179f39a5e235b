"""What a person does in a browser, for the end-to-end tests and the screenshots."""

from __future__ import annotations

import base64
import re
import time

from django.conf import settings
from django.test import Client
from django_otp.oath import TOTP
from playwright.sync_api import BrowserContext, Page, expect

TOTP_STEP_SECONDS = 30


class App:
    """An authenticator app with one secret; never gives the same code twice."""

    def __init__(self, typed_key: str) -> None:
        compact = re.sub(r"\s", "", typed_key).upper()
        self.secret = base64.b32decode(compact + "=" * (-len(compact) % 8))
        self.last_step = -1

    def code(self) -> str:
        """Return the next fresh code; waits for a new one if need be."""
        step = int(time.time()) // TOTP_STEP_SECONDS
        while step <= self.last_step:
            time.sleep(0.5)
            step = int(time.time()) // TOTP_STEP_SECONDS
        self.last_step = step
        totp = TOTP(self.secret, step=TOTP_STEP_SECONDS)
        totp.time = step * TOTP_STEP_SECONDS
        return f"{totp.token():06d}"


def type_password(page: Page, url: str, email: str, password: str) -> None:
    """Fill the first screen of the log-in."""
    page.goto(f"{url}/login/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(password)
    page.locator("main button.primary").click()


def enrol_app(page: Page) -> App:
    """Enrol an authenticator app, from the choice of methods that stands open."""
    page.locator("main button.primary").click()
    app = App(page.locator("#secret").text_content() or "")
    type_code(page, app)
    keep_codes(page)
    return app


def keep_codes(page: Page) -> list[str]:
    """Read the recovery codes that are shown this once, and say they are kept."""
    codes = page.locator("#recovery-codes li")
    expect(codes).to_have_count(10)
    found = [text.strip() for text in codes.all_inner_texts()]
    page.locator("#kept").check()
    page.locator("main button.primary").click()
    expect(page.locator("#kept")).to_have_count(0)
    return found


def take_over(context: BrowserContext, client: Client, url: str) -> None:
    """Let the browser go on with the session of a test client."""
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": session.key, "value": session.value, "url": url}])


def type_code(page: Page, app: App) -> None:
    """Fill the second screen of the log-in."""
    page.locator("input[autocomplete=one-time-code]").fill(app.code())
    page.locator("main button.primary").click()
