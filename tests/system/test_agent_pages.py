"""The agent on a probe's page in Chromium: every state, and a real run as it comes."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from diagnostics.actions import agents
from diagnostics.models import AgentRun, AgentToken, Evidence, Probe
from tests import factories
from tests.diagnostics.agents import run_agent
from tests.diagnostics.scanner import Scanner, issue
from tests.system.looking import ON_ALL_SCREENS, look_through, visit

__all__ = ["look_through", "visit"]

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]
LINE = {"address": "192.0.2.25", "port": 587, "family": "ipv4"}
STAGES = ("tcp", "greeting", "ehlo", "starttls", "certificate", "ehlo_tls")


def observe(probe: Probe, vantage: str, *checks: str, last: str = "ok") -> None:
    """Let an end see some stages, the last one as told."""
    for number, check in enumerate(checks):
        status = last if check == checks[-1] else "ok"
        Evidence.objects.create(
            customer=probe.customer,
            probe=probe,
            ordinal=number,
            vantage=vantage,
            check_name=check,
            subject="out.cleanmail.example:587/ipv4",
            status=status,
            duration_seconds=0.011,
            facts=LINE
            | {"code": 220, "offered": True, "mechanisms": ["PLAIN"]}
            | ({"error": "timeout"} if status == "failed" else {}),
            transcript=["> EHLO probe-x.invalid", "< 250 ok"],
        )


def run_of(probe: Probe, **fields) -> None:
    AgentRun.objects.create(
        customer=probe.customer, probe=probe, number=0, key="ab" * 8, **fields
    )


@pytest.fixture
def pages(people) -> dict:
    """Return the pages by name: who looks, and where."""
    made = {}
    for name in ("waiting", "receiving", "broken", "healthy", "stopped", "ended"):
        made[name] = factories.make_probe(people.acme, state="finished")
        agents.make_line(made[name])
        observe(made[name], "server", *STAGES)
    now = timezone.now()
    observe(made["receiving"], "agent", "tcp", "greeting")
    run_of(made["receiving"])
    observe(made["broken"], "agent", "tcp", "greeting", last="failed")
    run_of(made["broken"], finished_at=now, public_address="198.51.100.7")
    observe(made["healthy"], "agent", *STAGES)
    run_of(made["healthy"], finished_at=now, public_address="2001:db8::7")
    observe(made["stopped"], "agent", "tcp")
    run_of(made["stopped"], last_seen_at=now - timedelta(hours=1))
    AgentToken.objects.filter(probe=made["ended"]).update(expires_at=now)
    return {
        name: (people.alice, f"/diagnostics/{probe.pk}/")
        for name, probe in made.items()
    }


@ON_ALL_SCREENS
def test_axe_finds_nothing_in_any_state(pages, look_through, screens):
    assert look_through(pages, screens) == {}


def test_what_is_folded_away_is_in_order_too(pages, visit):
    seen = visit(*pages["waiting"], "phone-light")
    for fold in seen.page.locator("section[aria-labelledby=h-agent] summary").all():
        fold.click()
    picture = os.environ.get("PICTURES")
    if picture:
        seen.page.screenshot(path=f"{picture}/folds.png", full_page=True)

    assert seen.faults("phone-light") == []


def test_page_fills_by_itself_while_the_agent_runs(
    people, live_server, settings, visit, tmp_path
):
    settings.PORTAL_URL = live_server.url
    authority = issue(tmp_path, subject="Root", is_ca=True, names=("root.invalid",))
    with Scanner(issue(tmp_path, issuer=authority)) as scanner:
        where = factories.make_scanner(
            "localhost",
            ports=[scanner.port],
            addresses=["127.0.0.1"],
            ca_file=str(authority.pem),
        )
        probe = factories.make_probe(
            people.acme,
            scanner=where,
            configured_host="localhost",
            configured_port=scanner.port,
            state="finished",
        )
        agents.make_line(probe)
        observe(probe, "server", *STAGES)
        page = visit(people.alice, f"/diagnostics/{probe.pk}/", "desktop-light").page
        line = page.locator("#agent-line").inner_text()
        # As pasted: fetched by curl, run by the Python of this machine.
        shown = line.replace("python3 -", f"{sys.executable} -")
        done = run_agent("sh", "-c", shown, PYTHONUTF8="1")

        assert done.returncode == 0, done.stdout + done.stderr
        expect(page.get_by_text("Ihr Server hat geprüft:")).to_be_visible(timeout=8000)
        expect(page.locator("h2.cause")).to_have_text("Ihr Server kommt bei uns durch.")
        expect(page.get_by_role("columnheader", name="Von Ihrem")).to_be_visible()
