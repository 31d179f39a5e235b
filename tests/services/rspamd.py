"""A private Rspamd as milter, on loopback, without look-ups on the network."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.deployed import DEPLOY, deployed
from tests.services.ports import free_ports
from tests.services.waiting import end, wait_for_line, wait_for_port

START_SECONDS = 180
NETWORK_MODULES = (
    "rbl surbl asn fuzzy_check phishing mx_check neural greylist url_redirector"
    " rspamd_update hfilter"
)
AUTHENTICATION_MODULES = "dkim spf dmarc arc"
NOWHERE = "127.0.0.1:1"
SENDERS = "https://portal.example/rules/TOKEN"
# Beside `deploy/rspamd`: ports, no look-ups, test patterns, and a rule of our own.
LOCAL = {
    "worker-proxy.inc": "count = 1;",
    "worker-normal.inc": "enabled = false;",
    "options.inc": """
        enable_test_patterns = true; local_addrs = []; map_watch_interval = 1s;
        dns {{ nameserver = ["{name_server}"]; timeout = 0.2s; retransmits = 1; }}
    """,
    "multimap.conf": """
        HOLDME {{
            type = "header"; header = "subject"; map = "{folder}/holdme.map";
            regexp = true; score = 15.0;
        }}
    """,
}


@contextmanager
def rspamd(
    *,
    clamav: int = 0,
    name_server: str = NOWHERE,
    memory: str = "",
    controller: int = 0,
    senders: str = "",
) -> Iterator[int]:
    """Run Rspamd with our `deploy/rspamd` and yield its milter port.

    Needs root. A subject with "holdme" scores 15. Without a port of clamd
    nothing looks for viruses, without a name server nothing for who authenticated,
    without a Redis as memory nothing is learned from what the controller is told,
    without the address of their map nothing for senders.
    """
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-rspamd-"))
    folder.chmod(0o755)
    milter, spare = free_ports(2)
    ports = {
        "worker-proxy.inc": {":11332": f":{milter}"},
        "antivirus.conf": {":3310": f":{clamav}"},
        "worker-controller.inc": {":11334": f":{controller or spare}"},
        "classifier-bayes.conf": {"127.0.0.1:6379": memory or NOWHERE},
    }
    _write(folder, ports, name_server=name_server)
    if not clamav:
        (folder / "conf" / "local.d" / "antivirus.conf").unlink()
    if not memory:
        (folder / "conf" / "local.d" / "classifier-bayes.conf").unlink()
    if senders:
        rules = deployed("rspamd/rspamd.local.lua", {SENDERS: senders})
        (folder / "conf" / "rspamd.local.lua").write_text(rules)
    variables = {
        "DBDIR": folder / "db",
        "RUNDIR": folder / "run",
        "LOGDIR": folder / "log",
        "CONFDIR": folder / "conf",
        "LOCAL_CONFDIR": folder / "conf",
    }
    command = ["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd"]
    command += ["-c", str(folder / "conf" / "rspamd.conf")]
    command += [f"--var={name}={path}" for name, path in variables.items()]
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for_port(milter, process, START_SECONDS, folder / "out.log")
        if senders:
            log = folder / "log" / "rspamd.log"
            wait_for_line(log, START_SECONDS, "(rspamd_proxy)", f"from {senders}")
        yield milter
    finally:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, ports: dict[str, dict[str, str]], **told: object) -> None:
    shutil.copytree("/etc/rspamd", folder / "conf")
    local = folder / "conf" / "local.d"
    local.mkdir(exist_ok=True)
    for path in sorted((DEPLOY / "rspamd" / "local.d").iterdir()):
        text = deployed(f"rspamd/local.d/{path.name}", ports.get(path.name, {}))
        (local / path.name).write_text(text)
    for name, text in LOCAL.items():
        with (local / name).open("a") as file:
            file.write(text.format(folder=folder, **told))
    for module in NETWORK_MODULES.split():
        (local / f"{module}.conf").write_text("enabled = false;")
    # Asked about a client on loopback too: ours are.
    has_dns = told["name_server"] != NOWHERE
    asked = "check_local = true;" if has_dns else "enabled = false;"
    for module in AUTHENTICATION_MODULES.split():
        (local / f"{module}.conf").write_text(asked)
    (folder / "holdme.map").write_text("/holdme/i\n")
    for name in ("db", "run", "log"):
        (folder / name).mkdir()
        shutil.chown(folder / name, "_rspamd", "_rspamd")
