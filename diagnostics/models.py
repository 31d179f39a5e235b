"""Probes and what they found."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models import OutboundScanner
from accounts.tenancy import TenantOwned


class Probe(TenantOwned):
    """A question about a connection; the row is its whole truth.

    queued → running → finished | failed | expired. A worker claims it by setting `started_at`
    and `lease_until`; a beat sweep sends queued rows again and ends those whose lease ran out.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        OUTBOUND = "outbound", _("Outbound Scanner")
        NEXT_HOP = "next_hop", _("Nächster Server")
        DOMAIN = "domain", _("Domain")

    class State(models.TextChoices):
        """Where a probe stands."""

        QUEUED = "queued", _("wartet")
        RUNNING = "running", _("läuft")
        FINISHED = "finished", _("fertig")
        FAILED = "failed", _("gescheitert")
        EXPIRED = "expired", _("abgelaufen")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.OUTBOUND)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    scanner = models.ForeignKey(OutboundScanner, models.PROTECT, null=True)
    # What the customer's own server is set to, as typed.
    configured_host = models.CharField(max_length=255, blank=True)
    configured_port = models.PositiveIntegerField(null=True)
    username = models.CharField(max_length=255, blank=True)
    has_password = models.BooleanField(default=False)
    nonce = models.CharField(max_length=32)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Why a probe failed or expired, for people.
    note = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("Prüfung")
        verbose_name_plural = _("Prüfungen")
        indexes: ClassVar = [
            models.Index(fields=["customer", "-created_at"], name="probe_newest"),
            models.Index(fields=["state", "created_at"], name="probe_state"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.created_at:%d.%m.%Y %H:%M}"


class Evidence(TenantOwned):
    """One observation of a probe: facts and transcript, no judgement."""

    class Status(models.TextChoices):
        """How the check ended."""

        OK = "ok", _("in Ordnung")
        WARNING = "warning", _("Warnung")
        FAILED = "failed", _("gescheitert")
        SKIPPED = "skipped", _("übersprungen")

    probe = models.ForeignKey(Probe, models.CASCADE, related_name="evidence")
    ordinal = models.PositiveSmallIntegerField()
    vantage = models.CharField(max_length=16, default="server")
    check_name = models.CharField(max_length=32)
    subject = models.CharField(max_length=300)
    status = models.CharField(max_length=16, choices=Status)
    duration_seconds = models.FloatField(default=0)
    facts = models.JSONField(default=dict)
    transcript = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("Beobachtung")
        verbose_name_plural = _("Beobachtungen")
        ordering: ClassVar = ["ordinal"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["probe", "ordinal"], name="evidence_ordinal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_name} {self.subject}"
