"""Two browsers of one person: one ends the other, one is trusted; in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts import outbox, totp
from accounts.models import OutgoingMail
from tests import factories
from tests.conftest import TOTP_SECRET, make_totp_device
from tests.services.browser import DESKTOP, PHONE
from tests.system import flows

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]
PAGE = "/account/sign-ins/"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/6"


@pytest.fixture
def open_browser(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a fresh browser."""
    contexts: list[BrowserContext] = []

    def make(**options) -> Page:
        contexts.append(browser.new_context(locale="de-CH", **options))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


def deliver() -> None:
    for row in OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED):
        outbox.deliver(row.pk)


def test_ends_the_log_in_on_the_phone_and_was_told_of_it(
    people, open_browser, live_server
):
    url, bob = live_server.url, people.bob
    desk = open_browser(viewport=DESKTOP)
    phone = open_browser(viewport=PHONE, user_agent=IPHONE)
    flows.type_password(desk, url, bob.email, factories.PASSWORD)
    flows.type_password(phone, url, bob.email, factories.PASSWORD)
    deliver()
    desk.goto(url + PAGE)
    row = desk.get_by_role("row", name="Safari auf iPhone")

    row.get_by_role("button", name="Beenden").click()

    expect(desk.get_by_text("Die Anmeldung ist beendet.")).to_be_visible()
    expect(row).to_have_count(0)
    phone.goto(f"{url}/account/")
    expect(phone.get_by_text("Diese Anmeldung wurde beendet.")).to_be_visible()
    assert [sent.subject for sent in mail.outbox] == ["Neue Anmeldung bei Cleanmail"]
    assert "Safari auf iPhone" in mail.outbox[0].body


def test_a_trusted_browser_is_asked_for_the_password_only(
    people, open_browser, live_server
):
    make_totp_device(people.bob)
    page = open_browser(viewport=PHONE)
    url, email = live_server.url, people.bob.email
    flows.type_password(page, url, email, factories.PASSWORD)
    box = page.get_by_role("checkbox", name="Diesem Browser 30 Tage vertrauen")
    expect(box).not_to_be_checked()
    code = page.get_by_label("Code", exact=True)
    code.fill(totp.code_at(TOTP_SECRET, totp.current_step()))
    code.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Abmelden")).to_be_visible()
    page.get_by_role("button", name="Abmelden").click()

    flows.type_password(page, url, email, factories.PASSWORD)

    expect(page.get_by_role("button", name="Abmelden")).to_be_visible()
    page.goto(url + PAGE)
    page.get_by_role("button", name="Nicht mehr vertrauen").click()
    # Trust is no proof: the code is asked before anything changes, and at once.
    expect(page.get_by_role("heading", level=1)).to_have_text("Sind Sie es?")
