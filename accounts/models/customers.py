"""Who is a customer, which domains are theirs, what is held for them."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
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


# What no policy lets pass: docs/decisions/0018.
ALWAYS_HELD = frozenset({Category.VIRUS})


class DigestRhythm(models.TextChoices):
    """How often people are told by mail what is held for them."""

    NEVER = "never", _("nie")
    DAILY = "daily", _("täglich")
    WEEKDAYS = "weekdays", _("werktags")
    WEEKLY = "weekly", _("montags")


class FactorDemand(models.TextChoices):
    """Of whom a customer demands a second factor."""

    NOBODY = "nobody", _("niemandem")
    ADMINS = "admins", _("Administratoren")
    EVERYBODY = "everybody", _("allen")


class NextHopTls(models.TextChoices):
    """How mail to a domain's next hop is encrypted, as RFC 7435 tells them apart."""

    # What cannot be encrypted goes in clear.
    OPPORTUNISTIC = "opportunistic", _("wenn der Server sie anbietet")
    # Against listeners: any certificate will do.
    REQUIRED = "required", _("immer, mit beliebigem Zertifikat")
    # Against impostors as well: a certificate that is valid for the name.
    VERIFIED = "verified", _("immer, mit gültigem Zertifikat")

    @property
    def is_demanded(self) -> bool:
        """Say whether nothing may go in clear."""
        return self != NextHopTls.OPPORTUNISTIC


def make_control_token() -> str:
    """Return what a domain's owner publishes: 128 random bits."""
    return secrets.token_hex(16)


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
    """A domain of a customer, as A-label in lower case, and where its mail goes.

    Anybody may claim a name; `verified_at` is set for one claim only, of whom the DNS
    has shown that they control it (or whom the operator vouches for). Intake knows
    verified domains only. See docs/decisions/0005.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("Domain"), max_length=255)
    alias_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="aliases"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # A removed domain gets no mail; what is held for it stays reachable.
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    control_token = models.CharField(
        max_length=64, default=make_control_token, editable=False
    )
    is_vouched = models.BooleanField(
        _("vom Betreiber bestätigt"),
        default=False,
        help_text=_("Dann muss der Kunde keinen Eintrag im DNS vorweisen."),
    )
    verified_at = models.DateTimeField(_("bestätigt am"), null=True, blank=True)
    control_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    control_missing_since = models.DateTimeField(null=True, blank=True, editable=False)
    # What the admins were told of it: 0 nothing, 1 missing, 2 soon lost, 3 lost.
    control_warnings = models.PositiveSmallIntegerField(default=0, editable=False)
    accepts_any = models.BooleanField(
        _("nimmt jede Adresse an"),
        default=True,
        help_text=_("Post an unbekannte Adressen sieht nur der Administrator."),
    )
    next_hop_host = models.CharField(
        _("nächster Server"), max_length=255, blank=True, default=""
    )
    next_hop_port = models.PositiveIntegerField(_("Port"), default=25)
    next_hop_tls = models.CharField(
        _("Verschlüsselung"),
        max_length=16,
        choices=NextHopTls,
        default=NextHopTls.OPPORTUNISTIC,
        help_text=_("«Gültig» heisst: für diesen Namen, von einer bekannten Stelle."),
    )

    class Meta:
        verbose_name = _("Domain")
        verbose_name_plural = _("Domains")
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "name"], name="domain_once_per_customer"
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(verified_at__isnull=False),
                name="domain_verified_once",
            ),
            models.CheckConstraint(
                condition=models.Q(next_hop_tls__in=NextHopTls.values),
                name="domain_next_hop_tls_known",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def control_record_name(self) -> str:
        """Where the TXT record stands that proves control."""
        return f"_cleanmail.{self.name}"

    @property
    def control_record_value(self) -> str:
        """What the TXT record says that proves control."""
        return f"cleanmail-verify={self.control_token}"

    @property
    def control_ends_at(self) -> datetime | None:
        """When missing control counts as lost; None while nothing is missing."""
        if self.control_missing_since is None:
            return None
        return self.control_missing_since + control_grace()

    @property
    def is_verified(self) -> bool:
        """Whether mail for the domain is held for this customer."""
        return self.verified_at is not None

    @property
    def is_lost(self) -> bool:
        """Whether the record that proves control is missing for longer than allowed."""
        ends_at = self.control_ends_at
        return ends_at is not None and timezone.now() >= ends_at

    @property
    def is_trusted(self) -> bool:
        """Whether new claims may rest on it: verified, control not lost."""
        return self.is_verified and not self.is_lost

    @property
    def is_contested(self) -> bool:
        """Whether control is proved while another customer still holds the domain."""
        return self.control_seen_at is not None and not self.is_verified


def control_grace() -> timedelta:
    """Return for how long a domain's record may be missing."""
    return timedelta(days=settings.CONTROL_GRACE_DAYS)


class Policy(TenantOwned):
    """What is held and who may release it; one per customer, overridden per domain."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    domain = models.OneToOneField(Domain, models.CASCADE, null=True, blank=True)
    held_categories = models.JSONField(_("zurückhalten"), default=held_by_default)
    member_categories = models.JSONField(
        _("Benutzer geben frei"), default=released_by_default
    )
    retention_days = models.PositiveSmallIntegerField(_("Tage aufbewahrt"), default=30)
    # Category to days, for those that are kept shorter or longer than the rest.
    category_days = models.JSONField(default=dict, blank=True)
    second_factor = models.CharField(
        _("zweiter Faktor verlangt von"),
        max_length=16,
        choices=FactorDemand,
        default=FactorDemand.NOBODY,
    )
    may_trust_browsers = models.BooleanField(
        _("Browser dürfen vertraut werden"),
        default=True,
        help_text=_("Dann fragen sie eine Zeit lang nur nach dem Passwort."),
    )
    second_factor_from = models.DateField(_("ab"), null=True, blank=True)
    second_factor_grace_days = models.PositiveSmallIntegerField(
        _("Tage Frist für jede Person"), default=0
    )
    # Off until somebody decides: a mailbox then makes a person without an admin.
    may_claim = models.BooleanField(
        _("Personen verlangen ihr Konto selbst"), default=False
    )
    digest_rhythm = models.CharField(
        _("Übersicht per E-Mail"),
        max_length=16,
        choices=DigestRhythm,
        default=DigestRhythm.WEEKDAYS,
    )
    digest_at = models.TimeField(_("um"), default=time(9))
    # Whoever holds the mail holds the link: off until somebody decides.
    may_release_by_link = models.BooleanField(
        _("Freigabe aus der Übersicht ohne Anmeldung"), default=False
    )

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

    def days_for(self, category: str) -> int:
        """Return for how many days mail of the category is kept."""
        return int(self.category_days.get(category, self.retention_days))

    def holds(self, category: str) -> bool:
        """Say whether mail of the category is held; malware is, whatever is ticked."""
        return category in ALWAYS_HELD or category in self.held_categories

    def demands_of(self, role: str) -> bool:
        """Say whether that role must have a second factor, today or from a day on."""
        if self.second_factor == FactorDemand.EVERYBODY:
            return True
        return self.second_factor == FactorDemand.ADMINS and role == Role.ADMIN
