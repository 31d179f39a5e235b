"""Every page as Chromium gets it: accessible, light, from one host, no inline code."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts import audit
from accounts.mail import password_link
from accounts.models import User
from diagnostics.models import Evidence, Probe
from quarantine.states import State
from tests import factories
from tests.conftest import People, actor_of, make_totp_device
from tests.services.browser import DESKTOP
from tests.services.demo import PASSWORD, Demo
from tests.system import flows
from tests.system.looking import ON_ALL_SCREENS, SCREENS, Visit, look_through, visit

__all__ = ["look_through", "visit"]

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

PAGE_BYTES = 100_000


@pytest.fixture
def pages(people) -> dict[str, tuple[User | None, str]]:
    """Return the pages by name: who looks, and where."""
    made = {
        state: factories.make_hold(
            people.acme,
            recipient="bob@acme.example",
            state=state,
            content=f"Subject: Offerte {state}\r\nFrom: Beat <b@x.example>\r\n\r\n"
            "Guten Tag\r\n".encode(),
        )
        for state in State
    }
    for _ in range(60):
        factories.make_hold(people.acme, recipient="bob@acme.example")
    probe = factories.make_probe(people.acme)
    ended = make_ended_probes(people)
    factories.make_attempt(
        made[State.FAILED], "unreached", failed_stage="connect", reply_code=None
    )
    factories.make_attempt(made[State.RELEASED], "accepted")
    alice, bob = people.alice, people.bob
    factor = quote(make_totp_device(bob).persistent_id)
    factories.make_sign_in(bob)
    reset = urlsplit(password_link(people.rita)).path
    held = made[State.HELD].pk
    return {
        "login": (None, "/login/"),
        "password": (None, "/password/"),
        "password-sent": (None, "/password/sent/"),
        "password-confirm": (None, reset),
        "password-done": (None, "/password/done/"),
        "missing": (alice, "/holds/no-such-page/"),
        "account": (bob, "/account/"),
        "account-sign-ins": (bob, "/account/sign-ins/"),
        "account-settings": (bob, "/account/settings/"),
        "account-password": (bob, "/account/password/"),
        "account-codes": (bob, "/account/codes/"),
        "account-rename": (bob, f"/account/factor/rename/?factor={factor}"),
        "factor": (bob, "/account/factor/"),
        "factor-remove": (bob, f"/account/factor/remove/?factor={factor}"),
        "confirm": (bob, "/account/confirm/"),
        "no-customer": (people.support, "/holds/"),
        "holds": (alice, "/holds/"),
        "holds-member": (bob, "/holds/"),
        "holds-nothing-found": (alice, "/holds/?q=gibtesnicht"),
        "holds-empty": (people.charlie, "/holds/"),
        "hold-refused": (people.rita, f"/holds/{held}/"),
        **{f"hold-{s}": (alice, f"/holds/{made[s].pk}/") for s in State},
        **domain_pages(people),
        **administration_pages(people),
        "probes": (alice, "/diagnostics/"),
        "probe": (alice, f"/diagnostics/{probe.pk}/"),
        **{f"probe-{s}": (alice, f"/diagnostics/{pk}/") for s, pk in ended.items()},
    }


def domain_pages(people: People) -> dict[str, tuple[User | None, str]]:
    """Return the pages of a domain that was checked, and of one that was not."""
    mine = f"/domains/{people.acme_domain.pk}/"
    new = factories.make_domain(people.acme, "neu.example", verified_at=None)
    factories.make_check(people.acme_domain)
    running = factories.make_domain(people.acme, "laeuft.example")
    factories.make_check(running, state=Probe.State.RUNNING, finished_at=None)
    alice = people.alice
    return {
        "domains": (alice, "/domains/"),
        "domain": (alice, mine),
        "domain-new": (alice, f"/domains/{new.pk}/"),
        "domain-running": (alice, f"/domains/{running.pk}/"),
        "domain-mx": (alice, f"{mine}?station=mx"),
        "domain-next-hop": (alice, f"{mine}?station=next_hop"),
        "domain-rules": (alice, f"{mine}?station=policy"),
        "domain-next-hop-form": (alice, f"{mine}next-hop/"),
        "domain-remove": (alice, f"{mine}remove/"),
        "domain-policy": (alice, f"{mine}policy/"),
        "policy": (alice, "/domains/policy/"),
    }


def administration_pages(people: People) -> dict[str, tuple[User | None, str]]:
    """Return the overview and what an admin looks after now and then."""
    account = factories.make_outbound_account(people.acme, name="Exchange Bern")
    factories.make_outbound_account(
        people.acme, ended_at=timezone.now(), last_used_at=timezone.now()
    )
    audit.record(actor_of(people.alice), "membership.role", people.bob)
    alice = people.alice
    return {
        "dashboard": (alice, "/dashboard/?days=90"),
        "dashboard-empty": (people.charlie, "/dashboard/"),
        "administration": (alice, "/administration/"),
        "audit": (alice, "/administration/audit/"),
        "audit-none": (alice, "/administration/audit/?until=2020-01-01"),
        "outbound": (alice, "/administration/outbound/"),
        "outbound-empty": (people.charlie, "/administration/outbound/"),
        "outbound-end": (alice, f"/administration/outbound/{account.pk}/end/"),
    }


def make_ended_probes(people: People) -> dict[str, object]:
    """Make a probe for each way to end; all have seen the port refused."""
    made = {
        "finished": factories.make_probe(people.acme, state=Probe.State.FINISHED),
        **{
            note: factories.make_probe(
                people.acme, state=Probe.State.EXPIRED, note=note
            )
            for note in Probe.Note
        },
    }
    for probe in made.values():
        Evidence.objects.create(
            customer=people.acme,
            probe=probe,
            ordinal=1,
            check_name="tcp",
            subject="out.cleanmail.example:587/ipv4",
            status="failed",
            facts={"error": "ECONNREFUSED", "address": "192.0.2.7", "port": 587},
        )
    return {name: probe.pk for name, probe in made.items()}


@ON_ALL_SCREENS
def test_axe_finds_nothing_on_any_page(pages, look_through, screens: tuple[str, ...]):
    assert look_through(pages, screens) == {}


@pytest.mark.parametrize("screen", ["desktop-dark", "phone-light"])
def test_axe_finds_nothing_on_the_way_in(
    people, browser: Browser, live_server, settings, screen: str
):
    settings.SMS_GATEWAYS = ["console"]
    context = browser.new_context(locale="de-CH", **SCREENS[screen])
    page = Visit(context, f"{live_server.url}/login/")
    found = {}

    def look(name: str) -> None:
        found[name] = page.violations() + page.complaints

    def enter(password: str = factories.PASSWORD) -> None:
        flows.type_password(page.page, live_server.url, people.bob.email, password)

    enter("falsch")
    look("wrong password")
    enter()
    page.page.goto(f"{live_server.url}/account/factor/")
    page.page.get_by_text("SMS", exact=True).click()
    page.page.locator("main button.primary").click()
    expect(page.page.get_by_role("heading", name="Ihre Mobilnummer")).to_be_visible()
    look("number")
    page.page.goto(f"{live_server.url}/account/factor/")
    page.page.locator("main button.primary").click()
    look("app")
    app = flows.App(page.page.locator("#secret").text_content() or "")
    page.page.locator("input[autocomplete=one-time-code]").fill("000000")
    page.page.locator("main button.primary").click()
    look("wrong code")
    flows.type_code(page.page, app)
    look("enrolled")
    context.clear_cookies()
    enter()
    expect(page.page.locator("input[autocomplete=one-time-code]")).to_be_visible()
    look("code")
    context.close()

    assert {name: what for name, what in found.items() if what} == {}


def test_axe_finds_nothing_on_the_page_of_an_error(browser: Browser, live_server):
    context = browser.new_context(locale="de-CH", **SCREENS["phone-dark"])
    page = Visit(context, f"{live_server.url}/login/")
    page.page.set_content(render_to_string("500.html"))

    assert page.violations() == []
    context.close()


def test_the_page_of_recovery_codes_is_accessible_and_copies_them(
    people, visit, live_server
):
    for screen in ("desktop-light", "phone-dark"):
        seen = visit(people.bob, "/account/codes/", screen)
        seen.page.context.grant_permissions(
            ["clipboard-read", "clipboard-write"], origin=live_server.url
        )

        seen.page.locator("main button.primary").click()
        seen.page.locator("[data-copy]").click()
        seen.page.locator("[data-copied]", has_text="Kopiert").wait_for()

        codes = seen.page.locator("#recovery-codes li").all_text_contents()
        copied = seen.page.evaluate("navigator.clipboard.readText()")
        assert len(codes) == 10
        assert copied.split() == codes
        assert seen.violations() + seen.complaints == []


def test_pages_are_light_and_come_from_one_host(stack: Demo, browser: Browser):
    context = browser.new_context(viewport=DESKTOP, locale="de-CH")
    flows.type_password(context.new_page(), stack.url, "admin@muster.example", PASSWORD)
    first = Visit(context, f"{stack.url}/holds/")
    hold = first.page.locator("table.holds tbody a").first.get_attribute("href")

    for path in ("/account/", "/holds/", hold, "/diagnostics/"):
        seen = Visit(context, stack.url + path)
        policy = seen.answer.headers["content-security-policy"]

        assert seen.weight() < PAGE_BYTES, path
        assert seen.hosts() == {urlsplit(stack.url).netloc}
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
    context.close()
