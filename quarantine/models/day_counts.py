"""What was held on a day, counted: it outlives the holds."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models.customers import Category
from accounts.tenancy import TenantOwned


class DayCount(TenantOwned):
    """What was held on a day, what of it people released or reported as no spam.

    Outlives the holds.
    """

    day = models.DateField()
    category = models.CharField(max_length=16, choices=Category)
    held = models.PositiveIntegerField()
    released = models.PositiveIntegerField()
    # Reported as wrongly held.
    reported = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "day", "category"], name="day_count_once"
            ),
        ]


class DaySender(TenantOwned):
    """How much of one sender's domain was held on a day, of those with the most."""

    day = models.DateField()
    sender_domain = models.CharField(max_length=255)
    category = models.CharField(max_length=16, choices=Category)
    held = models.PositiveIntegerField()
    released = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "day", "sender_domain"], name="day_sender_once"
            ),
        ]
