"""Sessions of the scanner's log: those of a customer, those of nobody yet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models.sealed import SealedField
from accounts.tenancy import TenantOwned
from diagnostics.checks import evidence
from diagnostics.models.probes import Evidence, Probe
from diagnostics.scanner_log.observation import CHECK


class LoggedSession(models.Model):
    """What the log told of one session; no secret, no recipient, no local part."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # A hash of where and when it was logged: a line that is read twice counts once.
    key = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField(_("begonnen"))
    ended_at = models.DateTimeField(_("beendet"))
    client_address = models.GenericIPAddressField(_("Adresse"), null=True)
    nonce = models.CharField(max_length=32, blank=True)
    status = models.CharField(_("Ergebnis"), max_length=16, choices=Evidence.Status)
    facts = models.JSONField(default=dict)
    transcript = models.JSONField(default=list)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.client_address} {self.started_at:%Y-%m-%d %H:%M:%S}"

    def as_observation(self) -> evidence.Evidence:
        """Return it as the log was read, to be judged."""
        return evidence.Evidence(
            CHECK,
            self.client_address or "",
            self.status,
            (self.ended_at - self.started_at).total_seconds(),
            self.facts,
            self.transcript,
        )


class ScannerSession(LoggedSession, TenantOwned):
    """A session of a customer's mail server, or of a probe of theirs."""

    class Match(models.TextChoices):
        """By what the customer was known."""

        NONCE = "nonce", _("Prüfung")
        ACCOUNT = "account", _("Konto")
        ADDRESS = "address", _("Adresse")

    match = models.CharField(_("erkannt an"), max_length=16, choices=Match)
    probe = models.ForeignKey(
        Probe, models.SET_NULL, null=True, related_name="+", verbose_name=_("Prüfung")
    )

    class Meta:
        verbose_name = _("Sitzung am Scanner")
        verbose_name_plural = _("Sitzungen am Scanner")
        indexes: ClassVar = [
            models.Index(fields=["customer", "-ended_at"], name="scan_session_newest"),
            models.Index(fields=["client_address"], name="scan_session_address"),
            models.Index(fields=["ended_at"], name="scan_session_ended"),
        ]


class UnmatchedSession(LoggedSession):
    """A session of which nobody knows whose it is; it moves once somebody does."""

    class Meta:
        verbose_name = _("Sitzung ohne Kunde")
        verbose_name_plural = _("Sitzungen ohne Kunden")
        indexes: ClassVar = [
            models.Index(fields=["client_address"], name="unmatched_address"),
            models.Index(fields=["ended_at"], name="unmatched_ended"),
        ]


class FollowedLog(models.Model):
    """How far a follower has read, and what it holds of sessions that go on.

    `held` is sealed: its lines are as they were logged. `version` counts the batches;
    of two followers of one log, the second one finds it changed.
    """

    name = models.CharField(max_length=500, unique=True)
    positions = models.JSONField(default=dict)
    held = SealedField(purpose="scanner-log", default=b"")
    version = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("Protokoll des Scanners")
        verbose_name_plural = _("Protokolle des Scanners")

    def __str__(self) -> str:
        return self.name
