"""Mail comes in while everything is shot: `python -m tests.chaos --messages 2000`."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.parts import ROOT, make_cluster
from tests.run import SECRETS
from tests.services.ports import free_ports

CORPORA = ROOT.parent / "shared" / "corpora"


def main() -> int:
    """Make a cluster and a folder, and play there; return 1 if something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--senders", type=int, default=8)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--folder", help="kept afterwards, with its logs")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cleanmail-chaos-") as name:
        folder = Path(told.folder or name)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        os.environ |= environment(folder)
        cluster = make_cluster(folder)
        cluster.start()
        try:
            prepare(folder)
            return play(told, folder, cluster)
        finally:
            cluster.remove()


def environment(folder: Path) -> dict[str, str]:
    """Return what all processes of the run work in, this one too."""
    redis, intake, hop = free_ports(3)
    return SECRETS | {
        "DJANGO_SETTINGS_MODULE": "cleanmail.settings",
        "READ_DOTENV": "0",
        "DEBUG": "0",
        "HTTPS": "0",
        "ALLOWED_HOSTS": "localhost",
        "VAR_DIR": str(folder),
        "STORE_DIR": str(folder / "store"),
        "EMAIL_URL": "memorymail://",
        "DATABASE_URL": f"postgres:///{folder / 'sockets'}/cleanmail",
        "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        "INTAKE_LISTEN": f"127.0.0.1:{intake}",
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "ALLOWED_PORTS": str(hop),
        # A next hop that defers is asked again at once, and as often as it takes.
        "RELEASE_RETRY_SECONDS": ",".join(["1"] * 50),
        "CHAOS_PORTS": f"{redis},{intake},{hop}",
    }


def prepare(folder: Path) -> None:
    """Make the database and its tables."""
    create = ["createdb", "-h", str(folder / "sockets"), "cleanmail"]
    migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
    for command in (create, migrate):
        subprocess.run(command, check=True, cwd=ROOT)


def play(told: argparse.Namespace, folder: Path, cluster) -> int:
    """Set Django up, which needs the environment, and go."""
    import django  # noqa: PLC0415

    django.setup()
    from tests.chaos.hop import Hop  # noqa: PLC0415
    from tests.chaos.mails import make_mails  # noqa: PLC0415
    from tests.chaos.parts import make_parts  # noqa: PLC0415
    from tests.chaos.play import Run, play  # noqa: PLC0415

    began = time.monotonic()
    redis, intake, hop_port = (
        int(port) for port in os.environ["CHAOS_PORTS"].split(",")
    )
    corpora = CORPORA if CORPORA.is_dir() else None
    mails = make_mails(told.seed, told.messages, told.seconds * 0.9, corpora)
    size = sum(len(mail.content) for mail in mails)
    print(f"seed {told.seed}: {len(mails)} messages, {size / 1e6:.0f} MB", flush=True)
    parts = {"postgresql": cluster, **make_parts(folder, os.environ, (redis, intake))}
    with Hop(told.seed, hop_port) as hop:
        run = Run(told.seed, mails, parts, hop, intake, told.seconds)

        def say(run: Run, stormed: float) -> None:
            report(run, stormed, time.monotonic() - began)

        faults = play(run, told.senders, say)
    for fault in faults[:50]:
        print(f"FAULT {fault}")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def report(run, stormed: float, whole: float) -> None:
    """Print the figures."""
    told = run.told
    clicks = sum(clicker.told["clicks"] for clicker in run.clickers)
    late = sum(clicker.told["too late"] for clicker in run.clickers)
    broken = sum(clicker.told["broken"] for clicker in run.clickers)
    for part in run.parts.values():
        kinds = ", ".join(f"{count} {kind}" for kind, count in part.shots.items())
        print(f"killed {part.name}: {sum(part.shots.values())} ({kinds})")
    sums = {
        "messages": len(run.mails),
        "recipients with 250": sum(len(mail.taken) for mail in run.mails),
        "rows": told["rows"],
        "transactions": told["tries"],
        "cut": told["cut"],
        "without connection": told["unreached"],
        "deferred": told["4yz"],
        "clicks": clicks,
        "clicks that broke": broken,
        "clicks too late": late,
        "released at the end": sum(run.clicked_at_the_end.values()),
        "deliveries": told["deliveries"],
        "deferred by the next hop": run.hop.deferred,
        "unsure": told["unsure"],
        "repeated by a person": sum(run.repeated.values()),
        "left behind by killed workers": told["left behind"],
        "segments": told["segments"],
        "log entries": told["log entries"],
        "seconds of shooting": round(stormed),
        "seconds in all": round(whole),
    }
    print(", ".join(f"{count} {name}" for name, count in sums.items()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
