"""What happens when somebody sets up a monitor, switches it, or asks for its mail."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.errors import NotPermitted
from accounts.models import Domain
from accounts.tenancy import Actor, Permission, TenantQuerySet, require_permission
from diagnostics.errors import AlreadyWatched
from diagnostics.models import Monitor, MonitorMail


def add_monitor(actor: Actor, *, domain: Domain | None, interval: int) -> Monitor:
    """Watch the next hop of the domain, or for None the outbound scanner.

    Whoever adds it gets its mail. Raises NotPermitted and AlreadyWatched.
    """
    require_permission(actor, Permission.START_PROBE)
    if domain is not None and domain.customer_id != actor.customer_id:
        raise NotPermitted(domain.pk)
    try:
        return _add(actor, domain, interval)
    except IntegrityError as error:
        raise AlreadyWatched(actor.customer_id) from error


@transaction.atomic(durable=True)
def _add(actor: Actor, domain: Domain | None, interval: int) -> Monitor:
    monitor: Monitor = Monitor.objects.create(
        customer_id=actor.customer_id, domain=domain, interval=interval
    )
    audit.record(actor, "monitor.add", monitor, interval=interval)
    MonitorMail.objects.get_or_create(
        customer_id=actor.customer_id, user_id=actor.user_id
    )
    return monitor


@transaction.atomic(durable=True)
def switch_on(actor: Actor, monitor: Monitor) -> None:
    """Let it run again; no sooner than its interval allows."""
    mine = _mine(actor, monitor).filter(is_on=False)
    if mine.update(is_on=True, next_run_at=_next_run(monitor, monitor.interval)):
        audit.record(actor, "monitor.on", monitor)


@transaction.atomic(durable=True)
def switch_off(actor: Actor, monitor: Monitor) -> None:
    """Let it rest; what it has found stays."""
    if _mine(actor, monitor).filter(is_on=True).update(is_on=False, pending=""):
        audit.record(actor, "monitor.off", monitor)


@transaction.atomic(durable=True)
def set_interval(actor: Actor, monitor: Monitor, interval: int) -> None:
    """Run it that often from its last run on."""
    mine = _mine(actor, monitor).exclude(interval=interval)
    if mine.update(interval=interval, next_run_at=_next_run(monitor, interval)):
        audit.record(actor, "monitor.interval", monitor, interval=interval)


@transaction.atomic(durable=True)
def want_mail(actor: Actor) -> None:
    """Mail the person when a monitor changes its state."""
    require_permission(actor, Permission.VIEW_PROBES)
    _row, is_new = MonitorMail.objects.get_or_create(
        customer_id=actor.customer_id, user_id=actor.user_id
    )
    if is_new:
        audit.record(actor, "monitor.mail_on")


@transaction.atomic(durable=True)
def stop_mail(actor: Actor) -> None:
    """Mail the person no more."""
    require_permission(actor, Permission.VIEW_PROBES)
    mine = MonitorMail.objects.visible_to(actor).filter(user_id=actor.user_id)
    gone, _rows = mine.delete()
    if gone:
        audit.record(actor, "monitor.mail_off")


def _mine(actor: Actor, monitor: Monitor) -> TenantQuerySet:
    require_permission(actor, Permission.START_PROBE)
    return Monitor.objects.visible_to(actor).filter(pk=monitor.pk)


def _next_run(monitor: Monitor, interval: int) -> datetime:
    now = timezone.now()
    if monitor.checked_at is None:
        return now
    return max(now, monitor.checked_at + timedelta(minutes=interval))
