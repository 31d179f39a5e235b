"""Longer retention, for what is held already."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.identifiers import uuid7
from accounts.models import Domain
from accounts.tenancy import TenantOwned


class Extension(TenantOwned):
    """An admin's wish that the days of the rules hold for what is held already.

    Worked off by day of arrival, oldest first; `next_on` is where a worker goes on. It
    only ever lengthens. Without a domain it is about those without rules of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    domain = models.ForeignKey(Domain, models.CASCADE, null=True, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    next_on = models.DateField(null=True)
    extended_count = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
