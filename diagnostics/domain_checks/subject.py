"""What the checks of a domain are told: plain values, nothing of the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """A domain, what its records should say, and how to ask.

    `allows` says which name server may be asked: whoever owns a domain chooses them.
    """

    domain: str
    # Where the record that proves control stands, and what it says.
    control_name: str = ""
    control_value: str = ""
    # The operator's word stands for it.
    is_vouched: bool = False
    mail_exchangers: tuple[str, ...] = ()
    spf_include: str = ""
    # Whether the customer has an account for the outbound scanner.
    sends_through_us: bool = True
    dkim_selectors: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    port: int = 53
    allows: Callable[[str], bool] = lambda _address: True
    total_seconds: float = 20.0
    query_seconds: float = 2.5


def record(name: str, kind: str, value: str) -> dict[str, str]:
    """Return a record to publish, its name absolute."""
    return {"name": f"{name}.", "type": kind, "value": value}
