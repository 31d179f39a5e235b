"""Looks at a broken network from every end there is, with nothing but our own tools."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from diagnostics.error_text import as_evidence
from diagnostics.report_files import read_report
from diagnostics.scanner_log import read_sessions
from diagnostics.verdicts.together import LOG, TEXT, View
from tests.lab.configured import Configured
from tests.lab.lab import AGENT_FILE, Lab
from tests.lab.servers import HOST
from tests.lab.topology import PORTAL4, SCANNER4

PYTHON = "/usr/bin/python3"  # the machine's own: what a customer's server has
STAMP = len("Nov 24 08:00:00")


@dataclass(frozen=True, slots=True)
class Looks:
    """What each end saw; no error text where the mail went out."""

    agent: View
    server: View
    text: View
    log: View
    said: str

    def views(self) -> tuple[View, ...]:
        """Return all of them."""
        return (self.server, self.agent, self.log, self.text)


def look(lab: Lab, configured: Configured) -> Looks:
    """Run agent and portal side by side, then let the mail server send.

    The log is that of the whole time: it must tell probes from mail itself.
    """
    logs = [lab.scanner.dovecot_folder / "log", lab.scanner.log]
    since = [path.stat().st_size if path.exists() else 0 for path in logs]
    with ThreadPoolExecutor(2) as pool:
        agent = pool.submit(from_agent, lab, configured)
        server = pool.submit(from_portal, lab)
        views = agent.result(), server.result()
    said = lab.sender.send(configured)
    lines = [
        line for path, at in zip(logs, since, strict=True) for line in tail(path, at)
    ]
    # Both begin with the time; within a second Dovecot's come first, as they are said.
    sessions = read_sessions(sorted(lines, key=lambda line: line[:STAMP]))
    # Not the lab's own knock at the scanner's door when it was started anew.
    theirs = [one for one in sessions if one.facts["client_address"] != SCANNER4]
    text = as_evidence(said) if said else []
    return Looks(*views, View(TEXT, list(text)), View(LOG, theirs), said)


def tail(path: Path, since: int) -> list[str]:
    """Return the lines that have come since."""
    if not path.exists():
        return []
    with path.open(errors="replace") as log:
        log.seek(since)
        return log.read().splitlines()


def from_agent(lab: Lab, configured: Configured) -> View:
    """Run the agent, the one file, on the customer's machine."""
    password = lab.folder / "password"
    password.write_text(configured.password)
    command = lab.topology.inside(
        "customer",
        *(PYTHON, str(lab.folder / AGENT_FILE), "--host", configured.host),
        *("--port", str(configured.port), "--username", configured.username),
        *("--password-file", str(password)),
        *("--cafile", str(lab.certificates / f"{configured.roots}.pem")),
        *("--expect-address", SCANNER4),
        *("--portal-url", f"https://{PORTAL4}/", "--json"),
    )
    return read(lab, "agent", lab.topology.output(command))


def from_portal(lab: Lab) -> View:
    """Run the worker's checks in the portal's place."""
    roots = str(lab.certificates / "root.pem")
    command = lab.topology.inside(
        *(
            "portal",
            sys.executable,
            "-m",
            "tests.lab.from_portal",
            HOST,
            SCANNER4,
            roots,
        )
    )
    return read(lab, "server", lab.topology.output(command))


def read(lab: Lab, name: str, output: str) -> View:
    """Read a report as `judge` does, out of a file."""
    path = lab.folder / f"{name}.json"
    start = output.find("{")
    path.write_text(output[start:] if start >= 0 else json.dumps({"failed": output}))
    return read_report(path)
