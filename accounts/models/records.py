"""What is kept about acts: the audit log, and the tries that throttles count."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantOwned


class AuditEvent(models.Model):
    """Somebody did something; inserted unsealed, chained by the sealer, never changed.

    Holds ids and facts, never content, subjects or full addresses. Customer and person
    may be erased: their ids stay, without a row behind them (docs/decisions/0013).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    customer = models.ForeignKey(
        "accounts.Customer",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    action = models.CharField(_("Vorgang"), max_length=64)
    object_type = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    # Position in the chain and SHA-256 over the previous hash and this row.
    sequence = models.BigIntegerField(null=True, unique=True)
    sealed_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("Protokolleintrag")
        verbose_name_plural = _("Protokoll")
        indexes = (models.Index(fields=["customer", "-id"], name="audit_customer"),)

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}"


class FactorReminder(TenantOwned):
    """A person was told of the day from which a second factor is demanded."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due_on = models.DateField()
    days_before = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "user", "due_on", "days_before"],
                name="factor_reminder_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.due_on} -{self.days_before}"


class AuditHead(models.Model):
    """How long the audit chain is and how it ends, under a key that no database holds.

    One row, made by a migration: whoever takes the newest events away cannot forge it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    count = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(auto_now=True)
    # What the last whole verification found; a fault is a word of `audit_chain.Fault`.
    verified_at = models.DateTimeField(null=True)
    verified_count = models.BigIntegerField(default=0)
    fault = models.CharField(max_length=32, blank=True)
    fault_sequence = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(id=1), name="audit_head_only_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.count}:{self.last_hash}"


class Throttle(models.Model):
    """Failures counted for one subject within one scope; see `throttles.py`."""

    key = models.CharField(max_length=100, unique=True)
    count = models.PositiveIntegerField(default=0)
    window_started_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key
