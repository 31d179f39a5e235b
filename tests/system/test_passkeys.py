"""Passkeys in a real Chromium with a virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.services.browser import DESKTOP
from tests.services.demo import PASSWORD, Demo
from tests.system import flows
from tests.system.conftest import PAUL, STEFAN
from tests.system.looking import STANDARDS

pytestmark = pytest.mark.system


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a fresh browser; complain about any script error."""
    complaints: list[str] = []
    context = browser.new_context(viewport=DESKTOP, locale="de-CH")
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert not complaints


def by_address(stack: Demo) -> str:
    """Return the demo's address without the name that passkeys need."""
    return stack.url.replace("localhost", "127.0.0.1")


def plug_in(page: Page) -> tuple[CDPSession, str]:
    """Give the browser an authenticator that knows its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, added["authenticatorId"]


def enrol(page: Page, url: str) -> None:
    """Choose the passkey and go through with it, by keyboard."""
    page.goto(f"{url}/account/factor/")
    page.locator("#method-passkey").check()
    page.keyboard.press("Enter")
    expect(page.locator("[data-passkey-start]")).to_be_focused()
    expect(page.locator("main .note:visible")).to_have_count(0)
    page.keyboard.press("Enter")


def assert_accessible(page: Page) -> None:
    """Let axe find nothing on the page that asks for a passkey."""
    expect(page.locator("[data-passkey-start]")).to_be_visible()
    options = {"runOnly": {"type": "tag", "values": STANDARDS}}
    assert Axe().run(page, options=options).response["violations"] == []


def keep_codes(page: Page) -> None:
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.locator("#kept").check()
    page.locator("main button.primary").click()
    expect(page.locator("#kept")).to_have_count(0)


def test_a_passkey_from_enrolment_to_its_end(stack: Demo, page: Page):
    url = stack.url
    devtools, authenticator = plug_in(page)
    flows.type_password(page, url, PAUL, PASSWORD)

    enrol(page, url)
    keep_codes(page)
    kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})[
        "credentials"
    ]
    assert [item["rpId"] for item in kept] == ["localhost"]

    enrol(page, url)
    expect(page.locator("[data-passkey-error=InvalidStateError]")).to_be_visible()
    assert_accessible(page)

    page.goto(f"{url}/account/")
    page.locator("main").get_by_role("button", name="Abmelden").click()
    flows.type_password(page, url, PAUL, PASSWORD)
    expect(page.get_by_role("heading", name="Passkey benutzen")).to_be_visible()
    expect(page.locator("input[name=trust]")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/login/"))

    page.goto(f"{url}/account/confirm/?next=/account/")
    assert_accessible(page)
    page.get_by_role("button", name="Mit Passkey bestätigen").click()
    expect(page.get_by_role("heading", name="Ihr Konto")).to_be_visible()

    page.get_by_role("link", name=re.compile("^Umbenennen")).click()
    page.get_by_label("Name").fill("Pauls Schlüssel")
    page.locator("main button.primary").click()
    expect(page.locator("main")).to_contain_text("Passkey «Pauls Schlüssel»")

    page.get_by_role("link", name=re.compile("^Entfernen")).click()
    page.locator("main button.danger").click()
    expect(page.locator("main")).to_contain_text("Ihr Konto schützt nur das Passwort.")


def test_a_passkey_that_is_not_there_is_said_in_words_and_a_code_gets_in(
    stack: Demo, page: Page, browser: Browser
):
    url = stack.url
    devtools, authenticator = plug_in(page)
    flows.type_password(page, url, STEFAN, PASSWORD)
    enrol(page, url)
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    code = page.locator("#recovery-codes li").first.inner_text()
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    page.context.clear_cookies()

    flows.type_password(page, url, STEFAN, PASSWORD)
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.locator("[data-passkey-error=NotAllowedError]")).to_be_visible()
    expect(page.locator("[data-passkey-start]")).to_be_focused()

    page.get_by_role("button", name="Ersatzcode eingeben").click()
    page.get_by_label("Ersatzcode").fill(code)
    page.locator("main button.primary").click()
    expect(page).not_to_have_url(re.compile("/login/"))

    still = browser.new_context(java_script_enabled=False, locale="de-CH")
    plain = still.new_page()
    flows.type_password(plain, url, STEFAN, PASSWORD)
    expect(plain.locator("main")).to_contain_text("Passkeys brauchen JavaScript")
    expect(plain.locator("[data-passkey-start]")).to_be_hidden()
    expect(plain.get_by_role("button", name="Ersatzcode eingeben")).to_be_visible()
    still.close()


def test_the_page_at_an_address_leads_to_the_one_with_a_name(stack: Demo, page: Page):
    flows.type_password(page, by_address(stack), "admin@muster.example", PASSWORD)
    page.goto(f"{by_address(stack)}/account/factor/")

    expect(page.locator("#method-passkey")).to_have_count(0)
    page.get_by_role("link", name="Portal dort öffnen").click()

    expect(page).to_have_url(re.compile(f"^{stack.url}/login/"))
    assert "next=/account/factor/" in page.url
