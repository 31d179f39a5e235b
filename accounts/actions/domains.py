"""Domains: claimed, proved, lost, given a next hop, removed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit, throttles
from accounts.actions.history import mail_admins
from accounts.domain_names import parse_domain
from accounts.errors import DomainGone, DomainTaken
from accounts.models import Address, Domain
from accounts.models.customers import NextHopTls, control_grace, make_control_token
from accounts.next_hops import NextHop, check_next_hop
from accounts.tenancy import Actor, Permission, require_permission

# How long before the end of the grace the admins are warned again.
LAST_WARNING = timedelta(days=2)
MISSING, SOON_LOST, LOST = 1, 2, 3
DAY = 86400


def add_domain(actor: Actor, name: str) -> Domain:
    """Claim a domain; raise DomainNameRefused, RateLimited, DomainTaken.

    Taken is only what stands on the own list. Whether another customer holds it is not
    told: the claim is worth nothing until the DNS has shown control. A removed domain
    comes back with a new record to publish.
    """
    require_permission(actor, Permission.MANAGE_DOMAINS)
    name = parse_domain(name)
    # Each claim makes us ask the name servers of somebody who may be a stranger.
    limit = settings.DOMAINS_PER_DAY
    throttles.spend("domain.add", str(actor.customer_id), limit=limit, seconds=DAY)
    return _claim(actor, name)


@transaction.atomic(durable=True)
def _claim(actor: Actor, name: str) -> Domain:
    mine = Domain.objects.visible_to(actor).filter(name=name)
    if mine.filter(removed_at=None).exists():
        raise DomainTaken(name)
    domain: Domain
    domain, is_new = Domain.objects.visible_to(actor).get_or_create(
        name=name, defaults={"customer_id": actor.customer_id}
    )
    if not is_new:
        removed = mine.filter(removed_at__isnull=False)
        if not removed.update(removed_at=None, control_token=make_control_token()):
            raise DomainTaken(name)
        domain.refresh_from_db()
    Address.objects.get_or_create(
        domain=domain, local_part="", defaults={"customer_id": actor.customer_id}
    )
    audit.record(actor, "domain.add", domain, name=name)
    return domain


@transaction.atomic(durable=True)
def note_control(domain_id: UUID, *, found: bool | None) -> None:
    """Note whether the record that proves control is there; None: nobody could tell.

    Proved control verifies, unless another customer holds the domain: that one loses it
    only after its own record was missing for the whole grace. Missing control is told
    to the admins at once, again before it bites, and when it does.
    """
    claims = Domain.objects.select_for_update().filter(removed_at=None)
    name = Domain.objects.filter(pk=domain_id).values("name")
    rivals = {row.pk: row for row in claims.filter(name__in=name).order_by("pk")}
    domain = rivals.pop(domain_id, None)
    if domain is None or found is None:
        return
    if found:
        _note_found(
            domain, next((row for row in rivals.values() if row.verified_at), None)
        )
    elif domain.verified_at is None:
        Domain.objects.filter(pk=domain.pk).update(control_seen_at=None)
    elif not domain.is_vouched:
        _note_missing(domain)


def _note_found(domain: Domain, holder: Domain | None) -> None:
    if holder is not None and (holder.is_vouched or holder.is_trusted):
        if domain.control_seen_at is None:
            _tell(domain, "contested")
        Domain.objects.filter(pk=domain.pk).update(control_seen_at=timezone.now())
        return
    if holder is not None:
        Domain.objects.filter(pk=holder.pk).update(verified_at=None)
        _tell(holder, "taken_over")
    if domain.verified_at is None:
        _tell(domain, "verified")
    elif domain.control_missing_since is not None:
        _tell(domain, "control_back")
    Domain.objects.filter(pk=domain.pk).update(
        verified_at=domain.verified_at or timezone.now(),
        control_seen_at=timezone.now(),
        control_missing_since=None,
        control_warnings=0,
    )


def _note_missing(domain: Domain) -> None:
    now = timezone.now()
    since = domain.control_missing_since or now
    stage = _stage(since, now)
    if stage > domain.control_warnings:
        _tell(domain, {MISSING: "missing", SOON_LOST: "soon_lost", LOST: "lost"}[stage])
    Domain.objects.filter(pk=domain.pk).update(
        control_missing_since=since,
        control_warnings=max(stage, domain.control_warnings),
    )


def _stage(since: datetime, now: datetime) -> int:
    grace = control_grace()
    if now >= since + grace:
        return LOST
    # A grace shorter than the warning would have it come at once.
    return SOON_LOST if now >= since + max(grace - LAST_WARNING, grace / 2) else MISSING


def _tell(domain: Domain, event: str) -> None:
    """Write it down, and mail all admins once the transaction commits."""
    audit.record_event(
        f"domain.{event}",
        domain,
        customer_id=domain.customer_id,
        detail={"name": domain.name},
    )
    _mail_admins(domain, event)


def _mail_admins(domain: Domain, event: str) -> None:
    mail_admins(
        domain.customer_id,
        "domain_notice",
        notice=f"domain_{event}",
        domain_id=str(domain.pk),
    )


def set_next_hop(actor: Actor, domain: Domain, next_hop: NextHop) -> None:
    """Send the domain's mail elsewhere from now on; raise NextHopRefused, DomainGone.

    It redirects mail, so all admins are told. The name is resolved here, outside the
    transaction; whoever connects later checks again.
    """
    require_permission(actor, Permission.MANAGE_DOMAINS)
    _save_next_hop(actor, domain, check_next_hop(next_hop))


@transaction.atomic(durable=True)
def _save_next_hop(actor: Actor, domain: Domain, after: NextHop) -> None:
    mine = Domain.objects.visible_to(actor).filter(pk=domain.pk, removed_at=None)
    now = mine.select_for_update().first()
    if now is None:
        raise DomainGone(domain.pk)
    tls = NextHopTls(now.next_hop_tls)
    before = NextHop(now.next_hop_host, now.next_hop_port, tls)
    if before == after:
        return
    mine.update(
        next_hop_host=after.host,
        next_hop_port=after.port,
        next_hop_tls=after.tls,
    )
    audit.record(
        actor, "domain.next_hop", domain, before=asdict(before), after=asdict(after)
    )
    _mail_admins(domain, "next_hop")


@transaction.atomic(durable=True)
def remove_domain(actor: Actor, domain: Domain) -> None:
    """Take no more mail for the domain; raise DomainGone if somebody was first.

    The row stays, without verification: what is held for it is reached and released as
    before, until it expires.
    """
    require_permission(actor, Permission.MANAGE_DOMAINS)
    mine = Domain.objects.visible_to(actor).filter(pk=domain.pk, removed_at=None)
    removed = mine.update(
        removed_at=timezone.now(),
        verified_at=None,
        is_vouched=False,
        control_seen_at=None,
        control_missing_since=None,
        control_warnings=0,
    )
    if removed != 1:
        raise DomainGone(domain.pk)
    audit.record(actor, "domain.remove", domain, name=domain.name)
    _mail_admins(domain, "removed")
