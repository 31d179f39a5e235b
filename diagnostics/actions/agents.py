"""The agent's line is drawn and revoked; what it found is kept with its probe."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enqueue import enqueue
from accounts.tenancy import Actor, Permission, require_permission
from accounts.throttles import spend
from diagnostics import tasks
from diagnostics.agent.block import BlockUnreadable, read_block
from diagnostics.agent_reports import Report, make_report, require_usable
from diagnostics.errors import AgentReportRefused, AgentRunOver
from diagnostics.models import AgentRun, AgentToken, Evidence, Probe
from diagnostics.models.agent_tokens import hash_token
from diagnostics.report import describe_cause
from diagnostics.stored_verdicts import judge_stored, note_first_cause
from diagnostics.verdicts.scene import AGENT

HOUR = 3600
# A run takes some twenty posts; nobody starts it more often than every few minutes.
POSTS_PER_HOUR, CUSTOMERS_POSTS_PER_HOUR = 300, 1000
LINES_PER_HOUR = 20
RUNS_MAX = 20
# The ordinals of a run begin at its number times this.
RUN_STEP = 1000
# The vantage of runs that a newer one has taken the place of.
AGENT_BEFORE = "agent_before"


def make_line(probe: Probe) -> AgentToken:
    """Draw a token for a probe, inside the caller's transaction."""
    now = timezone.now()
    row = AgentToken(
        customer_id=probe.customer_id,
        probe=probe,
        created_by_id=probe.created_by_id,
        expires_at=now + timedelta(hours=settings.AGENT_TOKEN_HOURS),
    )
    row.token_hash = hash_token(row.token)
    row.save()
    return row


def renew_line(actor: Actor, probe: Probe) -> AgentToken:
    """Draw a new token and end the old ones; raise NotPermitted or RateLimited."""
    require_permission(actor, Permission.START_PROBE)
    spend("agent.line", str(actor.customer_id), limit=LINES_PER_HOUR, seconds=HOUR)
    return _renew(actor, probe)


@transaction.atomic(durable=True)
def _renew(actor: Actor, probe: Probe) -> AgentToken:
    _revoke(actor, probe)
    row = make_line(probe)
    audit.record(actor, "probe.agent", probe)
    return row


@transaction.atomic(durable=True)
def revoke_line(actor: Actor, probe: Probe) -> None:
    """Let the line open nothing any more; nothing happens if it did not."""
    require_permission(actor, Permission.START_PROBE)
    if _revoke(actor, probe):
        audit.record(actor, "probe.agent_end", probe)


def _revoke(actor: Actor, probe: Probe) -> int:
    mine = AgentToken.objects.visible_to(actor).filter(probe=probe, revoked_at=None)
    return mine.update(revoked_at=timezone.now())


def take_report(token: AgentToken, report: Report, address: str | None) -> AgentRun:
    """Keep a piece that came with a token.

    Raises RateLimited, AgentReportRefused and AgentRunOver. The same piece twice is
    kept once.
    """
    for subject, limit in (
        (f"token {token.pk}", POSTS_PER_HOUR),
        (f"customer {token.customer_id}", CUSTOMERS_POSTS_PER_HOUR),
    ):
        spend("agent.report", subject, limit=limit, seconds=HOUR)
    run = _keep(token.probe, report, address)
    if report.is_final:
        note_first_cause(token.probe)
    return run


def make_answer(probe: Probe, report: Report, address: str | None) -> dict[str, Any]:
    """Return what the agent is told: our clock, its address, at last the causes.

    Those are what all ends together say, once our own probe has ended too.
    """
    now = timezone.now()
    said: dict[str, Any] = {
        "time": now.isoformat(),
        "epoch": now.timestamp(),
        "address": address,
        "taken": sorted(report.items),
    }
    if report.is_final and probe.is_final:
        causes = judge_stored(probe)
        said["causes"] = [describe_cause(one, report.language) for one in causes]
    return said


def take_pasted(actor: Actor, probe: Probe, text: str) -> AgentRun:
    """Keep the block that the agent printed where it could not reach the portal.

    Raises NotPermitted, RateLimited, AgentReportRefused and AgentRunOver.
    """
    require_permission(actor, Permission.START_PROBE)
    spend("agent.paste", str(actor.customer_id), limit=POSTS_PER_HOUR, seconds=HOUR)
    try:
        report = make_report(read_block(text))
    except BlockUnreadable as error:
        raise AgentReportRefused(str(error)) from error
    run = _keep(probe, report, None, actor)
    note_first_cause(probe)
    return run


@transaction.atomic(durable=True)
def _keep(
    probe: Probe, report: Report, address: str | None, actor: Actor | None = None
) -> AgentRun:
    # One piece of a probe at a time: runs are numbered, and the newest one counts.
    Probe.objects.select_for_update().get(pk=probe.pk)
    runs = AgentRun.objects.filter(probe=probe)
    run, newest = runs.filter(key=report.run).first(), runs.last()
    if run is None:
        run = _begin(probe, report, newest)
    elif newest is not None and run.pk != newest.pk:
        raise AgentRunOver(probe.pk)
    _add(run, report)
    now = timezone.now()
    if address and not run.public_address:
        # Once a run; lost with a broken broker, the next run asks again.
        enqueue(tasks.look_up_run, run.customer_id, run.pk)
    run.last_seen_at, run.public_address = now, address or run.public_address
    run.finished_at = run.finished_at or (now if report.is_final else None)
    run.save()
    if actor is not None:
        audit.record(actor, "probe.agent_paste", probe)
    return run


def _add(run: AgentRun, report: Report) -> None:
    here = Evidence.objects.filter(probe=run.probe_id, vantage=AGENT)
    known = {item.ordinal: item for item in here}
    first, rows = run.number * RUN_STEP, []
    for ordinal, item in report.items.items():
        row = Evidence.of(
            item,
            customer_id=run.customer_id,
            probe_id=run.probe_id,
            ordinal=first + ordinal,
            vantage=AGENT,
        )
        if row.ordinal not in known:
            rows.append(row)
    require_usable([row.as_observation() for row in [*known.values(), *rows]])
    Evidence.objects.bulk_create(rows)


def _begin(probe: Probe, report: Report, newest: AgentRun | None) -> AgentRun:
    number = newest.number + 1 if newest is not None else 0
    if number >= RUNS_MAX:
        raise AgentRunOver(probe.pk)
    Evidence.objects.filter(probe=probe, vantage=AGENT).update(vantage=AGENT_BEFORE)
    return AgentRun.objects.create(
        customer_id=probe.customer_id,
        probe=probe,
        number=number,
        key=report.run,
        machine=report.machine,
    )
