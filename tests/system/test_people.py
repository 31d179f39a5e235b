"""In a real Chromium: what each of the three people comes for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.browser import DESKTOP
from tests.services.demo import PASSWORD, Demo
from tests.system import flows

pytestmark = pytest.mark.system

ANSWER_MILLISECONDS = 30_000


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Return a function that opens a fresh browser; complain about any script error."""
    complaints: list[str] = []
    contexts = []

    def make() -> Page:
        context = browser.new_context(viewport=DESKTOP, locale="de-CH")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type == "error" else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints


def test_end_user_enrols_and_releases_a_mail(stack: Demo, open_page):
    page = open_page()
    flows.type_password(page, stack.url, "anna@muster.example", PASSWORD)
    page.goto(f"{stack.url}/account/factor/")
    began = time.monotonic()
    app = flows.enrol_app(page)
    assert time.monotonic() - began < 60

    page.goto(f"{stack.url}/holds/")
    page.get_by_role("link", name="Radwechsel").click()
    page.get_by_role("button", name=re.compile("^Freigeben")).first.click()

    expect(page.locator(".answer.is-good")).to_contain_text(
        "250 2.0.0 Ok: queued as", timeout=ANSWER_MILLISECONDS
    )
    queue_id = re.search(r"queued as (\w+)", page.locator("main").inner_text())
    assert queue_id is not None
    received = (stack.next_hop / f"{queue_id[1]}.eml").read_bytes()
    assert "Wir bestätigen Ihren Termin".encode() in received

    again = open_page()
    flows.type_password(again, stack.url, "anna@muster.example", PASSWORD)
    again.goto(f"{stack.url}/holds/")
    assert "/login/" in again.url
    flows.type_password(again, stack.url, "anna@muster.example", PASSWORD)
    flows.type_code(again, app)
    expect(again.get_by_role("heading", name="Zurückgehalten")).to_be_visible()


def test_admin_probes_the_scanner_and_support_reads_it(stack: Demo, open_page):
    page = open_page()
    flows.type_password(page, stack.url, "admin@muster.example", PASSWORD)
    page.get_by_role("link", name="Diagnose").click()
    page.locator("main form button.primary").click()

    expect(page).to_have_url(re.compile("/diagnostics/[0-9a-f-]{36}/"))
    expect(page.locator("main .answer.is-good, main .answer.is-bad")).to_be_visible(
        timeout=ANSWER_MILLISECONDS
    )
    expect(page.locator("main")).to_contain_text("220")
    probe_id = page.url.rstrip("/").rsplit("/", 1)[1]

    staff = open_page()
    flows.type_password(staff, stack.url, "support@cleanmail.example", PASSWORD)
    flows.enrol_app(staff)
    staff.goto(f"{stack.url}/admin/diagnostics/probe/{probe_id}/change/")
    expect(staff.locator("body")).to_contain_text("greeting")
    expect(staff.locator("body")).to_contain_text("220")


def test_works_without_javascript(stack: Demo, browser: Browser):
    context = browser.new_context(java_script_enabled=False, locale="de-CH")
    page = context.new_page()
    flows.type_password(page, stack.url, "admin@muster.example", PASSWORD)
    page.goto(f"{stack.url}/holds/")
    page.get_by_role("link", name="Nachlass").click()

    page.get_by_role("button", name=re.compile("^Verwerfen")).first.click()

    expect(page.locator("main")).to_contain_text("erworfen")
    context.close()
