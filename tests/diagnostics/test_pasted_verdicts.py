"""What is named from commands run by hand, alone and beside the portal's own look."""

from __future__ import annotations

import pytest

from diagnostics.pasted import read_pasted
from diagnostics.verdicts.together import PASTED, View, judge_together
from tests.diagnostics.ends import ADDRESS, HOST, server


def windows(port: int, *, answers: bool = False) -> str:
    said = f"220 {HOST} ESMTP" if answers else (
        f"Connecting To {HOST}...Could not open connection to the host, on port "
        f"{port}: Connect failed"
    )  # fmt: skip
    return f"C:\\>telnet {HOST} {port}\n{said}\n"


def linux(port: int, error: str = "") -> str:
    said = (
        f"telnet: Unable to connect to remote host: {error}"
        if error
        else f"Connected to {HOST}.\n220 {HOST} ESMTP\nEHLO x\n250-{HOST}\n250 STARTTLS"
    )
    return f"$ telnet {HOST} {port}\nTrying {ADDRESS}...\n{said}\n"


def nslookup(answer: str) -> str:
    head = f"C:\\>nslookup {HOST}\nServer:  fritz.box\nAddress:  192.168.178.1\n\n"
    return f"{head}{answer}\n"


FOUND = nslookup(f"Name:    {HOST}\nAddress:  {ADDRESS}")
MISSING = nslookup(f"*** fritz.box can't find {HOST}: Non-existent domain")
BROKEN = nslookup(f"*** fritz.box can't find {HOST}: Server failed")
SILENT = nslookup("DNS request timed out.\n    timeout was 2 seconds.")
NO_GATEWAY = """Windows IP Configuration

Ethernet adapter Ethernet0:

   IPv4 Address. . . . . . . . . . . : 10.1.2.3(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   Default Gateway . . . . . . . . . :
"""
PORT_25 = {"port25-blocked-drop", "port25-blocked-rst", "port25-blocked-icmp"}


def named(text: str) -> set[str]:
    """Return the causes that share the first place."""
    found = judge_together([View(PASTED, read_pasted(text))])
    return {one.slug for one in found if one.confidence == found[0].confidence}


@pytest.mark.parametrize(
    "text",
    [
        windows(25, answers=True) + windows(587, answers=True) + FOUND,
        linux(25) + linux(587),
        FOUND,
    ],
    ids=["windows", "linux", "name"],
)
def test_who_stops_after_the_greeting_has_no_fault(text: str):
    pasted = View(PASTED, read_pasted(text))

    assert not judge_together([pasted])
    assert not judge_together([server(), pasted])


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        (windows(25) + windows(587, answers=True) + FOUND, PORT_25),
        (linux(25, "Connection timed out") + linux(587), {"port25-blocked-drop"}),
        (linux(25, "Connexion refusée") + linux(587), {"port25-blocked-rst"}),
        (MISSING + windows(25), {"wrong-server-typo", "dns-nxdomain"}),
        (BROKEN + windows(25), {"dns-servfail"}),
        (SILENT + windows(25), {"dns-server-dead", "dns-server-wrong"}),
        (SILENT + windows(25) + NO_GATEWAY, {"no-default-route"}),
        (
            windows(25) + windows(587) + FOUND,
            {"scanner-down", "host-firewall-out", "egress-firewall-all"},
        ),
        (windows(25) + windows(587) + FOUND + NO_GATEWAY, {"no-default-route"}),
        (
            linux(25).replace(f"220 {HOST} ESMTP", "220 ****************0*2")
            + "500 5.5.1 unrecognized\n",
            {"smtp-inspection-mask"},
        ),
    ],
)
def test_names_what_the_commands_show_and_no_more(text: str, slugs: set[str]):
    assert named(text) == slugs


def test_windows_failing_says_not_how_so_no_single_block_is_named():
    text = windows(25) + windows(587, answers=True) + FOUND

    found = judge_together([server(), View(PASTED, read_pasted(text))])

    assert {one.slug for one in found[:3]} == PORT_25
    assert all(one.confidence <= 0.5 for one in found)


def test_a_name_that_leads_elsewhere_is_seen_by_nslookup_alone():
    text = FOUND.replace(ADDRESS, "203.0.113.66")

    found = judge_together([server(), View(PASTED, read_pasted(text))])

    assert found[0].slug == "dns-hijack"


def test_windows_hides_the_address_that_nslookup_shows():
    found = read_pasted(windows(587, answers=True) + FOUND)

    tcp = next(item for item in found if item.check == "tcp")
    assert tcp.facts["address"] == ADDRESS
    assert tcp.subject == f"{HOST}:587/ipv4"
