"""Sender rules: whose mail somebody lets through or keeps held, and for whom."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models import Domain
from accounts.tenancy import Actor, TenantOwned

NOTE_CHARACTERS_MAX = 200


class SenderRule(TenantOwned):
    """Whose mail goes on or stays held: for a person, a domain or the whole customer.

    `pattern` is an address, a domain or `*.domain`, all lower case, the domain as
    A-label. What was removed stays a while, so that it can be taken back.
    """

    class Verb(models.TextChoices):
        """What happens to mail of that sender."""

        ALLOW = "allow", _("zugelassen")
        BLOCK = "block", _("gesperrt")

    class Kind(models.TextChoices):
        """What the pattern is compared with."""

        ADDRESS = "address", _("Adresse")
        DOMAIN = "domain", _("Domain")
        SUBDOMAINS = "subdomains", _("alle Subdomains")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    verb = models.CharField(max_length=8, choices=Verb)
    kind = models.CharField(max_length=16, choices=Kind)
    pattern = models.CharField(max_length=320)
    # Whose own it is; with neither owner nor domain it is for the whole customer.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sender_rules"
    )
    domain = models.ForeignKey(Domain, models.CASCADE, null=True, related_name="+")
    note = models.CharField(max_length=NOTE_CHARACTERS_MAX, blank=True)
    expires_at = models.DateTimeField(null=True)
    hit_count = models.PositiveBigIntegerField(default=0)
    last_hit_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Absenderregel")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner=None) | Q(domain=None), name="sender_rule_one_scope"
            ),
            models.UniqueConstraint(
                fields=["customer", "pattern"],
                condition=Q(owner=None, domain=None, removed_at=None),
                name="sender_rule_once_a_customer",
            ),
            models.UniqueConstraint(
                fields=["domain", "pattern"],
                condition=Q(domain__isnull=False, removed_at=None),
                name="sender_rule_once_a_domain",
            ),
            models.UniqueConstraint(
                fields=["customer", "owner", "pattern"],
                condition=Q(owner__isnull=False, removed_at=None),
                name="sender_rule_once_a_person",
            ),
        ]
        indexes: ClassVar = [
            # What intake asks for each batch.
            models.Index(
                fields=["pattern", "customer"],
                condition=Q(removed_at=None),
                name="sender_rule_pattern",
            ),
            models.Index(fields=["customer", "-id"], name="sender_rule_list"),
        ]

    def __str__(self) -> str:
        return self.pattern

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see their own."""
        return Q(owner_id=actor.user_id)

    def is_over(self, now: datetime) -> bool:
        """Say whether its time has passed."""
        return self.expires_at is not None and self.expires_at <= now


class MapToken(models.Model):
    """What Rspamd shows to read the rules: 256 random bits, kept as SHA-256 only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class CustomerMapToken(TenantOwned, MapToken):
    """A token that opens the rules of one customer, for a filter of its own."""

    class Meta:
        verbose_name = _("Schlüssel der Absenderliste")


class SiteMapToken(MapToken):
    """A token that opens the rules of all customers, for the operator's filter."""

    class Meta:
        verbose_name = _("Schlüssel aller Absenderlisten")
