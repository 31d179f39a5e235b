"""The customer's own mail server: a real Postfix that sends through the scanner."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.lab.configured import Configured
from tests.lab.mta import Mta
from tests.lab.topology import CommandFailed, Topology

SENDER, RECIPIENT = "a@customer.example", "b@remote.example"
SEND_SECONDS = 30.0
MASTER = """127.0.0.1:smtp inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
# Time limits as short as the lab's patience; everything else as an admin would set it.
MAIN = {
    "compatibility_level": "3.6",
    "inet_protocols": "all",
    "alias_maps": "",
    "alias_database": "",
    "local_recipient_maps": "",
    "mynetworks": "127.0.0.0/8",
    "notify_classes": "",
    "biff": "no",
    "myhostname": "mail.customer.example",
    "mydestination": "",
    "smtp_sasl_auth_enable": "yes",
    "smtp_sasl_security_options": "noanonymous",
    "smtp_sasl_tls_security_options": "noanonymous",
    "smtp_tls_security_level": "secure",
    "smtp_tls_secure_cert_match": "hostname",
    "smtp_tls_loglevel": "1",
    "smtp_connect_timeout": "4s",
    "smtp_helo_timeout": "4s",
    "smtp_starttls_timeout": "4s",
    "smtp_mail_timeout": "4s",
    "smtp_rcpt_timeout": "4s",
    "smtp_data_init_timeout": "4s",
    "smtp_data_xfer_timeout": "4s",
    "smtp_data_done_timeout": "6s",
    "smtp_connection_cache_on_demand": "no",
    "smtp_tls_session_cache_database": "",
    "minimal_backoff_time": "3600s",
    "maximal_backoff_time": "3600s",
    "queue_run_delay": "3600s",
    # As getaddrinfo does it: the hosts file counts, as on most other mail servers.
    "smtp_host_lookup": "native",
}
# What an admin finds in the log and pastes: what the client says, not the delivered.
_SAID = re.compile(r"(.*postfix/(?:smtp|error|qmgr)\[\d+\]: .*)")
_DONE = "status="


class Sender:
    """Postfix in the customer's namespace; devices behind it send past it."""

    def __init__(self, topology: Topology, certificates: Path) -> None:
        self.topology = topology
        self.certificates = certificates
        self._mta = Mta(topology, "customer", topology.folder / "sender", MASTER)
        self.log = self._mta.log

    def up(self) -> None:
        """Start it, set as it ought to be."""
        self._mta.make()
        self._configure(Configured())
        self._mta.postfix("start")

    def down(self) -> None:
        """Stop it, if it runs."""
        with suppress(CommandFailed):
            self._mta.postfix("stop")

    def send(self, configured: Configured) -> str:
        """Send one message as configured; return what the client's log says of it."""
        if configured.device:
            return self._send_past(configured)
        self._configure(configured)
        self._mta.postfix("reload")
        since = self.log.stat().st_size if self.log.exists() else 0
        self._submit(configured.recipients, configured.kilobytes)
        try:
            said = self._wait(since, configured.recipients)
        finally:
            self.topology.run(
                "customer",
                *("postsuper", "-c", str(self._mta.folder / "etc"), "-d", "ALL"),
            )
        return said

    def _configure(self, configured: Configured) -> None:
        folder = self._mta.folder
        relay = f"[{configured.host}]:{configured.port}"
        (folder / "etc/sasl").write_text(
            f"{relay} {configured.username}:{configured.password}\n"
        )
        own: Mapping[str, str] = {
            "smtp_tls_CAfile": f"{self.certificates}/{configured.roots}.pem",
            "smtp_sasl_password_maps": f"texthash:{folder}/etc/sasl",
            "relayhost": relay,
        }
        self._mta.configure(MAIN | own | configured.mta)

    def _submit(self, recipients: int, kilobytes: int) -> None:
        names = [RECIPIENT, *(f"b{n}@remote.example" for n in range(1, recipients))]
        program = (
            "import smtplib\n"
            "with smtplib.SMTP('127.0.0.1', 25, timeout=10) as local:\n"
            f"    local.sendmail({SENDER!r}, {names!r},"
            f" 'Subject: lab\\r\\n\\r\\n' + ('y' * 70 + '\\r\\n') * {kilobytes * 14})"
        )
        self.topology.run("customer", sys.executable, "-c", program)

    def _send_past(self, configured: Configured) -> str:
        """Send as a device or an application does that is no mail server."""
        command = self.topology.inside(
            "customer",
            *(sys.executable, "-m", "tests.lab.device", configured.device),
            *(configured.host, str(configured.port)),
            *(configured.username, configured.password),
            str(self.certificates / f"{configured.roots}.pem"),
        )
        return self.topology.output(command)

    def _wait(self, since: int, recipients: int) -> str:
        end = time.monotonic() + SEND_SECONDS
        while time.monotonic() < end:
            with self.log.open() as log:
                log.seek(since)
                lines = [found[1] for found in map(_SAID.search, log) if found]
            if sum(_DONE in line for line in lines) >= recipients:
                break
            time.sleep(0.1)
        else:
            lines.append("nothing happened")
        return "\n".join(lines)
