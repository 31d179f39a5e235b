"""Who has looked at a hold, for those who share its address."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.tenancy import Actor, TenantOwned
from quarantine.models.holds import Hold


class HoldView(TenantOwned):
    """A person's first look at the page of a hold."""

    hold = models.ForeignKey(Hold, models.CASCADE, related_name="views")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    first_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hold", "user"], name="hold_view_once"),
        ]

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see who looked at the holds that they see."""
        return Q(hold__address_id__in=actor.viewable)
