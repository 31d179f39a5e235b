"""Digests in a real Chromium: scanners change nothing, people need few taps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import AuditEvent, OutgoingMail, Policy
from quarantine.models import DigestSubscription, DigestToken, Hold, ReleaseAttempt
from quarantine.reinjection import reinject
from tests import factories
from tests.quarantine.digest_mails import (
    allow_links,
    fresh_hold,
    html_of,
    links_of,
    make_now,
    send,
    settle,
)
from tests.services.browser import PHONE
from tests.smtp_server import Script, SmtpServer
from tests.system.test_pages import visit

__all__ = ["visit"]

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

CHANGEABLE = (
    Hold, ReleaseAttempt, DigestToken, DigestSubscription, AuditEvent, OutgoingMail,
)  # fmt: skip
PREFETCH = {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}
LINK_SCRIPT = """links => {
  for (const rel of ["prefetch", "prerender"]) {
    for (const href of links) {
      const link = document.createElement("link");
      Object.assign(link, {rel, href});
      document.head.append(link);
    }
  }
}"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Return a page of a phone, that nobody is logged in on."""
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="de-CH")
    yield context.new_page()
    context.close()


def write_mail(people, live_server, settings, folder: Path) -> tuple[str, list[str]]:
    """Send bob a digest; return its HTML as a file, as a mail program shows it."""
    settings.PORTAL_URL = live_server.url
    settle(people)
    fresh_hold(people)
    make_now(people.bob)
    (sent,) = send()
    shown = folder / "digest.html"
    shown.write_text(html_of(sent))
    return shown.as_uri(), links_of(sent)


def rows() -> list[object]:
    """Return all that a link could change."""
    return [list(model.objects.order_by("pk").values()) for model in CHANGEABLE]


def scan(context: BrowserContext, link: str) -> None:
    """Do to a link what the scanners of mail gateways do."""
    context.request.get(link)
    context.request.head(link)
    context.request.get(link, headers=PREFETCH)
    page = context.new_page()
    page.goto(link, wait_until="load")
    page.evaluate(LINK_SCRIPT, [link])
    page.wait_for_timeout(100)
    page.close()


def test_a_link_scanner_changes_nothing(
    people, live_server, settings, tmp_path: Path, phone: Page
):
    allow_links(people)
    fresh_hold(people, category="phishing")
    fresh_hold(people, category="attachment")
    _mail, links = write_mail(people, live_server, settings, tmp_path)
    before = rows()

    for link in links * 2:
        scan(phone.context, link)

    assert [urlsplit(link).path.split("/")[1] for link in links] == [
        "digest", "digest", "holds", "holds", "account", "digest",
    ]  # fmt: skip
    assert rows() == before


class Finger:
    """Taps, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, selector: str) -> None:
        """Tap what is there first."""
        self.page.locator(selector).first.tap()
        self.taps += 1


def deliver(hold: Hold) -> None:
    """Let a worker hand the hold to a next hop that takes it."""
    with SmtpServer(Script()) as server:
        type(hold.domain).objects.update(next_hop_port=server.port)
        reinject(str(hold.customer_id), str(hold.pk))


@pytest.mark.usefixtures("any_port")
def test_with_the_policy_a_digest_is_two_taps_from_a_release(
    people, live_server, settings, tmp_path: Path, phone: Page
):
    allow_links(people)
    mail, _links = write_mail(people, live_server, settings, tmp_path)
    finger = Finger(phone)
    phone.goto(mail)

    finger.tap("a.btn:has-text('Freigeben')")
    finger.tap("main button.primary")
    expect(phone.locator(".answer.is-info")).to_be_visible()
    deliver(Hold.objects.get())

    expect(phone.locator(".answer.is-good")).to_contain_text("Zugestellt.")
    assert Hold.objects.get().state == "released"
    assert finger.taps <= 3


def test_with_a_log_in_it_is_at_most_three_taps_more(
    people, live_server, settings, tmp_path: Path, phone: Page
):
    mail, _links = write_mail(people, live_server, settings, tmp_path)
    finger = Finger(phone)
    phone.goto(mail)

    finger.tap("a.btn:has-text('Ansehen')")
    phone.locator("input[type=email]").fill(people.bob.email)
    phone.locator("input[type=password]").fill(factories.PASSWORD)
    finger.tap("main button.primary")
    finger.tap("button:visible:has-text('Freigeben')")

    expect(phone.locator(".answer")).to_contain_text("wird zugestellt")
    assert not Policy.objects.filter(may_release_by_link=True).exists()
    assert Hold.objects.get().state == "releasing"
    assert finger.taps <= 6


def test_axe_finds_nothing_in_the_mail_and_behind_its_links(
    people, live_server, settings, tmp_path: Path, visit
):
    allow_links(people)
    mail, links = write_mail(people, live_server, settings, tmp_path)
    act, stop = (urlsplit(links[number]).path for number in (0, -1))
    found = {}
    for user, path in [
        (None, act),
        (None, stop),
        (None, "/digest/x"),
        (people.rita, "/account/digest/"),
    ]:
        seen = visit(user, path, "phone-dark")
        width = seen.page.evaluate("document.documentElement.scrollWidth")
        found[path] = seen.violations() + seen.complaints
        found[path] += [f"as wide as {width}"] if width > PHONE["width"] else []
        if path == act:
            seen.page.locator("main button.primary").tap()
            expect(seen.page.locator(".answer")).to_be_visible()
            found["used"] = seen.violations()
            seen.page.goto(mail)
            found["mail"] = seen.violations()
        seen.page.context.close()

    assert {path: what for path, what in found.items() if what} == {}
