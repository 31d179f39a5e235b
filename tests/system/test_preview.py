"""Hostile mail in a real Chromium: whatever it tries, nothing runs, nothing leaves."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.header import Header
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from accounts.models import User
from tests import factories
from tests.services.browser import DESKTOP, OPTIONS, find_chromium
from tests.services.canary import Canary, canary
from tests.system import flows

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

SEED, SAMPLE_SIZE, SHARES = "cleanmail-1", 40, 8
PLACES = ("body", "subject", "sender", "file name", "header")
# How many holds come to the list before it is looked at, in a session that is fresh.
BATCH = 20
# Where the portal's own furniture stands, and whether the page grew wider: no mail
# moves it.
MEASURE = """() => [
  ...["header.top", "main#main", "aside.dock"].map(name => {
    const found = document.querySelector(name);
    if (!found) return [name, "not here"];
    const box = found.getBoundingClientRect();
    return [name, box.x, box.width, name === "header.top" ? box.height : 0];
  }),
  document.documentElement.scrollWidth <= window.innerWidth,
  document.querySelectorAll("main#main").length,
]"""
CALM = {"id": "calm", "payload": "<p>Guten Tag</p>"}
TELL = """window.addEventListener("message", () =>
  console.log("message from a frame"))"""


def payloads(corpora: Path) -> list[dict[str, str]]:
    """Return the corpus in an order drawn by hash, the same on every machine."""
    lines = (corpora / "html/payloads.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return sorted(
        found, key=lambda p: hashlib.sha256(f"{SEED} {p['id']}".encode()).hexdigest()
    )


WHOLE = [
    pytest.param(share, marks=[pytest.mark.full, pytest.mark.timeout(1200)])
    for share in range(SHARES)
]


@pytest.fixture(params=["sample", *WHOLE])
def chosen(request, corpora: Path) -> list[dict[str, str]]:
    """Return the sample, or in the full run one share of the whole."""
    found = payloads(corpora)
    if request.param == "sample":
        return found[:SAMPLE_SIZE]
    return found[request.param :: SHARES]


def message_with(payload: str) -> tuple[bytes, dict[str, str]]:
    """Return a message with the payload in every place, and the columns of its hold."""
    line = " ".join(payload.split())[:900] or "x"
    word = Header(line, "utf-8", maxlinelen=10_000).encode()
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    name = Header(quoted, "utf-8", maxlinelen=10_000).encode()
    content = (
        f"Subject: {word}\r\nFrom: {word} <b@x.example>\r\nX-Note: {word}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=b="\r\n\r\n'
        "--=b=\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{payload}\r\n"
        "--=b=\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\nx\r\n--=b=--\r\n'
    )
    clean = re.sub(r"[\x00-\x1f\x7f]", " ", line)
    return content.encode("utf-8", "surrogatepass"), {
        "subject": clean[:500],
        "header_from": f"{clean[:300]} <b@x.example>",
    }


@dataclass
class Watch:
    """What a page did that a mail must not make it do."""

    allowed: str
    canary: Canary
    escapes: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Listen to everything a script or a request would show itself by."""
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda message: self._console(message.text))
        page.on("popup", lambda _popup: self.escapes.append("popup"))
        page.on("download", lambda _file: self.escapes.append("download"))
        page.on("framenavigated", lambda frame: self._request(frame.url))

    def _dialog(self, dialog) -> None:
        self.escapes.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        inside = url.startswith((self.allowed, "data:image/", "about:"))
        if not inside:
            self.escapes.append(f"request {url[:100]}")

    def _console(self, text: str) -> None:
        if text.startswith("message from a frame"):
            self.escapes.append(text)


@pytest.fixture
def lonely_chromium(browser: Browser) -> Iterator[tuple[Browser, Canary]]:
    """Start a Chromium for which every host of the world is the canary.

    But its maker's hosts, which it calls by itself: requests of a page to those are
    seen by the watch.
    """
    with canary() as bird:
        here = ("localhost", "127.0.0.1", "*.google.com", "*.googleapis.com")
        rules = ", ".join(
            [f"MAP * 127.0.0.1:{bird.port}", *(f"EXCLUDE {host}" for host in here)]
        )
        lonely = browser.browser_type.launch(
            executable_path=find_chromium(),
            args=[*OPTIONS, f"--host-resolver-rules={rules}"],
        )
        try:
            yield lonely, bird
        finally:
            lonely.close()


def test_s13_no_payload_escapes_from_any_place(  # noqa: PLR0917 - fixtures
    people,
    chosen: list[dict[str, str]],
    lonely_chromium: tuple[Browser, Canary],
    live_server,
    client_for: Callable[[User], Client],
    say: Callable[[str], None],
):
    browser, bird = lonely_chromium
    context = browser.new_context(locale="de-CH", viewport=DESKTOP)
    context.add_init_script(TELL)
    page = context.new_page()
    watch = Watch(f"{live_server.url}/", bird)
    watch.over(page)
    visited = 0
    calm: dict[str, object] = {}

    for batch in [[CALM], *batches(chosen)]:
        flows.take_over(context, client_for(people.alice), live_server.url)
        for name, kind, path in pages_of(people, batch):
            stands = look(page, live_server.url + path)
            if stands != calm.setdefault(kind, stands):
                watch.escapes.append(f"layout {name} {kind} {stands}")
            watch.escapes += [f"call {name} {call}" for call in bird.calls]
            bird.calls.clear()
            visited += 1
    page.wait_for_timeout(500)
    context.close()

    say(
        f"{len(chosen)} payloads x {len(PLACES)} places on {visited} pages: "
        f"{len(watch.escapes)} escapes"
    )
    assert watch.escapes + bird.calls == []


def batches(found: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    return [found[at : at + BATCH] for at in range(0, len(found), BATCH)]


def pages_of(people, batch: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Hold a mail for each payload; yield where it is shown: who, what, path."""
    for item in batch:
        content, columns = message_with(item["payload"])
        hold = factories.make_hold(people.acme, content=content, **columns)
        page = reverse("quarantine:hold", args=[hold.pk])
        yield item["id"], "text", page
        yield item["id"], "styled", f"{page}?view=styled"
        yield item["id"], "source", f"{page}source"
    yield "all of them", "list", reverse("quarantine:holds")


def look(page: Page, url: str) -> object:
    """Open a page of the portal; return how its furniture stands."""
    answer = page.goto(url)
    assert answer is not None
    assert answer.ok
    assert page.url == url
    return page.evaluate(MEASURE)


def test_the_watch_sees_what_it_watches_for(
    lonely_chromium: tuple[Browser, Canary], live_server
):
    """A proof that finds nothing is worth what it would have found."""
    browser, bird = lonely_chromium
    page = browser.new_page()
    watch = Watch(f"{live_server.url}/", bird)
    watch.over(page)
    page.add_init_script(TELL)

    page.set_content(
        "<img src=http://canary.invalid/x><script>alert(1);postMessage(1)</script>"
    )
    page.wait_for_timeout(500)

    assert any(what.startswith("dialog") for what in watch.escapes)
    assert any(what.startswith("request http://canary") for what in watch.escapes)
    assert bird.calls
