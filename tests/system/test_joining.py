"""In Chromium, from the invitation to the factor that an admin has reset."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.invitation_links import make_link
from accounts.models import AuditEvent, Invitation, Policy
from tests import factories
from tests.services.browser import DESKTOP
from tests.system import flows

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


def invite(page: Page, url: str) -> str:
    """Invite somebody by the page; return the link's path, as the mail has it."""
    page.goto(f"{url}/people/")
    page.get_by_role("link", name="Einladen", exact=True).click()
    page.locator("#id_email").fill(NEW)
    page.locator("main button.primary").click()
    expect(page.get_by_text("Die Einladung ist unterwegs.")).to_be_visible()
    expect(page.locator("main")).to_contain_text(NEW)
    return urlsplit(make_link(Invitation.objects.get())).path


def join(page: Page, address: str) -> None:
    """Set name and password by the link."""
    page.goto(address)
    expect(page.locator("h1")).to_have_text("Acme AG lädt Sie ein")
    page.locator("#id_full_name").fill("Nina Neu")
    page.locator("#id_new_password1").fill(NEW_PASSWORD)
    page.locator("#id_new_password2").fill(NEW_PASSWORD)
    page.locator("main button.primary").click()
    expect(page.locator("input[type=email]")).to_be_visible()


def reset(page: Page, url: str) -> None:
    """Reset the new person's factor, as an admin."""
    page.goto(f"{url}/people/")
    page.get_by_role("link", name="Nina Neu").click()
    expect(page.locator("main")).to_contain_text("eingerichtet")
    page.get_by_role("link", name="Zurücksetzen").click()
    page.locator("#id_reason").fill("Telefon verloren")
    page.get_by_role("button", name="Zurücksetzen").click()
    expect(page.locator("main")).to_contain_text("Der zweite Faktor ist zurückgesetzt")


def test_invited_enrolled_reset_and_enrolled_anew(people, live_server, open_page):
    Policy.objects.filter(customer=people.acme).update(second_factor="everybody")
    url, admin, person = live_server.url, open_page(), open_page()
    flows.type_password(admin, url, people.alice.email, factories.PASSWORD)
    flows.enrol_app(admin)

    join(person, url + invite(admin, url))
    flows.type_password(person, url, NEW, NEW_PASSWORD)
    expect(person).to_have_url(re.compile("/account/factor/"))
    first = flows.enrol_app(person)
    person.goto(f"{url}/holds/")
    expect(person.locator("h1")).to_have_text("Zurückgehalten")
    reset(admin, url)
    person.goto(f"{url}/holds/")
    expect(person).to_have_url(re.compile("/login/"))
    flows.type_password(person, url, NEW, NEW_PASSWORD)
    expect(person).to_have_url(re.compile("/account/factor/"))
    second = flows.enrol_app(person)
    person.goto(f"{url}/holds/")

    expect(person.locator("h1")).to_have_text("Zurückgehalten")
    assert second.secret != first.secret
    acts = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    wanted = ["invitation.send", "invitation.accept", "factor.enrol", "factor.reset"]
    assert [act for act in wanted if act not in acts] == []
    assert acts.index("factor.reset") < len(acts) - acts[::-1].index("factor.enrol")


def test_the_link_is_void_afterwards(people, live_server, open_page):
    invitation = factories.make_invitation(people.acme, people.alice, NEW)
    address = live_server.url + urlsplit(make_link(invitation)).path
    join(open_page(), address)
    page = open_page()

    page.goto(address)

    expect(page.locator("h1")).to_have_text("Dieser Link gilt nicht mehr")
