"""Looks at pages in Chromium as somebody, on some screen, and says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Response

from accounts.models import User
from tests.services.browser import DESKTOP, PHONE
from tests.system import flows

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone-light": {"viewport": PHONE, "color_scheme": "light", "has_touch": True},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
}
# Two of them every time, the others in the full run.
ON_ALL_SCREENS = pytest.mark.parametrize(
    "screens",
    [
        ("desktop-light", "phone-dark"),
        pytest.param(("desktop-dark", "phone-light"), marks=pytest.mark.full),
    ],
    ids=" ".join,
)
# Violations alone: what passes is thousands of nodes that nobody reads.
OPTIONS = {
    "runOnly": {"type": "tag", "values": STANDARDS},
    "resultTypes": ["violations"],
}
# Colours that still change are no colours to judge; a wheel that turns never ends.
AT_REST = """Promise.all(document.getAnimations()
  .filter(each => each instanceof CSSTransition).map(each => each.finished))"""

Pages = Mapping[str, tuple[User | None, str]]


class Visit:
    """A page in Chromium, and everything it made Chromium fetch."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.responses: list[Response] = []
        self.complaints: list[str] = []
        self.page.on("response", self._fetch)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.answer = self.page.goto(url, wait_until="load")

    def _fetch(self, response: Response) -> None:
        self.responses.append(response)

    def _hear(self, message) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def weight(self) -> int:
        """Return the bytes that came over the wire, headers apart."""
        return sum(item.request.sizes()["responseBodySize"] for item in self.responses)

    def hosts(self) -> set[str]:
        """Return the hosts that were asked for anything but inline data."""
        urls = [urlsplit(item.url) for item in self.responses]
        return {url.netloc for url in urls if url.scheme != "data"}

    def violations(self) -> list[str]:
        """Return what axe finds."""
        results = Axe().run(self.page, options=OPTIONS).response["violations"]
        return [
            f"{item['id']}: {node['target']} {node['html'][:160]}"
            for item in results
            for node in item["nodes"]
        ]

    def turn_to(self, screen: str) -> None:
        """Show what is loaded on another screen, as its style sheet has it."""
        told = SCREENS[screen]
        self.page.set_viewport_size(told["viewport"])
        self.page.emulate_media(color_scheme=told["color_scheme"])
        self.page.evaluate(AT_REST)

    def faults(self, screen: str) -> list[str]:
        """Return what is wrong with the page on this screen."""
        self.turn_to(screen)
        found = self.violations() + self.complaints
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if screen.startswith("phone") and width > PHONE["width"]:
            found.append(f"as wide as {width}")
        return found


Open = Callable[..., Visit]


@pytest.fixture
def visit(
    browser: Browser, live_server, client_for: Callable[[User], Client]
) -> Iterator[Open]:
    """Return a function that opens a page as somebody, on some screen."""
    contexts: list[BrowserContext] = []
    clients: dict[User, Client] = {}

    def open_as(user: User | None, path: str, screen: str) -> Visit:
        context = browser.new_context(locale="de-CH", **SCREENS[screen])
        contexts.append(context)
        if user is not None:
            if user not in clients:
                clients[user] = client_for(user)
            flows.take_over(context, clients[user], live_server.url)
        return Visit(context, live_server.url + path)

    yield open_as
    for context in contexts:
        context.close()


@pytest.fixture
def look_through(visit: Open, live_server) -> Callable[..., dict[str, list[str]]]:
    """Return a function that loads each page once and looks at it on each screen.

    One browser a person, as people have it: what all pages share is fetched once.
    """

    def look(pages: Pages, screens: Sequence[str]) -> dict[str, list[str]]:
        found, browsers = {}, {}
        for name, (user, path) in pages.items():
            if user not in browsers:
                browsers[user] = visit(user, path, screens[0])
            seen = browsers[user]
            seen.complaints.clear()
            seen.answer = seen.page.goto(live_server.url + path, wait_until="load")
            assert seen.answer.status < 500, path
            for screen in screens:
                found[f"{name} {screen}"] = seen.faults(screen)
        return {name: what for name, what in found.items() if what}

    return look
