"""What opens a probe to the customer's own server, and each run of the agent there."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.tenancy import TenantOwned
from diagnostics.models.probes import Probe


def hash_token(token: str) -> str:
    """Return what is kept of a token: it is random, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class AgentToken(TenantOwned):
    """Opens one probe to the agent, for a while: settings to read, evidence to add.

    The row keeps a hash. The token itself is drawn from the row's id under the
    installation's secret, so that the page can show the line again and a stolen table
    opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    probe = models.ForeignKey(Probe, models.CASCADE, related_name="agent_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Schlüssel des Prüfprogramms")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def token(self) -> str:
        """The token as it stands in the line; after a change of the secret another."""
        drawn = salted_hmac("agent-token", str(self.pk), algorithm="sha256").digest()
        return base64.urlsafe_b64encode(drawn).decode().rstrip("=")

    def opens(self, now: datetime) -> bool:
        """Say whether the line still works."""
        is_known = self.token_hash == hash_token(self.token)
        return is_known and self.revoked_at is None and now < self.expires_at


class AgentRun(TenantOwned):
    """One start of the agent; the newest one's evidence has the vantage `agent`."""

    probe = models.ForeignKey(Probe, models.CASCADE, related_name="agent_runs")
    # From 0 on; with what the run counts itself it makes the evidence's ordinal.
    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=32)
    started_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    # From where the portal saw it come, empty if its report was pasted.
    public_address = models.GenericIPAddressField(_("öffentliche Adresse"), null=True)
    # Python, system, user: as the agent says.
    machine = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("Lauf des Prüfprogramms")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["probe", "number"], name="agent_run_number_once"
            ),
            models.UniqueConstraint(fields=["probe", "key"], name="agent_run_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.probe_id} {self.number}"
