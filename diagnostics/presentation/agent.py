"""The agent's part of a probe's page: the line to paste, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from diagnostics.agent_file import fingerprint
from diagnostics.agent_settings import address_of, make_script
from diagnostics.models import AgentRun, AgentToken, Evidence
from diagnostics.presentation.side_by_side import Column, Table, make_table
from diagnostics.stored_verdicts import by_vantage
from diagnostics.verdicts.scene import AGENT, SERVER
from diagnostics.verdicts.together import PASTED

# A run that has said nothing for so long was stopped; its longest check takes 30 s.
SILENT = timedelta(seconds=90)
WAITING, RECEIVING, FINISHED, STOPPED = "waiting", "receiving", "finished", "stopped"


@dataclass(frozen=True, slots=True)
class Line:
    """The agent as it can be started while its token works."""

    address: str
    unix: str
    windows: str
    sha256: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AgentBox:
    """What the page says of the agent; `line` is None once the token has ended."""

    state: str
    line: Line | None
    run: AgentRun | None
    # Tells a page that asks again whether there is anything new.
    version: str

    @property
    def is_waited_for(self) -> bool:
        """Whether the agent may still be started by the line shown."""
        return self.state == WAITING and self.line is not None


def state_of(run: AgentRun | None) -> str:
    """Return how far the newest run has come."""
    if run is None:
        return WAITING
    if run.finished_at is not None:
        return FINISHED
    is_silent = run.last_seen_at < timezone.now() - SILENT
    return STOPPED if is_silent else RECEIVING


def make_box(
    token: AgentToken | None, run: AgentRun | None, evidence: list[Evidence]
) -> AgentBox:
    """Return the box; the hash is that of the file as it would be handed out now."""
    line = _line(token, evidence) if token is not None else None
    state, number = state_of(run), run.number if run else 0
    sign = line.sha256[:8] if line else ""
    return AgentBox(state, line, run, f"{state}-{number}-{sign}")


def _line(token: AgentToken, evidence: list[Evidence]) -> Line:
    address = address_of("diagnostics:agent_script", token)
    fetch = (
        "[Net.ServicePointManager]::SecurityProtocol = 'Tls12'; "
        f"Invoke-WebRequest -UseBasicParsing {address} -OutFile cleanmail-probe.py; "
        "py -3 cleanmail-probe.py"
    )
    return Line(
        address=address,
        unix=f"curl -fsS {address} | python3 -",
        windows=fetch,
        sha256=fingerprint(make_script(token, evidence)),
        expires_at=token.expires_at,
    )


def make_columns(evidence: Iterable[Evidence]) -> Table:
    """Put what the customer's server saw, or what they pasted, beside what we saw."""
    seen = by_vantage(evidence)
    titles = {
        AGENT: _("Von Ihrem Server aus"),
        PASTED: _("Aus eingefügten Ausgaben"),
        SERVER: _("Von hier aus"),
    }
    return make_table(
        [
            Column(title, tuple(seen[vantage]), vantage)
            for vantage, title in titles.items()
            if vantage in seen
        ]
    )
