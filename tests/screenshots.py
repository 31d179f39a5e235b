"""Renders every page of the demo in Chromium (`make screenshots`)."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.services.browser import DESKTOP, PHONE, chromium
from tests.services.demo import PASSWORD, Demo, demo
from tests.system import flows

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "var" / "screenshots"
PICTURES = ROOT / "docs" / "screenshots"
README_PICTURES = {"holds", "probe"}
SCREENS = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone-light": {"viewport": PHONE, "color_scheme": "light", "has_touch": True},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
}
WAIT_MILLISECONDS = 30_000
# What is clicked on a page before its picture is taken.
CLICKS = {
    "holds-filters": ".filter-more > summary",
    "holds-picked": "tbody input[type=checkbox] >> nth=0",
    "hold-senders": "[id^=sender-] summary",
}


def _prepare(running: Demo, browser: Browser) -> dict[str, str]:
    """Release a mail and probe the scanner once; return name → path."""
    context = browser.new_context(locale="de-CH")
    page = context.new_page()
    flows.type_password(page, running.url, "admin@muster.example", PASSWORD)
    page.goto(f"{running.url}/holds/?show=requested")
    page.get_by_role("link", name="Ihr Paket").first.click()
    paths = {"hold-asked": page.url.removeprefix(running.url)}
    for name, subject in {
        "hold": "Zahlung heute",
        "hold-senders": "Bestätigung Ihrer",
        "hold-released": "Radwechsel",
    }.items():
        page.goto(f"{running.url}/holds/")
        page.get_by_role("link", name=subject).first.click()
        paths[name] = page.url.removeprefix(running.url)
    page.get_by_role("button", name=re.compile("^Freigeben")).first.click()
    expect(page.locator(".answer.is-good")).to_be_visible(timeout=WAIT_MILLISECONDS)
    page.goto(f"{running.url}/diagnostics/")
    page.locator("main form button.primary").click()
    expect(page.locator(".answer.is-good, .answer.is-bad")).to_be_visible(
        timeout=WAIT_MILLISECONDS
    )
    paths["probe"] = page.url.removeprefix(running.url)
    paths |= _case(page, running)
    page.goto(f"{running.url}/domains/")
    page.locator("main table a").first.click()
    domain = paths["domain"] = page.url.removeprefix(running.url)
    paths |= _people(page, running) | _many(page, running)
    page.goto(f"{running.url}/senders/filter/")
    page.locator("main button").click()
    context.close()
    return paths | {
        "holds": "/holds/",
        "holds-filters": "/holds/?why=spam&from=legal&since=2026-01-01",
        "holds-picked": "/holds/",
        "keep": f"{paths['hold']}keep/",
        "erase": f"{paths['hold']}erase/",
        "senders-all": "/senders/all/",
        "senders-filter": "/senders/filter/",
        "holds-nothing-found": "/holds/?q=Rechnung+4711",
        "holds-filtered": "/holds/?why=spam&why=phishing&low=1",
        "bulk-jobs": "/holds/jobs/",
        "probes": "/diagnostics/",
        "dashboard": "/dashboard/",
        "administration": "/administration/",
        "audit": "/administration/audit/",
        "outbound-accounts": "/administration/outbound/",
        "domains": "/domains/",
        "domain-next-hop": f"{domain}next-hop/",
        "domain-remove": f"{domain}remove/",
        "policy": "/domains/policy/",
        "domain-policy": f"{domain}policy/",
        "account": "/account/",
        "factor": "/account/factor/",
        "not-found": "/holds/nirgends/",
    }


def _many(page: Page, running: Demo) -> dict[str, str]:
    """Discard all that a search finds, select what another does; return name → path."""
    paths = {}
    for name, query in {"bulk-job": "q=sale24", "bulk-preview": "why=spam"}.items():
        page.goto(f"{running.url}/holds/?{query}")
        page.locator("tbody input[type=checkbox]").first.check()
        page.locator("button[formaction*=select]").click()
        paths[name] = page.url.removeprefix(running.url)
        if name == "bulk-job":
            page.locator("button[formaction$=discard]").click()
            expect(page.locator(".answer.is-good")).to_be_visible(
                timeout=WAIT_MILLISECONDS
            )
    return paths


def _case(page: Page, running: Demo) -> dict[str, str]:
    """Open a support case about the probe on the page; return name → path."""
    page.get_by_role("link", name="Supportfall eröffnen").click()
    new = page.url.removeprefix(running.url)
    page.locator("#id_error_text").fill(
        "Nov 24 08:41:07 mail postfix/smtp[2211]: 4XbHqq5: to=<kanzlei@wyss.example>, "
        "relay=none, delay=30, dsn=4.4.1, status=deferred (connect to "
        "smtp.cleanmail.example[203.0.113.25]:25: Connection timed out)"
    )
    page.locator("#id_public_address").fill("198.51.100.77")
    page.locator("main button.primary").click()
    case = page.url.removeprefix(running.url)
    page.locator("form.case-close button").click()
    return {"case": case, "cases": "/diagnostics/cases/", "case-new": new}


def _digest(page: Page, running: Demo) -> dict[str, str]:
    """Read the digest of the demo and use one of its links; return name → path."""
    page.goto(f"{running.url}/outbox/")
    mail = page.get_by_role("link", name="Wie im Mailprogramm").last
    paths = {"outbox": "/outbox/", "digest-mail": mail.get_attribute("href") or ""}
    page.goto(running.url + paths["digest-mail"])
    links = page.locator("a[href*='/digest/']:not([href*=account])")
    found = [link.get_attribute("href") or "" for link in links.all()]
    acting = [link.removeprefix(running.url) for link in found if "/stop/" not in link]
    stopping = next(link for link in found if "/stop/" in link)
    page.goto(running.url + acting[1])
    page.locator("main button.primary").click()
    expect(page.locator(".answer.is-good")).to_be_visible(timeout=WAIT_MILLISECONDS)
    return paths | {
        "digest-link": acting[0],
        "digest-link-used": acting[1],
        "digest-link-void": "/digest/nirgends",
        "digest-stop": stopping.removeprefix(running.url),
    }


def _people(page: Page, running: Demo) -> dict[str, str]:
    """Invite somebody, so that the list shows it; return name → path."""
    page.goto(f"{running.url}/people/invite/")
    page.locator("#id_email").fill("neu@muster.example")
    page.locator("main button.primary").click()
    page.get_by_role("link", name="Anna Muster").click()
    person = page.url.removeprefix(running.url)
    return {
        "people": "/people/",
        "person": person,
        "person-end": f"{person}end/",
        "person-grant": f"{person}grant/",
        "person-factor-reset": f"{person}factor/reset/",
        "invite": "/people/invite/",
        "people-list": "/people/import/",
        "addresses": "/people/addresses/",
    }


def _shoot(page: Page, name: str, screen: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=TARGET / f"{name}-{screen}.png", full_page=True)
    if screen == "desktop-light" and name in README_PICTURES:
        page.screenshot(path=PICTURES / f"{name}.png")


def _gate(page: Page, running: Demo, screen: str, digest: dict[str, str]) -> None:
    """Shoot the pages before sign-in and those of enrolment."""
    for name, path in digest.items():
        page.goto(running.url + path)
        _shoot(page, name, screen)
    page.goto(f"{running.url}/login/")
    _shoot(page, "login", screen)
    page.goto(f"{running.url}/password/")
    _shoot(page, "password", screen)
    page.goto(f"{running.url}/claim/")
    _shoot(page, "claim", screen)
    flows.type_password(page, running.url, "support@cleanmail.example", PASSWORD)
    _shoot(page, "enrol-method", screen)
    page.locator("main button.primary").click()
    _shoot(page, "enrol-app", screen)


def _portal(page: Page, running: Demo, screen: str, pages: dict[str, str]) -> None:
    """Shoot the pages that a person reaches who is signed in."""
    for name, path in pages.items():
        page.goto(running.url + path)
        if name in CLICKS:
            page.locator(CLICKS[name]).click()
        _shoot(page, name, screen)


def main() -> int:
    """Render all pages on all screens; refresh the README's pictures."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    PICTURES.mkdir(exist_ok=True)
    with demo() as running, chromium() as browser:
        pages = {"admin@muster.example": _prepare(running, browser)}
        pages["anna@muster.example"] = {
            "holds-member": "/holds/",
            "senders-own": "/senders/",
            "digest-settings": "/account/digest/",
        }
        digest = _digest(browser.new_page(locale="de-CH"), running)
        for screen, options in SCREENS.items():
            context = browser.new_context(locale="de-CH", **options)
            _gate(context.new_page(), running, screen, digest)
            context.close()
            for person, paths in pages.items():
                context = browser.new_context(locale="de-CH", **options)
                page = context.new_page()
                flows.type_password(page, running.url, person, PASSWORD)
                _portal(page, running, screen, paths)
                context.close()
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
