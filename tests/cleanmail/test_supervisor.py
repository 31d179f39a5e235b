"""What the demo's processes run in."""

from __future__ import annotations

import pytest

from cleanmail.demo.supervisor import Supervisor


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_links_lead_to_the_port_of_this_run_under_the_same_name(settings, host):
    settings.PORTAL_URL = f"http://{host}:8000"

    assert Supervisor(8123).environment["PORTAL_URL"] == f"http://{host}:8123"


def test_address_that_others_reach_stays(settings, monkeypatch):
    settings.PORTAL_URL = "https://portal.cleanmail.example"
    monkeypatch.setenv("PORTAL_URL", settings.PORTAL_URL)

    assert Supervisor(8123).environment["PORTAL_URL"] == settings.PORTAL_URL
