"""A Postfix of the lab: its folders, its settings, its commands, in one namespace."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.lab.topology import Topology


class Mta:
    """Postfix with everything it has below one folder; it logs to `maillog` there."""

    def __init__(
        self, topology: Topology, namespace: str, folder: Path, master: str
    ) -> None:
        self.topology = topology
        self.namespace = namespace
        self.folder = folder
        self.log = folder / "maillog"
        self._master = master

    def make(self) -> None:
        """Make its folders and its master.cf."""
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir(parents=True)
        shutil.chown(self.folder / "data", "postfix", "postfix")
        (self.folder / "etc/master.cf").write_text(self._master)

    def configure(self, settings: Mapping[str, str]) -> None:
        """Write main.cf, its own places included."""
        places = {
            "queue_directory": f"{self.folder}/queue",
            "data_directory": f"{self.folder}/data",
            "maillog_file": str(self.log),
            "maillog_file_prefixes": str(self.topology.folder),
        }
        values = {**places, **settings}
        lines = [f"{name} = {value}\n" for name, value in values.items()]
        (self.folder / "etc/main.cf").write_text("".join(lines))

    def postfix(self, verb: str) -> None:
        """Start, stop or reload it; raise CommandFailed."""
        etc = str(self.folder / "etc")
        self.topology.run(self.namespace, "postfix", "-c", etc, verb)
