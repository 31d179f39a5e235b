"""Digests: when a person wants them, each one sent, the links in them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models import OutgoingMail
from accounts.models.customers import held_by_default
from accounts.tenancy import Actor, TenantOwned
from quarantine.models.holds import Hold


def every_day() -> list[int]:
    """Return the days of the week, Monday is 0."""
    return list(range(7))


class DigestSubscription(TenantOwned):
    """What a person has chosen about the digests of one customer.

    No row, or none of the times: the policy says when. Zone and language are the
    person's own.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_subscriptions"
    )
    first_at = models.TimeField(null=True)
    second_at = models.TimeField(null=True)
    weekdays = models.JSONField(default=every_day)
    categories = models.JSONField(default=held_by_default)
    only_with_news = models.BooleanField(default=True)
    unsubscribed_at = models.DateTimeField(null=True)
    # A slot before it is none of this choice's.
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Wahl der Übersicht")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "customer"], name="digest_choice_once"
            ),
        ]

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Everybody chooses for themselves."""
        return Q(user_id=actor.user_id)


class Digest(TenantOwned):
    """One digest of one person, for one slot of their schedule.

    The row is the claim: it is inserted with the mail in one transaction, once a slot.
    It tells of what came after `since`, up to `until`; the next one begins there,
    unless this one's mail failed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests"
    )
    slot_at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    new_count = models.PositiveIntegerField(default=0)
    # None where there was nothing to tell.
    mail = models.ForeignKey(
        OutgoingMail, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("Übersicht")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "customer", "slot_at"], name="digest_once_a_slot"
            ),
        ]

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Give a digest to its reader alone."""
        return Q(user_id=actor.user_id)


class DigestToken(TenantOwned):
    """A link of a digest: for one action of one person, on one hold or on none.

    The token has 256 random bits and is not kept, only its SHA-256.
    """

    class Action(models.TextChoices):
        """What the link is good for."""

        RELEASE = "release", _("freigeben")
        REQUEST = "request", _("Freigabe anfragen")
        UNSUBSCRIBE = "unsubscribe", _("abbestellen")

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="tokens")
    hold = models.ForeignKey(Hold, models.CASCADE, null=True, related_name="+")
    action = models.CharField(max_length=16, choices=Action)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Link einer Übersicht")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(hold=None, action="unsubscribe")
                | (Q(hold__isnull=False) & ~Q(action="unsubscribe")),
                name="digest_token_of_a_hold",
            ),
        ]

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Give a link to its reader alone."""
        return Q(digest__user_id=actor.user_id)

    def is_fresh(self, now: datetime) -> bool:
        """Say whether it was not used and its time is not over."""
        return self.used_at is None and self.expires_at > now
