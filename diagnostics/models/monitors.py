"""Monitors: probes that repeat, what came of them day by day, and who is told."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models import Domain
from accounts.tenancy import TenantOwned


class Monitor(TenantOwned):
    """A probe of the outbound scanner, or of a domain's next hop, that repeats.

    `awaited` is the id of the one probe that waits or runs for it (no foreign key: the
    probe points here). A state that differs is `pending` until a second run says so.
    """

    HEALTHY: ClassVar = "healthy"

    class Interval(models.IntegerChoices):
        """How often, in minutes."""

        QUARTER = 15, _("alle 15 Minuten")
        HOUR = 60, _("jede Stunde")
        DAY = 1440, _("jeden Tag")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # None: the outbound scanner.
    domain = models.ForeignKey(
        Domain,
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("Domain"),
    )
    interval = models.PositiveIntegerField(
        _("Abstand"), choices=Interval, default=Interval.HOUR
    )
    is_on = models.BooleanField(_("eingeschaltet"), default=True)
    next_run_at = models.DateTimeField(default=timezone.now)
    awaited = models.UUIDField(null=True, editable=False)
    # Empty until the first run; then HEALTHY, the slug of a cause or the code of what
    # the next hop does.
    state = models.CharField(_("Zustand"), max_length=40, blank=True)
    since = models.DateTimeField(_("seit"), null=True)
    pending = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(_("zuletzt geprüft"), null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("Überwachung")
        verbose_name_plural = _("Überwachungen")
        indexes: ClassVar = [
            models.Index(
                fields=["next_run_at"],
                condition=Q(is_on=True, awaited=None),
                name="monitor_due",
            ),
            models.Index(
                fields=["awaited"],
                condition=Q(awaited__isnull=False),
                name="monitor_awaits",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(domain=None),
                name="monitor_once_per_customer",
            ),
            models.UniqueConstraint(
                fields=["domain"],
                condition=Q(domain__isnull=False),
                name="monitor_once_per_domain",
            ),
        ]

    def __str__(self) -> str:
        return str(self.domain) if self.domain_id else "outbound"

    @property
    def is_healthy(self) -> bool:
        """Whether the last confirmed run found nothing."""
        return self.state == self.HEALTHY


class MonitorChange(TenantOwned):
    """A state that a monitor came into, and the probe that showed it."""

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="changes")
    state = models.CharField(_("Zustand"), max_length=40)
    at = models.DateTimeField(_("seit"))
    probe = models.ForeignKey(
        "diagnostics.Probe", models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("Wechsel einer Überwachung")
        verbose_name_plural = _("Wechsel von Überwachungen")
        indexes: ClassVar = [
            models.Index(fields=["monitor", "-at"], name="monitor_change_newest")
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.at:%Y-%m-%d %H:%M}"


class MonitorDay(TenantOwned):
    """How many runs a monitor had on a day of the installation's clock."""

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="days")
    day = models.DateField(_("Tag"))
    runs = models.PositiveIntegerField(default=0)
    disturbed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("Tag einer Überwachung")
        verbose_name_plural = _("Tage von Überwachungen")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["monitor", "day"], name="monitor_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.disturbed}/{self.runs}"


class MonitorMail(TenantOwned):
    """That a person wants mail when a monitor of the customer changes its state."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("Nachricht über Überwachungen")
        verbose_name_plural = _("Nachrichten über Überwachungen")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "user"], name="monitor_mail_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)
