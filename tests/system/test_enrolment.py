"""Enrolment in Chromium: how much it asks of a person, by mouse and by keyboard."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import TotpDevice
from tests import factories
from tests.conftest import make_totp_device
from tests.services.browser import DESKTOP
from tests.services.demo import PASSWORD as DEMO_PASSWORD
from tests.services.demo import Demo
from tests.system import flows
from tests.system.conftest import NORA

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]
# A card of the keystroke-level model: seconds of a practised person's acts.
SECONDS_A_KEY, SECONDS_TO_POINT, SECONDS_TO_THINK = 0.28, 1.1, 1.35
SECONDS_WITH_THE_PHONE = 15  # take it, open the app, scan, read the code


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of a fresh browser."""
    context = browser.new_context(
        viewport=DESKTOP, locale="de-CH", accept_downloads=True
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def enrolled(people, page: Page, live_server) -> Page:
    """Return the page that shows bob's new recovery codes."""
    flows.type_password(page, live_server.url, people.bob.email, factories.PASSWORD)
    page.goto(f"{live_server.url}/account/factor/")
    page.locator("main button.primary").click()
    flows.type_code(page, flows.App(page.locator("#secret").text_content() or ""))
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    return page


class Screens:
    """What each screen of a path asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.typed: list[int] = []
        self.ticked: list[int] = []

    @property
    def seconds_of_a_person(self) -> float:
        """What the model says: a click a screen and a tick, six keys a field."""
        clicks = len(self.typed) + sum(self.ticked)
        keys = 6 * sum(self.typed)
        return clicks * (SECONDS_TO_THINK + SECONDS_TO_POINT) + keys * SECONDS_A_KEY

    def look(self) -> None:
        """Count what the screen in front of us demands."""
        required = self.page.locator("main :is(input, select, textarea)[required]")
        kinds = [field.get_attribute("type") for field in required.all()]
        ticks = [kind for kind in kinds if kind in {"checkbox", "radio"}]
        self.ticked.append(len(ticks))
        self.typed.append(len(kinds) - len(ticks))


def test_an_app_is_enrolled_in_three_screens_with_one_code_and_one_tick(
    people, page: Page, live_server, say: Callable[[str], None]
):
    flows.type_password(page, live_server.url, people.bob.email, factories.PASSWORD)
    page.goto(f"{live_server.url}/account/factor/")
    began = time.monotonic()
    screens = Screens(page)

    screens.look()
    expect(page.locator("input[name=method-method]:checked")).to_have_value("app")
    page.locator("main button.primary").click()
    screens.look()
    flows.type_code(page, flows.App(page.locator("#secret").text_content() or ""))
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    screens.look()
    page.locator("#kept").check()
    page.locator("main button.primary").click()
    expect(page.locator("#kept")).to_have_count(0)

    machine = time.monotonic() - began
    person = screens.seconds_of_a_person + SECONDS_WITH_THE_PHONE
    say(
        f"enrolling an app: 3 screens, machine {machine:.1f} s, "
        f"person about {person:.0f} s, together {machine + person:.0f} s"
    )
    assert screens.typed == [0, 1, 0]
    assert screens.ticked == [0, 0, 1]
    # What the model says of these counts, not the clock of a busy machine.
    assert person < 60
    assert TotpDevice.objects.get(user=people.bob).confirmed


def test_log_in_with_a_second_factor_takes_two_screens(people, page: Page, live_server):
    app = flows.App("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    make_totp_device(people.bob)
    screens = Screens(page)
    page.goto(f"{live_server.url}/login/")

    screens.look()
    page.locator("input[type=email]").fill(people.bob.email)
    page.locator("input[type=password]").fill(factories.PASSWORD)
    page.locator("main button.primary").click()
    expect(page.locator("input[autocomplete=one-time-code]")).to_be_visible()
    screens.look()
    flows.type_code(page, app)
    page.wait_for_url(re.compile(r"/(holds/)?$"))

    assert screens.typed == [2, 1]
    assert screens.ticked == [0, 0]


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus; each stop must show where it is."""
    for _ in range(40):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {selector}")


def test_enrolment_needs_no_mouse(people, page: Page, live_server):
    page.goto(f"{live_server.url}/login/")
    tab_to(page, "input[type=email]")
    page.keyboard.type(people.bob.email)
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"^(?!.*/login/)"))

    page.goto(f"{live_server.url}/account/")
    tab_to(page, 'main a[href="/account/factor/"]')
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/account/factor/"))
    tab_to(page, "main button.primary")
    page.keyboard.press("Enter")
    expect(page.locator("#secret")).to_have_count(1)
    tab_to(page, "main summary")
    page.keyboard.press("Enter")
    expect(page.locator("#secret")).to_be_visible()
    app = flows.App(page.locator("#secret").text_content() or "")
    tab_to(page, "input[autocomplete=one-time-code]")
    page.keyboard.type(app.code())
    page.keyboard.press("Tab")
    page.keyboard.type("Mein Telefon")
    page.keyboard.press("Enter")
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    tab_to(page, "#kept")
    page.keyboard.press("Space")
    tab_to(page, "main button.primary")
    page.keyboard.press("Enter")

    expect(page.locator("#kept")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("«Mein Telefon»")


def test_recovery_codes_are_saved_as_a_file(enrolled: Page, people):
    with enrolled.expect_download() as saving:
        enrolled.get_by_role("link", name="Als Datei speichern").click()

    file = saving.value
    text = Path(file.path()).read_text(encoding="utf-8")
    codes = enrolled.locator("#recovery-codes li").all_text_contents()
    assert file.suggested_filename == "Ersatzcodes.txt"
    assert re.findall(r"[0-9a-z]{5}-[0-9a-z]{5}-[0-9a-z]{5}", text) == codes
    assert people.bob.email in text


def test_recovery_codes_are_saved_as_a_file_without_javascript(
    people, browser: Browser, live_server
):
    context = browser.new_context(java_script_enabled=False, locale="de-CH")
    page = context.new_page()
    flows.type_password(page, live_server.url, people.bob.email, factories.PASSWORD)
    page.goto(f"{live_server.url}/account/factor/")
    page.locator("main button.primary").click()
    flows.type_code(page, flows.App(page.locator("#secret").text_content() or ""))

    with page.expect_download() as saving:
        page.get_by_role("link", name="Als Datei speichern").click()

    assert saving.value.suggested_filename == "Ersatzcodes.txt"
    context.close()


def test_recovery_codes_print_on_one_sheet_without_buttons(enrolled: Page):
    enrolled.emulate_media(media="print")

    pdf = enrolled.pdf(format="A4")

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    expect(enrolled.locator("#recovery-codes li").last).to_be_visible()
    expect(enrolled.locator(".print-only")).to_contain_text("Ersatzcodes für Cleanmail")
    for hidden in ("Drucken", "Als Datei speichern", "Kopieren"):
        expect(enrolled.get_by_text(hidden, exact=True)).to_be_hidden()
    expect(enrolled.locator("#kept")).to_be_hidden()
    expect(enrolled.locator(".path")).to_be_hidden()


def codes_in(folder: Path) -> list[str]:
    """Return the codes of the SMS that the demo's gateway wrote, oldest first."""
    texts = [path.read_text() for path in sorted(folder.glob("sms-*.txt"))]
    return [re.findall(r"(?<!\d)\d{6}(?!\d)", text)[0] for text in texts]


def test_a_number_is_enrolled_and_the_page_follows_the_sms(stack: Demo, page: Page):
    """With a real worker: what becomes of the SMS appears without a reload."""
    flows.type_password(page, stack.url, NORA, DEMO_PASSWORD)
    page.goto(f"{stack.url}/account/factor/")
    page.get_by_text("SMS", exact=True).click()
    page.locator("main button.primary").click()
    page.locator("input[autocomplete=tel]").fill("079 123 45 67")
    page.locator("main button.primary").click()

    expect(page.locator("main")).to_contain_text("+41 79 ••• •• 67")
    expect(page.locator("#sms-status")).to_contain_text(
        "Die SMS ist dem Netz übergeben.", timeout=60_000
    )
    first = int(page.locator("[data-countdown] b").text_content() or "0")
    expect(page.locator("[data-countdown] b")).not_to_have_text(str(first))
    page.locator("input[autocomplete=one-time-code]").fill(
        codes_in(stack.folder / "demo" / "outbox")[-1]
    )
    page.locator("main button.primary").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.locator("#kept").check()
    page.locator("main button.primary").click()
    expect(page.locator("main")).to_contain_text("SMS an +41 79 ••• •• 67")

    page.context.clear_cookies()
    flows.type_password(page, stack.url, NORA, DEMO_PASSWORD)
    expect(page.locator("main")).to_contain_text("Einen neuen Code können Sie in")
    expect(page.locator("main")).to_contain_text("gilt in diesem Browser zurzeit kein")
    expect(page.get_by_role("button", name="Ersatzcode eingeben")).to_be_visible()
