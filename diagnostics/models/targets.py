"""Servers that probes ask, as rows to lock: whoever counts there counts alone."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ProbeTarget(models.Model):
    """A server that probes of any customer ask, by host or address.

    The row holds no count: the probes' own leases are counted while it is locked, so a
    worker that died gives its place back with its lease.
    """

    name = models.CharField(_("Server"), max_length=255, unique=True)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Ziel von Prüfungen")
        verbose_name_plural = _("Ziele von Prüfungen")

    def __str__(self) -> str:
        return self.name
