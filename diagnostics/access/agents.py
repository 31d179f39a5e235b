"""Which agent's line belongs to a probe, and what a token opens."""

from __future__ import annotations

from django.utils import timezone

from accounts.tenancy import Actor
from diagnostics.models import AgentRun, AgentToken, Evidence, Probe
from diagnostics.models.agent_tokens import hash_token


def find_token(token: str) -> AgentToken | None:
    """Return the row of a token that opens something now; who holds it may act."""
    found: AgentToken | None = (
        AgentToken.objects.filter(
            token_hash=hash_token(token), customer__is_active=True
        )
        .select_related("probe__scanner", "probe__created_by")
        .first()
    )
    return found if found is not None and found.opens(timezone.now()) else None


def list_evidence_of(token: AgentToken) -> list[Evidence]:
    """Return the evidence of the token's probe."""
    return list(Evidence.objects.filter(probe=token.probe_id).order_by("ordinal"))


def find_line(actor: Actor, probe: Probe) -> AgentToken | None:
    """Return the newest token of a probe that works, None where there is none."""
    mine = AgentToken.objects.visible_to(actor).filter(probe=probe, revoked_at=None)
    newest: AgentToken | None = (
        mine.select_related("probe__scanner", "probe__created_by")
        .order_by("-created_at")
        .first()
    )
    return newest if newest is not None and newest.opens(timezone.now()) else None


def find_latest_run(actor: Actor, probe: Probe) -> AgentRun | None:
    """Return the newest run of the agent for a probe."""
    runs = AgentRun.objects.visible_to(actor).filter(probe=probe)
    latest: AgentRun | None = runs.order_by("-number").first()
    return latest
