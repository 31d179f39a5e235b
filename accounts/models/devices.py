"""Second factors: authenticator app and SMS, secrets sealed under the key ring."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin

from accounts.identifiers import uuid7


class TotpDevice(ThrottlingMixin, Device):
    """An authenticator app (RFC 6238, 30 s steps, six digits)."""

    sealed_secret = models.BinaryField()
    # The last 30-second step whose code was accepted: an older or equal one is a replay.
    last_step = models.BigIntegerField(default=-1)
    drift_steps = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(Device.Meta):
        verbose_name = _("Authenticator-App")


class SmsDevice(ThrottlingMixin, Device):
    """A mobile number; codes are SmsCode rows."""

    sealed_number = models.BinaryField()
    number_hint = models.CharField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(Device.Meta):
        verbose_name = _("SMS")


class SmsCode(models.Model):
    """A six-digit code that was sent: hashed, once, five minutes, one number."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sms_codes"
    )
    purpose = models.CharField(max_length=32)
    number_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class SmsMessage(models.Model):
    """An SMS to send: the outbox that Celery empties; text and number sealed."""

    class State(models.TextChoices):
        """Where an SMS stands."""

        QUEUED = "queued", _("wartet")
        SENT = "sent", _("übergeben")
        FAILED = "failed", _("gescheitert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sms_messages"
    )
    number_hash = models.CharField(max_length=64, db_index=True)
    country = models.CharField(max_length=2)
    sealed = models.BinaryField()
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    gateway = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    sent_at = models.DateTimeField(null=True)
