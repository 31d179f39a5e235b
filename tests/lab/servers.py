"""The lab's outbound scanner: a real Postfix, and a real Dovecot for SASL."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from tests.lab.mta import Mta
from tests.lab.topology import (
    INBOUND4,
    ROOT,
    SCANNER4,
    SCANNER6,
    CommandFailed,
    Topology,
)

HOST = "smtp.cleanmail.example"
USERNAME, PASSWORD = "acme-out", "S3cret+pass"

MASTER = f"""{SCANNER4}:smtp inet n - n - - smtpd
{SCANNER4}:submission inet n - n - - smtpd -o syslog_name=postfix/submission
[{SCANNER6}]:smtp inet n - n - - smtpd
[{SCANNER6}]:submission inet n - n - - smtpd -o syslog_name=postfix/submission
{INBOUND4}:smtp inet n - n - - smtpd -o smtpd_sasl_auth_enable=no \
-o smtpd_tls_security_level=may -o smtpd_banner=mx.cleanmail.example
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
PROBES = ROOT / "deploy/postfix/outbound-probes"
# What is accepted is thrown away: nothing ever leaves the lab.
MAIN = {
    "compatibility_level": "3.6",
    "inet_protocols": "all",
    "alias_maps": "",
    "alias_database": "",
    "local_recipient_maps": "",
    "mynetworks": "127.0.0.0/8",
    "notify_classes": "",
    "biff": "no",
    "myhostname": "relay1.cleanmail.example",
    "smtpd_banner": f"{HOST} ESMTP Cleanmail outbound",
    "mydestination": "",
    "default_transport": "discard",
    "relay_transport": "discard",
    "smtpd_tls_security_level": "encrypt",
    "smtpd_tls_auth_only": "yes",
    "smtpd_tls_loglevel": "1",
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_sasl_type": "dovecot",
    "smtpd_sasl_path": "private/auth",
    "smtpd_sasl_security_options": "noanonymous",
    "smtpd_relay_restrictions": "permit_sasl_authenticated, reject_unauth_destination",
    "smtpd_helo_required": "yes",
    # As at a real site: by this line the portal's own probes are known in the log.
    "smtpd_delay_reject": "no",
    "smtpd_helo_restrictions": f"check_helo_access regexp:{PROBES}",
    "message_size_limit": "2000000",
    "anvil_rate_time_unit": "60s",
    "smtpd_timeout": "30s",
}
DOVECOT = """base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_verbose = yes
{denied}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/passwd
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}}
service auth {{
  unix_listener {listener} {{
    mode = 0666
  }}
}}
service anvil {{
  # Without it no log-in is slowed down for the one before it: one fault, one effect.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
# By Lua, as at a real site: it says in the log whose account is locked.
DENIED = """passdb {{
  driver = lua
  args = file={folder}/denied.lua blocking=yes
}}
"""
DENIED_LUA = f"""
function auth_passdb_lookup(request)
  if request.user == "{USERNAME}" then
    request:log_info("user disabled")
    return dovecot.auth.PASSDB_RESULT_USER_DISABLED, "user disabled"
  end
  return dovecot.auth.PASSDB_RESULT_USER_UNKNOWN, "no such user"
end
"""


class Scanner:
    """Postfix and Dovecot in the scanner's namespace."""

    def __init__(self, topology: Topology, certificates: Path) -> None:
        self.topology = topology
        self.certificates = certificates
        self._mta = Mta(topology, "scanner", topology.folder / "postfix", MASTER)
        self.log = self._mta.log
        self.dovecot_folder = topology.folder / "dovecot"
        self.listener = self._mta.folder / "queue/private/auth"

    def up(self) -> None:
        """Start both, and wait until they answer."""
        self._mta.make()
        self.configure()
        self.start_postfix()
        self.start_dovecot()

    def configure(
        self, *, certificate: str = "good", key: str = "", **settings: str
    ) -> None:
        """Write main.cf; `settings` replace the lab's own, `key` the right one."""
        places = {
            "smtpd_tls_cert_file": f"{self.certificates}/{certificate}.pem",
            "smtpd_tls_key_file": f"{self.certificates}/{key or certificate}.key",
        }
        self._mta.configure(MAIN | places | settings)

    def restart(
        self, *, certificate: str = "good", key: str = "", **settings: str
    ) -> None:
        """Run Postfix with other settings."""
        self.stop_postfix()
        self.configure(certificate=certificate, key=key, **settings)
        self.start_postfix()

    def start_postfix(self) -> None:
        """Start Postfix and wait for its port."""
        self._mta.postfix("start")
        probe = f"exec 3<>/dev/tcp/{SCANNER4}/587"
        for _attempt in range(50):
            try:
                self.topology.run("scanner", "bash", "-c", probe)
            except CommandFailed:
                time.sleep(0.1)
            else:
                return
        raise CommandFailed("Postfix does not listen")

    def stop_postfix(self) -> None:
        """Stop Postfix."""
        self._mta.postfix("stop")

    def start_dovecot(
        self, *, is_denied: bool = False, password: str = PASSWORD, extra: str = ""
    ) -> None:
        """Start Dovecot; `is_denied` locks the lab's account."""
        folder = self.dovecot_folder
        folder.mkdir(exist_ok=True)
        (folder / "passwd").write_text(f"{USERNAME}:{{PLAIN}}{password}::::::{extra}\n")
        (folder / "denied.lua").write_text(DENIED_LUA)
        denied = DENIED.format(folder=folder) if is_denied else ""
        text = DOVECOT.format(folder=folder, listener=self.listener, denied=denied)
        (folder / "dovecot.conf").write_text(text)
        self.topology.start(
            "dovecot", "scanner", "dovecot", "-F", "-c", str(folder / "dovecot.conf")
        )
        self._wait_for_dovecot()

    def stop_dovecot(self) -> None:
        """Stop Dovecot: Postfix then has nobody to ask."""
        self.topology.stop("dovecot")

    def _wait_for_dovecot(self) -> None:
        """Wait until the auth server has finished its greeting."""
        for _attempt in range(100):
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                    client.settimeout(5)
                    client.connect(str(self.listener))
                    client.sendall(b"VERSION\t1\t2\nCPID\t%d\n" % os.getpid())
                    if b"DONE" in client.recv(4096):
                        return
            except OSError:
                pass  # not yet there
            time.sleep(0.1)
        raise CommandFailed("Dovecot does not answer")
