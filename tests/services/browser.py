"""Debian's Chromium, driven by Playwright, that looks up nothing by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the path of Chromium, None if it is not installed."""
    return shutil.which("chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium; end it after."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(OPTIONS)
        )
        try:
            yield browser
        finally:
            browser.close()
