"""What the pages about people show of each: role, addresses, state of the factor."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import factor_demand, second_factor
from accounts.access import people
from accounts.models import AddressGrant, Membership, Policy, User
from accounts.models.people import today
from accounts.tenancy import Actor, Role

PAGE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class FactorStatus:
    """Whether somebody has a second factor and must; never which one."""

    tone: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person of a customer, as its admin sees them."""

    membership: Membership
    grants: list[AddressGrant]
    factor: FactorStatus
    is_self: bool

    @property
    def user(self) -> User:
        """Who it is."""
        return self.membership.user

    @property
    def sees_everything(self) -> bool:
        """Whether the role gives every address of the customer."""
        return self.membership.role == Role.ADMIN

    @property
    def can_log_in(self) -> bool:
        """Whether there is a password, and nobody has closed the account."""
        return self.user.is_active and self.user.has_usable_password()


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the list of people."""

    rows: list[PersonRow]
    search: str
    next_after: UUID | None


def show_page(actor: Actor, *, search: str, after: UUID | None) -> PeoplePage:
    """Return the people that follow `after` in the list, a hundred at most."""
    memberships = people.list_people(actor, search=search)
    last = memberships.filter(user_id=after).first() if after else None
    if last is not None:
        memberships = memberships.filter(user__email__gt=last.user.email)
    found = list(memberships[: PAGE_LENGTH + 1])
    shown = found[:PAGE_LENGTH]
    is_more = len(found) > PAGE_LENGTH
    return PeoplePage(
        rows=show_people(actor, shown),
        search=search,
        next_after=shown[-1].user_id if is_more else None,
    )


def show_people(actor: Actor, memberships: list[Membership]) -> list[PersonRow]:
    """Return a row for each, in four queries however many there are."""
    ids = [membership.user_id for membership in memberships]
    policy = people.find_policy(actor)
    having = second_factor.find_holders(ids)
    grants: dict[UUID, list[AddressGrant]] = {}
    for grant in people.list_grants(actor, ids):
        grants.setdefault(grant.user_id, []).append(grant)
    return [
        PersonRow(
            membership=membership,
            grants=grants.get(membership.user_id, []),
            factor=_status(policy, membership, has=membership.user_id in having),
            is_self=membership.user_id == actor.user_id,
        )
        for membership in memberships
    ]


def _status(policy: Policy, membership: Membership, *, has: bool) -> FactorStatus:
    if has:
        return FactorStatus("is-good", "ok", _("eingerichtet"))
    if not policy.demands_of(membership.role):
        return FactorStatus("", "info", _("keiner"))
    due = factor_demand.due_on(policy, membership)
    if due is not None and due > today():
        text = _("fehlt, verlangt ab %(day)s") % {
            "day": date_format(due, "SHORT_DATE_FORMAT")
        }
        return FactorStatus("is-warn", "alert", text)
    return FactorStatus("is-bad", "alert", _("fehlt, verlangt"))
