"""Honest mail still looks right once it is rebuilt: pictures of both are compared."""

from __future__ import annotations

import base64
import re
import tarfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from quarantine.frame import answer
from quarantine.preview import rebuild
from tests.factories import make_hold

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

ARCHIVE = "html/documents-postmark-templates.tar.gz"
SAMPLE = "basic/receipt/"
# Our words about links and left-out pictures are known additions: they go first.
BARE = """document.querySelectorAll(".mail-target, .mail-box, img")
  .forEach(element => element.remove())"""
# Both stand on the same ground: the frame's own letters and spacing.
GROUND = "<style>body { font: 15px/1.5 sans-serif }</style>"
# The mean difference of two pictures, of 255; the control must lie above.
LIKE = 1.0
DIFFERENCE = """async pictures => {
  const [a, b] = await Promise.all(pictures.map(async data => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(150, 200), pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0, 150, 200);
    return pen.getImageData(0, 0, 150, 200).data;
  }));
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}"""


def templates(corpora: Path, *, is_whole: bool) -> dict[str, str]:
    """Return the HTML of each template by its name."""
    with tarfile.open(corpora / ARCHIVE) as archive:
        return {
            name: archive.extractfile(name).read().decode()  # type: ignore[union-attr]
            for name in sorted(archive.getnames())
            if name.endswith("content.html") and (is_whole or SAMPLE in name)
        }


def picture(page: Page, document: str) -> str:
    """Return what a reader sees of it, as base64."""
    page.set_content(document.replace("<head>", f"<head>{GROUND}", 1))
    page.evaluate(BARE)
    return base64.b64encode(page.screenshot()).decode()


@pytest.mark.parametrize(
    "is_whole", [False, pytest.param(True, marks=pytest.mark.full)]
)
def test_honest_mail_still_looks_right(
    people, browser: Browser, corpora: Path, is_whole: bool, say
):
    context = browser.new_context(viewport={"width": 750, "height": 1000})
    context.route("**/*", lambda route: route.abort())
    page = context.new_page()
    worst: dict[str, tuple[float, float]] = {}

    for name, source in templates(corpora, is_whole=is_whole).items():
        head = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
        hold = make_hold(people.acme, content=head + source.encode())
        ours = answer(rebuild(hold.message)).content.decode()
        unstyled = re.sub(
            r"<style.*?</style>| style=\"[^\"]*\"", "", ours, flags=re.DOTALL
        )
        shown = [picture(page, each) for each in (source, ours, unstyled)]
        page.set_content("")
        worst[name] = (
            page.evaluate(DIFFERENCE, shown[:2]),
            page.evaluate(DIFFERENCE, [shown[0], shown[2]]),
        )
    context.close()

    say(f"{len(worst)} templates, furthest off: {max(worst.values())[0]:.1f}")
    assert worst
    assert {name: both for name, both in worst.items() if both[0] > LIKE} == {}
    assert {name: both for name, both in worst.items() if both[1] <= LIKE} == {}
