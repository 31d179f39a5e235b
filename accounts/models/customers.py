"""Who is a customer, which domains are theirs, what is held for them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.tenancy import Role, TenantOwned


class Category(models.TextChoices):
    """Why the filter held a message."""

    SPAM = "spam", _("Spam")
    BULK = "bulk", _("Massenmail")
    PHISHING = "phishing", _("Phishing")
    VIRUS = "virus", _("Virus")
    ATTACHMENT = "attachment", _("Anhang")
    POLICY = "policy", _("Richtlinie")
    OTHER = "other", _("Anderes")


class FactorDemand(models.TextChoices):
    """Of whom a customer demands a second factor."""

    NOBODY = "nobody", _("niemandem")
    ADMINS = "admins", _("Administratoren")
    EVERYBODY = "everybody", _("allen")


def held_by_default() -> list[str]:
    """Return the categories that a new policy holds: all."""
    return [str(value) for value in Category.values]


def released_by_default() -> list[str]:
    """Return the categories that members may release: the harmless ones."""
    return [str(Category.SPAM), str(Category.BULK), str(Category.OTHER)]


class Customer(models.Model):
    """A tenant: an organisation whose mail we filter."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("Name"), max_length=200)
    is_active = models.BooleanField(_("aktiv"), default=True)
    created_at = models.DateTimeField(_("erfasst am"), auto_now_add=True)

    class Meta:
        verbose_name = _("Kunde")
        verbose_name_plural = _("Kunden")

    def __str__(self) -> str:
        return self.name


class Domain(TenantOwned):
    """A domain of a customer, as A-label in lower case, and where its mail goes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("Domain"), max_length=255, unique=True)
    alias_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="aliases"
    )
    verified_at = models.DateTimeField(_("bestätigt am"), null=True, blank=True)
    accepts_any = models.BooleanField(
        _("nimmt jede Adresse an"),
        default=True,
        help_text=_("Post an unbekannte Adressen sieht nur der Administrator."),
    )
    next_hop_host = models.CharField(_("nächster Server"), max_length=255)
    next_hop_port = models.PositiveIntegerField(_("Port"), default=25)
    next_hop_requires_tls = models.BooleanField(_("nur verschlüsselt"), default=False)

    class Meta:
        verbose_name = _("Domain")
        verbose_name_plural = _("Domains")

    def __str__(self) -> str:
        return self.name


class Policy(TenantOwned):
    """What is held and who may release it; one per customer, overridden per domain."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    domain = models.OneToOneField(Domain, models.CASCADE, null=True, blank=True)
    held_categories = models.JSONField(_("zurückhalten"), default=held_by_default)
    member_categories = models.JSONField(
        _("Benutzer geben frei"), default=released_by_default
    )
    retention_days = models.PositiveSmallIntegerField(_("Tage aufbewahrt"), default=30)
    second_factor = models.CharField(
        _("zweiter Faktor verlangt von"),
        max_length=16,
        choices=FactorDemand,
        default=FactorDemand.NOBODY,
    )
    second_factor_from = models.DateField(_("ab"), null=True, blank=True)

    class Meta:
        verbose_name = _("Richtlinie")
        verbose_name_plural = _("Richtlinien")
        constraints = (
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(domain=None),
                name="policy_one_per_customer",
            ),
        )

    def __str__(self) -> str:
        return str(self.domain or self.customer)

    def demands_of(self, role: str) -> bool:
        """Say whether that role must have a second factor, today or from a day on."""
        if self.second_factor == FactorDemand.EVERYBODY:
            return True
        return self.second_factor == FactorDemand.ADMINS and role == Role.ADMIN
