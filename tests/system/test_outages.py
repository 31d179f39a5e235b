"""What people see while a part is away, and that the work is still there after."""

from __future__ import annotations

import http.client
import json
import re
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, expect

from tests.services.demo import PASSWORD, Demo
from tests.services.redis import RedisServer
from tests.system import flows

ANSWER_MILLISECONDS = 90_000


def ready(stack: Demo) -> tuple[int, dict[str, str]]:
    """Ask /readyz."""
    asked = http.client.HTTPConnection(urlsplit(stack.url).netloc, timeout=20)
    asked.request("GET", "/readyz")
    answer = asked.getresponse()
    body = json.loads(answer.read())
    asked.close()
    return answer.status, body


@pytest.mark.system
def test_a_release_waits_for_the_broker_and_goes_out_once(
    stack: Demo, redis: RedisServer, browser: Browser
):
    context = browser.new_context(locale="de-CH")
    page = context.new_page()
    flows.type_password(page, stack.url, "admin@muster.example", PASSWORD)
    page.get_by_role("link", name="Bestätigung Ihrer Anmeldung").click()
    before = set(stack.next_hop.glob("*.eml"))

    redis.stop()
    assert ready(stack)[0] == 503
    page.get_by_role("button", name=re.compile("^Freigeben")).first.click()
    expect(page.locator("main")).to_contain_text("wird zugestellt")
    assert set(stack.next_hop.glob("*.eml")) == before
    redis.start()

    expect(page.locator(".answer.is-good")).to_contain_text(
        "250 2.0.0 Ok: queued as", timeout=ANSWER_MILLISECONDS
    )
    assert len(set(stack.next_hop.glob("*.eml")) - before) == 1
    assert ready(stack) == (200, {"database": "ok", "broker": "ok", "store": "ok"})
    context.close()


@pytest.mark.django_db(transaction=True)
def test_pages_say_that_nothing_is_lost_while_the_database_is_away(people, client_for):
    client = client_for(people.bob)
    client.raise_request_exception = False
    before = client.get("/holds/").status_code
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nonexistent"
    try:
        page = client.get("/holds/")
        state = Client().get("/readyz")
    finally:
        connection.settings_dict["HOST"] = host

    assert (before, page.status_code) == (200, 503)
    assert "Es ging keine E-Mail verloren" in page.content.decode()
    assert page["Retry-After"] == "30"
    assert state.status_code == 503
    assert state.json()["database"] == "OperationalError"
