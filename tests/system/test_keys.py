"""The list by keyboard alone, as people know it from their mail program."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from quarantine.models import Hold
from quarantine.states import State
from tests import factories
from tests.services.browser import DESKTOP
from tests.system import flows

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(
    people, browser: Browser, live_server, client_for: Callable[[User], Client]
) -> Page:
    """Open a list of three."""
    for number in (1, 2, 3):
        factories.make_hold(people.acme, subject=f"Nummer {number}")
    context = browser.new_context(viewport=DESKTOP, locale="de-CH")
    flows.take_over(context, client_for(people.alice), live_server.url)
    opened = context.new_page()
    opened.goto(f"{live_server.url}/holds/")
    yield opened
    context.close()


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.innerText")


def test_moves_ticks_and_discards(page: Page):
    for key in ("j", "j", "x", "k", "x"):
        page.keyboard.press(key)
    page.keyboard.press("d")

    expect(page.locator("main")).to_contain_text("2 E-Mails verworfen")
    assert Hold.objects.filter(state=State.DISCARDED).count() == 2


def test_opens_and_releases_where_one_stands(page: Page):
    page.keyboard.press("j")
    assert focused(page) == "Nummer 3"
    page.keyboard.press("r")
    expect(page.locator("#holds tbody tr").first).to_contain_text("wird freigegeben")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")

    expect(page).to_have_url(re.compile("/holds/[0-9a-f-]{36}/$"))


def test_typing_is_typing(page: Page):
    page.keyboard.press("/")
    page.keyboard.type("xjd")

    assert page.locator("[type=search]").input_value() == "xjd"
    assert not Hold.objects.exclude(state=State.HELD).exists()


def test_keys_can_be_switched_off_for_good(page: Page):
    page.keyboard.press("?")
    page.locator("[data-keys-off]").check()
    page.reload()

    page.keyboard.press("j")
    page.keyboard.press("x")

    assert page.locator("#holds tbody :checked").count() == 0
