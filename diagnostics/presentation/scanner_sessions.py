"""What the mail server did at the scanner, as the page of a probe lists it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from diagnostics.checks.evidence import FAILED, OK, WARNING
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.wording import outcome

SHOWN = 12
_LOOKS = {
    OK: ("is-good", "ok"),
    WARNING: ("is-warn", "alert"),
    FAILED: ("is-bad", "fail"),
}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session."""

    at: datetime
    address: str
    account: str
    text: str
    tone: str
    icon: str


def make_session_rows(sessions: Iterable[Observation]) -> list[SessionRow]:
    """Return the latest of them, newest first."""
    return [_make_row(one) for one in list(sessions)[::-1][:SHOWN]]


def _make_row(seen: Observation) -> SessionRow:
    tone, icon = _LOOKS[seen.status]
    return SessionRow(
        at=datetime.fromisoformat(seen.facts["started_at"]),
        address=seen.subject,
        account=(seen.facts["sasl"] or {}).get("username", ""),
        text=outcome(seen),
        tone=tone,
        icon=icon,
    )
