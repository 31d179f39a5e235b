"""`make run` as it comes: SQLite, a folder as broker, the fixed points of the demo."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.services.demo import PASSWORD, Demo, demo
from tests.services.intake import LmtpClient
from tests.system import flows

pytestmark = pytest.mark.system

ANSWER_MILLISECONDS = 60_000
PEOPLE = ("anna@muster.example", "admin@muster.example", "support@cleanmail.example")


@pytest.fixture(scope="module")
def plain() -> Iterator[Demo]:
    """Start the demo without any server of its own."""
    with demo() as running:
        yield running


def test_prints_that_it_is_ready_and_who_may_log_in(plain: Demo):
    assert plain.output.startswith(f"ready: {plain.url}\n")
    assert all(email in plain.output for email in (*PEOPLE, "eva@fremd.example"))
    assert PASSWORD in plain.output


def test_mail_was_sent_in_and_can_be_read_back(plain: Demo):
    checked = plain.manage("verify_store")

    readable = re.search(rb"messages readable: (\d+)", checked.stdout)
    assert checked.returncode == 0, checked.stderr
    assert readable is not None
    assert int(readable[1]) > 5


def test_takes_mail_for_every_mailbox_of_its_domain_and_no_other(plain: Demo):
    host, _colon, port = plain.environment["INTAKE_LISTEN"].rpartition(":")
    with LmtpClient(host, int(port)) as client:
        client.say("LHLO mx.test.example")
        replies = client.send(
            b"Subject: x\r\n\r\nx\r\n",
            ("irgendwer@muster.example", "eva@fremd.example", "a@nobody.example"),
        )

    assert [reply[:3] for reply in replies] == ["250", "250", "451"]


def test_releases_to_its_next_hop(plain: Demo, browser: Browser):
    context = browser.new_context(locale="de-CH")
    page = context.new_page()
    flows.type_password(page, plain.url, "anna@muster.example", PASSWORD)
    page.get_by_role("link", name="Radwechsel").click()
    page.get_by_role("button", name=re.compile("^Freigeben")).first.click()

    expect(page.locator(".answer.is-good")).to_contain_text(
        "250 2.0.0 Ok: queued as", timeout=ANSWER_MILLISECONDS
    )
    assert len(list(plain.next_hop.glob("*.eml"))) == 1
    context.close()


def test_stranger_sees_nothing_of_it(plain: Demo, browser: Browser):
    context = browser.new_context(locale="de-CH")
    page = context.new_page()
    flows.type_password(page, plain.url, "eva@fremd.example", PASSWORD)
    page.goto(f"{plain.url}/holds/")

    expect(page.locator("main")).not_to_contain_text("muster.example")
    context.close()


def test_mail_of_the_portal_lands_on_a_page(plain: Demo, browser: Browser):
    context = browser.new_context(locale="de-CH")
    page = context.new_page()
    page.goto(f"{plain.url}/password/")
    page.locator("input[type=email]").fill("eva@fremd.example")
    page.locator("main button.primary").click()
    expect(page).to_have_url(f"{plain.url}/password/sent/")
    page.goto(f"{plain.url}/outbox/")
    for _ in range(30):
        # The empty page speaks of a new password too: only the link is the mail's.
        if page.get_by_text(f"{plain.url}/password/").count():
            break
        page.wait_for_timeout(500)
        page.reload()

    expect(page.locator("main")).to_contain_text(f"{plain.url}/password/")
    context.close()
