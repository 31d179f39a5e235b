"""The one rule of who sees and may do what.

A tenant is a Customer. Rows that belong to one inherit `TenantOwned` and are reached
through `visible_to(actor)`; what a role may do stands in `ROLE_PERMISSIONS`, what
platform staff may do in Django admin in `STAFF_PERMISSIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotPermitted

if TYPE_CHECKING:
    from accounts.models import User


class Role(models.TextChoices):
    """What a person is within a customer."""

    MEMBER = "member", _("Benutzer")
    ADMIN = "admin", _("Administrator")


class StaffRole(models.TextChoices):
    """What a person is for the whole installation, in Django admin only."""

    NONE = "", _("keine")
    SUPPORT = "support", _("Support")
    OPERATOR = "operator", _("Betreiber")


class Permission(models.TextChoices):
    """A thing that somebody may be allowed to do in the portal."""

    VIEW_HOLDS = "view_holds"
    RELEASE = "release"
    DISCARD = "discard"
    VIEW_RAW = "view_raw"
    KEEP = "keep"
    ERASE = "erase"
    VIEW_PROBES = "view_probes"
    START_PROBE = "start_probe"
    KEEP_OWN_SENDERS = "keep_own_senders"
    MANAGE_SENDERS = "manage_senders"
    MANAGE_DOMAINS = "manage_domains"
    MANAGE_PEOPLE = "manage_people"
    VIEW_DASHBOARD = "view_dashboard"
    MANAGE_OUTBOUND = "manage_outbound"
    VIEW_AUDIT = "view_audit"


ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.MEMBER: frozenset(
        {
            Permission.VIEW_HOLDS,
            Permission.RELEASE,
            Permission.DISCARD,
            Permission.KEEP_OWN_SENDERS,
        }
    ),
    Role.ADMIN: frozenset(Permission),
}

# Django admin: role -> permission codenames. Support never sees message content,
# and nobody's second factor or password is on any of these pages.
_SUPPORT = frozenset(
    f"{name}"
    for name in (
        "diagnostics.view_probe",
        "diagnostics.view_evidence",
        "diagnostics.view_case",
        "diagnostics.change_case",
        "accounts.view_customer",
        "accounts.view_domain",
        "accounts.view_outboundscanner",
        "accounts.view_outboundaccount",
    )
)
_EDITABLE = (
    "accounts.customer",
    "accounts.domain",
    "accounts.policy",
    "accounts.user",
    "accounts.address",
    "accounts.addressgrant",
    "accounts.membership",
    "accounts.outboundscanner",
)
STAFF_PERMISSIONS: dict[str, frozenset[str]] = {
    StaffRole.NONE: frozenset(),
    StaffRole.SUPPORT: _SUPPORT,
    StaffRole.OPERATOR: _SUPPORT
    | {"accounts.view_auditevent", "accounts.view_outgoingmail"}
    | {
        f"{label.split('.')[0]}.{verb}_{label.split('.')[1]}"
        for label in _EDITABLE
        for verb in ("view", "add", "change", "delete")
    },
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, for which customer, as what; made afresh for each request.

    `viewable` and `actionable` are ids of Address rows that a member holds a grant for.
    """

    user_id: UUID
    customer_id: UUID
    role: str
    viewable: frozenset[UUID] = field(default_factory=frozenset)
    actionable: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def is_admin(self) -> bool:
        """Whether the whole customer is theirs to look after."""
        return self.role == Role.ADMIN

    def can(self, permission: Permission) -> bool:
        """Say whether the role allows it at all."""
        return permission in ROLE_PERMISSIONS.get(self.role, frozenset())


def require_permission(actor: Actor, permission: Permission) -> None:
    """Raise NotPermitted unless the role allows it."""
    if not actor.can(permission):
        raise NotPermitted(permission)


class ActorRequest(HttpRequest):
    """A request of a person who is logged in and belongs to a customer."""

    actor: Actor
    user: User


class TenantQuerySet(models.QuerySet[Any]):
    """Rows of tenants, reached by who is asking."""

    def visible_to(self, actor: Actor) -> Self:
        """Narrow to what the actor may see."""
        mine = self.filter(customer_id=actor.customer_id)
        if actor.is_admin:
            return mine
        return mine.filter(self.model.own(actor))


class TenantOwned(models.Model):
    """A row that belongs to exactly one customer, for good."""

    customer = models.ForeignKey(
        "accounts.Customer",
        models.PROTECT,
        related_name="+",
        verbose_name=_("Kunde"),
    )

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def own(cls, actor: Actor) -> Q:  # noqa: ARG003 - models override it
        """Return what a member sees of the model: nothing, unless it says otherwise."""
        return Q(pk__in=[])
