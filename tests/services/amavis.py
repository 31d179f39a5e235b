"""A private amavisd-new with SpamAssassin, on loopback, without look-ups."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.deployed import DEPLOY, deployed
from tests.services.ports import free_ports
from tests.services.waiting import end, wait_for_port

START_SECONDS = 180
DEBIAN = Path("/etc/amavis/conf.d")
# The operator's own files, in their order; the others name this machine.
DEBIAN_FILES = ("01-debian", "20-debian_defaults")
# What a machine has of its own: paths, ports, no look-ups.
LOCAL = r"""
use strict;
$MYHOME = '{folder}/home'; $TEMPBASE = "$MYHOME/tmp"; $QUARANTINEDIR = undef;
$lock_file = "$MYHOME/amavisd.lock"; $pid_file = "$MYHOME/amavisd.pid";
$db_home = "$MYHOME/db"; $helpers_home = $MYHOME; $enable_db = 0;
$daemon_user = 'amavis'; $daemon_group = 'amavis'; $daemonize = 0;
$mydomain = 'test.example'; $myhostname = 'mx.test.example';
$inet_socket_port = {port}; $max_servers = 1; $max_requests = 200;
$DO_SYSLOG = 0; $log_level = 1; $LOGFILE = "$MYHOME/log";
$sa_local_tests_only = 1; $sa_siteconfigpath = '{folder}/spamassassin';
@av_scanners = (['ClamAV-clamd', \&ask_daemon,
  ["CONTSCAN {{}}\n", "127.0.0.1:{clamav}"],
  qr/\bOK$/m, qr/\bFOUND$/m, qr/^.*?: (?!Infected Archive)(.*) FOUND$/m]);
@av_scanners_backup = ();
1;
"""


@contextmanager
def amavis(*, quarantine: int, forward: int, clamav: int) -> Iterator[int]:
    """Run amavisd with our `deploy/amavis` and yield its port.

    Needs root. The other ports are the intake's, where clean mail goes, and clamd's.
    """
    folder = Path(tempfile.mkdtemp(prefix="cleanmail-amavis-"))
    (port,) = free_ports(1)
    configurations = _write(
        folder, port=port, quarantine=quarantine, forward=forward, clamav=clamav
    )
    command = ["amavisd"]
    for path in configurations:
        command += ["-c", str(path)]
    log = folder / "home" / "log"
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [*command, "foreground"], stdout=output, stderr=output
        )
    try:
        wait_for_port(port, process, START_SECONDS, folder / "output")
        yield port
    except BaseException:
        if log.exists():
            print(log.read_text(errors="replace")[-4000:])
        raise
    finally:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _write(
    folder: Path, *, port: int, quarantine: int, forward: int, clamav: int
) -> list[Path]:
    shutil.copytree("/etc/spamassassin", folder / "spamassassin")
    shutil.copy(DEPLOY / "spamassassin" / "60-cleanmail.cf", folder / "spamassassin")
    # Configuration must lie where amavisd's own user cannot write.
    folder.chmod(0o755)
    for name in ("home", "home/tmp", "home/db"):
        (folder / name).mkdir()
        shutil.chown(folder / name, "amavis", "amavis")
    ours = deployed(
        "amavis/60-cleanmail",
        {
            "lmtp:[127.0.0.1]:2425'": f"lmtp:[127.0.0.1]:{quarantine}'",
            "smtp:[127.0.0.1]:10025'": f"smtp:[127.0.0.1]:{forward}'",
        },
    )
    local = LOCAL.format(folder=folder, port=port, clamav=clamav)
    (folder / "60-cleanmail").write_text(ours)
    (folder / "70-local").write_text(local)
    return [
        *(DEBIAN / name for name in DEBIAN_FILES),
        folder / "60-cleanmail",
        folder / "70-local",
    ]
