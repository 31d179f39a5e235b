"""The outbox of the mails that the portal itself sends."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models.sealed import SealedField


class OutgoingMail(models.Model):
    """A mail to send: what it is and its details, sealed; the text is made at sending.

    Without a person it is what an unknown address leads to, and goes nowhere.
    """

    class State(models.TextChoices):
        """Where a mail stands."""

        QUEUED = "queued", _("wartet")
        SENT = "sent", _("übergeben")
        FAILED = "failed", _("gescheitert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="mails"
    )
    kind = models.CharField(_("Art"), max_length=40)
    sealed_details = SealedField(purpose="mail")
    state = models.CharField(
        _("Stand"), max_length=16, choices=State, default=State.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("Versuche"), default=0)
    created_at = models.DateTimeField(_("erfasst am"), auto_now_add=True, db_index=True)
    next_try_at = models.DateTimeField(_("nächster Versuch"), default=timezone.now)
    started_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("beendet am"), null=True)

    class Meta:
        verbose_name = _("ausgehende E-Mail")
        verbose_name_plural = _("ausgehende E-Mails")
        indexes = (
            models.Index(
                fields=["next_try_at"],
                name="outgoing_mail_due",
                condition=models.Q(state="queued"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
