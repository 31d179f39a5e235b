"""Requests for release: who asked, why, and what an admin answered."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.tenancy import Actor, TenantOwned
from quarantine.models.holds import Hold

WORDS_MAX = 500


class HoldRequest(TenantOwned):
    """Somebody asked for the release of a hold; at most one of a hold is open.

    Open ends in granted (the release began), denied or withdrawn. A hold that expires
    leaves its request open: nobody has answered.
    """

    class State(models.TextChoices):
        """Where the request stands."""

        OPEN = "open", _("offen")
        GRANTED = "granted", _("bewilligt")
        DENIED = "denied", _("abgelehnt")
        WITHDRAWN = "withdrawn", _("zurückgezogen")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hold = models.ForeignKey(Hold, models.CASCADE, related_name="requests")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=WORDS_MAX, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=WORDS_MAX, blank=True)
    # When the admins were told of it, with others of the same hour.
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Anfrage")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hold"], condition=Q(state="open"), name="request_open_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["customer"],
                condition=Q(state="open", told_at=None),
                name="request_untold",
            ),
            models.Index(fields=["customer", "-told_at"], name="request_told"),
        ]

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see what was asked about the holds they see."""
        return Q(hold__address_id__in=actor.viewable)
