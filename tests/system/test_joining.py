"""In Chromium: the link of an invitation, which opens once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.invitation_links import make_link
from tests import factories
from tests.services.browser import DESKTOP

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

NEW = "neu@acme.example"
NEW_PASSWORD = "sieben-Kirschen-auf-dem-Dach"


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Return a function that opens a fresh browser."""
    contexts = []

    def make() -> Page:
        context = browser.new_context(viewport=DESKTOP, locale="de-CH")
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def join(page: Page, address: str) -> None:
    """Set name and password by the link."""
    page.goto(address)
    expect(page.locator("h1")).to_have_text("Acme AG lädt Sie ein")
    page.locator("#id_full_name").fill("Nina Neu")
    page.locator("#id_new_password1").fill(NEW_PASSWORD)
    page.locator("#id_new_password2").fill(NEW_PASSWORD)
    page.locator("main button.primary").click()
    expect(page.locator("input[type=email]")).to_be_visible()


def test_the_link_is_void_afterwards(people, live_server, open_page):
    invitation = factories.make_invitation(people.acme, people.alice, NEW)
    address = live_server.url + urlsplit(make_link(invitation)).path
    join(open_page(), address)
    page = open_page()

    page.goto(address)

    expect(page.locator("h1")).to_have_text("Dieser Link gilt nicht mehr")
