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


def _prepare(running: Demo, browser: Browser) -> dict[str, str]:
    """Release a mail and probe the scanner once; return name → path."""
    context = browser.new_context(locale="de-CH")
    page = context.new_page()
    flows.type_password(page, running.url, "admin@muster.example", PASSWORD)
    paths = {}
    for name, subject in {
        "hold": "Zahlung heute",
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
    page.goto(f"{running.url}/domains/")
    page.locator("main table a").first.click()
    domain = paths["domain"] = page.url.removeprefix(running.url)
    paths |= _people(page, running)
    context.close()
    return paths | {
        "holds": "/holds/",
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
        "account": "/account/",
        "digest-settings": "/account/digest/",
        "factor": "/account/factor/",
        "not-found": "/holds/nirgends/",
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


def _gate(page: Page, running: Demo, screen: str) -> None:
    """Shoot the pages before sign-in and those of enrolment."""
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


def main() -> int:
    """Render all pages on all screens; refresh the README's pictures."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    PICTURES.mkdir(exist_ok=True)
    with demo() as running, chromium() as browser:
        pages = _prepare(running, browser)
        for screen, options in SCREENS.items():
            context = browser.new_context(locale="de-CH", **options)
            _gate(context.new_page(), running, screen)
            context.close()
            context = browser.new_context(locale="de-CH", **options)
            page = context.new_page()
            flows.type_password(page, running.url, "admin@muster.example", PASSWORD)
            for name, path in pages.items():
                page.goto(running.url + path)
                _shoot(page, name, screen)
            context.close()
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
