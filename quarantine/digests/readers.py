"""Who reads digests: of which addresses, by which schedule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import AddressGrant, Membership, Policy, User
from accounts.models.customers import Category, DigestRhythm
from accounts.models.people import make_actor
from accounts.tenancy import Actor
from accounts.time_zones import find_zone
from quarantine.digests import schedule as digest_schedule
from quarantine.digests.schedule import Schedule
from quarantine.models import Digest, DigestSubscription

# A slot that nobody served within that time is left out; the next one tells of it.
LATE = timedelta(hours=24)
# How many digests one minute's run hands to the workers; the next one goes on.
PER_RUN = 1000

Key = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is to be made."""

    slot_at: datetime
    customer_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Reader:
    """A person whom a digest is made for, with all that it depends on."""

    user: User
    actor: Actor
    customer_name: str
    schedule: Schedule
    address_ids: frozenset[UUID]
    categories: frozenset[str]
    only_with_news: bool


class Rules:
    """The policies of some customers, read once."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._policies = {(one.customer_id, one.domain_id): one for one in policies}

    def of(self, customer_id: UUID, domain_id: UUID | None) -> Policy:
        """Return the domain's own policy, else its customer's, else the defaults."""
        own = self._policies.get((customer_id, domain_id))
        shared = self._policies.get((customer_id, None))
        return own or shared or Policy(customer_id=customer_id)


def list_due(now: datetime, *, at_most: int) -> list[Due]:
    """Return the digests whose slot has come and that nobody has made, oldest first."""
    choices = {(c.user_id, c.customer_id): c for c in DigestSubscription.objects.all()}
    rules = Rules(Policy.objects.all())
    recent = Digest.objects.filter(slot_at__gt=now - LATE)
    made = set(recent.values_list("user_id", "customer_id", "slot_at"))
    joined = dict(_joined())

    @cache
    def latest(schedule: Schedule, zone: str) -> datetime | None:
        return schedule.latest(now, find_zone(zone))

    found = []
    for key, (zone, domain_ids) in _readers().items():
        choice, begun = choices.get(key), joined.get(key)
        schedule = _schedule(choice, {rules.of(key[1], one) for one in domain_ids})
        slot = latest(schedule, zone)
        if begun is None or slot is None or slot <= now - LATE:
            continue
        # Who came or chose after the slot had no part in it.
        begun = max(begun, choice.changed_at) if choice else begun
        if begun <= slot and (*key, slot) not in made:
            found.append(Due(slot, customer_id=key[1], user_id=key[0]))
    found.sort(key=lambda due: due.slot_at)
    return found[:at_most]


def find_reader(customer_id: UUID | str, user_id: UUID | str) -> Reader | None:
    """Return the person as a reader; None if there is nothing to send them any more."""
    membership = (
        Membership.objects.select_related("user", "customer")
        .filter(user_id=user_id, customer_id=customer_id)
        .filter(user__is_active=True, customer__is_active=True)
        .first()
    )
    if membership is None:
        return None
    user, customer = membership.user, membership.customer
    grants = _grants().filter(user=user, customer=customer)
    domains = dict(grants.values_list("address_id", "address__domain_id"))
    rules = Rules(Policy.objects.filter(customer=customer))
    choice = find_choice(customer.pk, user.pk)
    told = _told(choice, rules, customer.pk, domains)
    schedule = _schedule(
        choice, {rules.of(customer.pk, domain_id) for domain_id in domains.values()}
    )
    if not told or not schedule.times:
        return None
    return Reader(
        user=user,
        actor=make_actor(membership),
        customer_name=customer.name,
        schedule=schedule,
        address_ids=told,
        categories=_categories(choice),
        only_with_news=choice.only_with_news if choice else True,
    )


def find_choice(customer_id: UUID, user_id: UUID) -> DigestSubscription | None:
    """Return what the person has chosen, if anything."""
    chosen = DigestSubscription.objects.filter(user=user_id, customer=customer_id)
    return chosen.first()


def _grants() -> QuerySet[AddressGrant]:
    return AddressGrant.objects.filter(
        AddressGrant.running(),
        gets_digest=True,
        user__is_active=True,
        customer__is_active=True,
    )


def _readers() -> dict[Key, tuple[str, set[UUID]]]:
    found: dict[Key, tuple[str, set[UUID]]] = {}
    rows = _grants().values_list(
        "user_id", "customer_id", "user__time_zone", "address__domain_id"
    )
    for user_id, customer_id, zone, domain_id in rows.distinct():
        found.setdefault((user_id, customer_id), (zone, set()))[1].add(domain_id)
    return found


def _joined() -> Iterable[tuple[Key, datetime]]:
    rows = Membership.objects.values_list("user_id", "customer_id", "created_at")
    return (((user_id, customer_id), at) for user_id, customer_id, at in rows)


def _schedule(
    choice: DigestSubscription | None, policies: Iterable[Policy]
) -> Schedule:
    if choice is not None and choice.unsubscribed_at is not None:
        return Schedule(frozenset())
    own = digest_schedule.of_choice(choice) if choice is not None else None
    return own or digest_schedule.of_policies(policies)


def _told(
    choice: DigestSubscription | None,
    rules: Rules,
    customer_id: UUID,
    domains: dict[UUID, UUID],
) -> frozenset[UUID]:
    """Return the addresses that are told of: all for whom chose times of their own."""
    has_own = choice is not None and choice.first_at is not None
    silent = {
        domain_id
        for domain_id in domains.values()
        if rules.of(customer_id, domain_id).digest_rhythm == DigestRhythm.NEVER
    }
    return frozenset(
        address_id
        for address_id, domain_id in domains.items()
        if has_own or domain_id not in silent
    )


def _categories(choice: DigestSubscription | None) -> frozenset[str]:
    known = frozenset(str(value) for value in Category.values)
    if choice is None or not isinstance(choice.categories, list):
        return known
    return frozenset(str(one) for one in choice.categories) & known
