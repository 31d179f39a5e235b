"""In a real Chromium, against real name servers and a Postfix: a domain is set up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.diagnostics.zones import OUR_MX, OUR_SPF, Zones, zone
from tests.services.browser import DESKTOP
from tests.services.demo import PASSWORD, Demo, demo
from tests.services.dns import (
    FIRST,
    PARENT,
    RESOLVER,
    SECOND,
    free_dns_port,
    nsd,
    unbound,
)
from tests.services.intake import LmtpClient
from tests.services.postfix import Postfix, postfix
from tests.system import flows

pytestmark = pytest.mark.system

ANSWER_MILLISECONDS = 90_000
NAME = "wizard.example"


@dataclass
class NameServers:
    """The two servers of the domain, whose zone can be published anew."""

    port: int
    running: ExitStack = field(default_factory=ExitStack)

    def publish(self, *lines: str) -> None:
        """Serve the zone with these lines from now on."""
        self.running.close()
        for address in (FIRST, SECOND):
            made = nsd(address, self.port, {NAME: zone(NAME, *lines)})
            self.running.enter_context(made)


@contextmanager
def name_servers() -> Iterator[NameServers]:
    """Run the zone above, a resolver, and the domain's own servers."""
    text = zone(NAME)
    zones = Zones({NAME: text}, {NAME: text}, {}, [], [])
    port = free_dns_port()
    servers = NameServers(port)
    with (
        nsd(PARENT, port, {"example": zones.parent()}),
        unbound(port, zones.stubs(), []),
        servers.running,
    ):
        servers.publish()
        yield servers


@pytest.fixture(scope="module")
def dns() -> Iterator[NameServers]:
    with name_servers() as running:
        yield running


@pytest.fixture(scope="module")
def next_hop() -> Iterator[Postfix]:
    with postfix(NAME, "discard:") as running:
        yield running


@pytest.fixture(scope="module")
def portal(dns: NameServers, next_hop: Postfix) -> Iterator[Demo]:
    """Run the demo, told of the name servers and of a port that it may connect to."""
    with demo(
        DNS_RESOLVERS=RESOLVER,
        DNS_PORT=str(dns.port),
        ALLOWED_PORTS=f"25,587,{next_hop.port}",
    ) as running:
        yield running


@pytest.fixture
def page(portal: Demo, browser: Browser) -> Iterator[Page]:
    """Return the admin's browser."""
    context = browser.new_context(viewport=DESKTOP, locale="de-CH")
    page = context.new_page()
    page.set_default_timeout(ANSWER_MILLISECONDS)
    flows.type_password(page, portal.url, "admin@muster.example", PASSWORD)
    yield page
    context.close()


def check_again(page: Page, said: str) -> None:
    """Press the button and wait, without reloading, for what the page then says."""
    page.get_by_role("button", name="Jetzt prüfen").click()
    expect(page.locator("#step")).to_contain_text(said, timeout=ANSWER_MILLISECONDS)
    expect(page.locator("[hx-trigger]")).to_have_count(0, timeout=ANSWER_MILLISECONDS)


def take_in(portal: Demo, recipient: str) -> str:
    """Hand a mail to the intake; return the first digits of its answer."""
    host, port = portal.environment["INTAKE_LISTEN"].split(":")
    with LmtpClient(host, int(port)) as client:
        client.say("LHLO mx.test.example")
        replies = client.send(b"Subject: Hallo\r\n\r\nText\r\n", [recipient])
    return replies[-1][:3]


def subjects(portal: Demo) -> set[str]:
    """Return the subjects of all mails that the portal has sent."""
    files = (portal.folder / "demo" / "outbox").iterdir()
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in files]
    return {str(mail["Subject"]) for mail in mails}


def test_a_domain_is_set_up_from_end_to_end(
    portal: Demo, page: Page, dns: NameServers, next_hop: Postfix
):
    page.get_by_role("link", name="Domains").click()
    page.locator("input[name=name]").fill("Wizard.Example")
    page.get_by_role("button", name="Hinzufügen").click()
    expect(page.locator("#step")).to_contain_text(
        "ist nicht da", timeout=ANSWER_MILLISECONDS
    )
    assert page.locator("#rr-name-1").inner_text() == f"_cleanmail.{NAME}."
    value = page.locator("#rr-value-1").inner_text()
    before = take_in(portal, f"eva@{NAME}")

    dns.publish('_cleanmail TXT "cleanmail-verify=ffff"\n')
    check_again(page, "anderer Eintrag")
    expect(page.locator("#step")).to_contain_text(
        "cleanmail-verify=ffff", timeout=ANSWER_MILLISECONDS
    )
    still = take_in(portal, f"eva@{NAME}")

    control = f'_cleanmail TXT "{value}"\n'
    dns.publish(control)
    check_again(page, "Schritt 1 von 7")
    page.locator("#step").get_by_role("link", name=re.compile("^Weiter")).click()
    expect(page.locator("#h-step")).to_have_text(
        "Nächster Server", timeout=ANSWER_MILLISECONDS
    )
    after = take_in(portal, f"eva@{NAME}")

    assert (before, still, after) == ("451", "451", "250")

    page.get_by_role("link", name="Server eintragen").click()
    page.locator("input[name=host]").fill("10.0.0.1")
    page.locator("select[name=port]").select_option(str(next_hop.port))
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("main")).to_contain_text(
        "internen Netz", timeout=ANSWER_MILLISECONDS
    )
    page.locator("input[name=host]").fill("127.0.0.1")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("button", name="Testen").click()
    expect(page.locator("#step")).to_contain_text(
        "nimmt Post an", timeout=ANSWER_MILLISECONDS
    )
    expect(page.locator("#step pre")).to_contain_text(
        "250 2.1.5 Ok", timeout=ANSWER_MILLISECONDS
    )
    assert "to=<postmaster" not in next_hop.log  # asked, not sent

    page.get_by_role("link", name="Empfang (MX)", exact=False).first.click()
    expect(page.locator("#step")).to_contain_text(
        "mx1.cleanmail.example", timeout=ANSWER_MILLISECONDS
    )
    dns.publish(control, OUR_MX, OUR_SPF)
    check_again(page, "Die Post kommt zu uns")

    page.get_by_role("link", name="Regeln bearbeiten").first.click()
    page.get_by_label("Massenmail: Zurückhalten").uncheck()
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(".note.is-good")).to_contain_text(
        "gelten ab jetzt", timeout=ANSWER_MILLISECONDS
    )
    expect(page.get_by_label("Massenmail: Zurückhalten")).not_to_be_checked(
        timeout=ANSWER_MILLISECONDS
    )
    expect(page.get_by_label("Spam: Zurückhalten")).to_be_checked(
        timeout=ANSWER_MILLISECONDS
    )

    page.goto(f"{portal.url}/domains/")
    row = page.get_by_role("row", name=re.compile(NAME))
    expect(row).to_contain_text("Zu beachten", timeout=ANSWER_MILLISECONDS)
    told = subjects(portal)
    assert f"{NAME} ist bestätigt" in told
    assert f"{NAME} hat einen anderen nächsten Server" in told


def test_a_check_works_without_javascript(portal: Demo, browser: Browser):
    context = browser.new_context(java_script_enabled=False, locale="de-CH")
    page = context.new_page()
    page.set_default_timeout(ANSWER_MILLISECONDS)
    flows.type_password(page, portal.url, "eva@fremd.example", PASSWORD)
    page.goto(f"{portal.url}/domains/")
    page.get_by_role("link", name="fremd.example").click()

    page.get_by_role("button", name="Alles prüfen").click()

    for _ in range(60):
        page.wait_for_load_state("load")
        if not page.get_by_role("link", name="Seite neu laden").count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Seite neu laden").click()
    expect(page.locator("main")).to_contain_text(
        "Frühere Prüfungen", timeout=ANSWER_MILLISECONDS
    )
    context.close()
