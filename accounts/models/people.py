"""Persons, the addresses they hold, and what they are within a customer."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.log_in_names import normalize
from accounts.models.customers import Domain
from accounts.tenancy import STAFF_PERMISSIONS, Actor, Role, StaffRole, TenantOwned
from accounts.time_zones import DEFAULT, find_zone, validate_zone


class UserManager(BaseUserManager["User"]):
    """Makes persons; addresses are kept in the one spelling of `normalize`."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person who logs in with that address."""
        return self.get(email=normalize(username or ""))

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """Make a person; without a password nobody can log in until it is reset."""
        user = self.model(email=normalize(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """Make an operator: Django admin, nothing in the portal."""
        fields.setdefault("staff_role", StaffRole.OPERATOR)
        return self.create_user(email, password, **fields)


class User(AbstractBaseUser):
    """A person, who logs in by e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("E-Mail-Adresse"), unique=True)
    full_name = models.CharField(_("Name"), max_length=200, blank=True)
    language = models.CharField(
        _("Sprache"), max_length=5, choices=settings.LANGUAGES, blank=True
    )
    time_zone = models.CharField(
        _("Zeitzone"), max_length=64, default=DEFAULT, validators=[validate_zone]
    )
    staff_role = models.CharField(
        _("Rolle im Betrieb"), max_length=16, choices=StaffRole, blank=True, default=""
    )
    is_active = models.BooleanField(_("aktiv"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("Personen")

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether Django admin is theirs at all (once verified)."""
        return bool(self.staff_role)

    @property
    def zone(self) -> ZoneInfo:
        """In which the person reads times."""
        return find_zone(self.time_zone)

    def get_full_name(self) -> str:
        """Return the name to address the person by."""
        return str(self)

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002
        """Look the permission up in the one table of tenancy."""
        return self.is_active and perm in STAFF_PERMISSIONS[self.staff_role]

    def has_module_perms(self, app_label: str) -> bool:
        """Say whether Django admin shows anything of the app."""
        own = STAFF_PERMISSIONS[self.staff_role]
        return self.is_active and any(p.startswith(f"{app_label}.") for p in own)


class Membership(TenantOwned):
    """A person within a customer."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(
        _("Rolle"), max_length=16, choices=Role, default=Role.MEMBER
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("Mitgliedschaft")
        verbose_name_plural = _("Mitgliedschaften")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "customer"], name="membership_once_per_customer"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} / {self.customer}"


class Address(TenantOwned):
    """A mailbox address, an alias of one, or the catch-all (empty local part)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="addresses")
    local_part = models.CharField(
        _("Lokalteil"),
        max_length=64,
        blank=True,
        help_text=_("Klein geschrieben. Leer: alle übrigen Adressen der Domain."),
    )
    alias_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="aliases"
    )
    # When what was held for it at the catch-all became its own.
    settled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = (
            models.Index(
                fields=["id"], condition=Q(settled_at=None), name="address_unsettled"
            ),
        )
        verbose_name = _("Adresse")
        verbose_name_plural = _("Adressen")
        constraints = (
            models.UniqueConstraint(
                fields=["domain", "local_part"], name="address_once_per_domain"
            ),
        )

    def __str__(self) -> str:
        return f"{self.local_part or '*'}@{self.domain.name}"

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see the addresses they hold a grant for."""
        return Q(pk__in=actor.viewable)


class AddressGrant(TenantOwned):
    """What a person may do with the mail of an address: delegates, shared mailboxes."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    address = models.ForeignKey(Address, models.CASCADE, related_name="grants")
    can_act = models.BooleanField(_("darf freigeben und verwerfen"), default=True)
    gets_digest = models.BooleanField(
        _("erhält die Übersicht per E-Mail"), default=True
    )
    # The last day on which it holds; the address's mail stays where it is.
    ends_on = models.DateField(_("letzter Tag"), null=True, blank=True)

    class Meta:
        verbose_name = _("Zugriff auf Adresse")
        verbose_name_plural = _("Zugriffe auf Adressen")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "address"], name="grant_once_per_address"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} → {self.address}"

    @classmethod
    def running(cls) -> Q:
        """Return which grants hold today, by the installation's clock."""
        return Q(ends_on=None) | Q(ends_on__gte=today())

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return self.ends_on is not None and self.ends_on < today()

    @property
    def right_label(self) -> str:
        """What the person may do, in words."""
        if self.can_act:
            return gettext("freigeben und verwerfen")
        return gettext("nur ansehen")


def today() -> date:
    """Return the day by the installation's clock: nobody's own zone moves a limit."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def make_actor(membership: Membership) -> Actor:
    """Return the actor of a membership, its grants read afresh."""
    viewable: set[UUID] = set()
    actionable: set[UUID] = set()
    if membership.role != Role.ADMIN:
        grants = AddressGrant.objects.filter(
            AddressGrant.running(),
            user_id=membership.user_id,
            customer_id=membership.customer_id,
        )
        for address_id, can_act in grants.values_list("address_id", "can_act"):
            viewable.add(address_id)
            if can_act:
                actionable.add(address_id)
    return Actor(
        user_id=membership.user_id,
        customer_id=membership.customer_id,
        role=membership.role,
        viewable=frozenset(viewable),
        actionable=frozenset(actionable),
    )
