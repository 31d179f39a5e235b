"""What the customer's side is set to: its mail server, and what its admin knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.lab.servers import HOST, PASSWORD, USERNAME


@dataclass(frozen=True, slots=True)
class Configured:
    """Settings of the customer's mail server; the agent is told the first four.

    `mta` are lines of its main.cf. `device` sends past it: `bare-lf`, `early`.
    """

    host: str = HOST
    port: int = 587
    username: str = USERNAME
    password: str = PASSWORD
    roots: str = "root"
    mta: Mapping[str, str] = field(default_factory=dict, hash=False)
    recipients: int = 1
    kilobytes: int = 30
    device: str = ""
