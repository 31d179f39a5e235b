"""Support cases: what a customer asks support about a probe, and what was said."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.tenancy import TenantOwned
from diagnostics.models.probes import Probe


class Case(TenantOwned):
    """A probe that support looks at, with what the customer adds to it.

    open → answered → open → … → closed → open. The evidence stays the probe's: it is
    shown, not copied. Texts are masked before they are stored.
    """

    class State(models.TextChoices):
        """Whose turn it is."""

        OPEN = "open", _("wartet auf Support")
        ANSWERED = "answered", _("beantwortet")
        CLOSED = "closed", _("abgeschlossen")

    UNFINISHED: ClassVar = (State.OPEN, State.ANSWERED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("Nummer"), max_length=16, unique=True)
    state = models.CharField(
        _("Stand"), max_length=16, choices=State, default=State.OPEN
    )
    probe = models.ForeignKey(
        Probe, models.PROTECT, related_name="cases", verbose_name=_("Prüfung")
    )
    public_address = models.GenericIPAddressField(_("öffentliche Adresse"), null=True)
    error_text = models.TextField(_("Fehlermeldung"), blank=True)
    traceroute = models.TextField(_("Weg zu unserem Server"), blank=True)
    # What was judged when it was opened, or by support since: [{slug, confidence}].
    verdict = models.JSONField(default=list)
    first_cause = models.CharField(_("Ursache"), max_length=40, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("eröffnet von"),
    )
    opened_at = models.DateTimeField(_("eröffnet am"), default=timezone.now)
    # Since when support owes an answer; empty when it does not.
    waiting_since = models.DateTimeField(
        _("wartet seit"), null=True, default=timezone.now
    )
    closed_at = models.DateTimeField(_("abgeschlossen am"), null=True)

    class Meta:
        verbose_name = _("Supportfall")
        verbose_name_plural = _("Supportfälle")
        ordering: ClassVar = [F("waiting_since").asc(nulls_last=True), "-opened_at"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-opened_at"], name="case_newest"),
            models.Index(fields=["waiting_since"], name="case_waiting"),
        ]
        constraints: ClassVar = [
            # Of two clicks at once one opens the case, the other is led to it.
            models.UniqueConstraint(
                fields=["probe"],
                condition=~Q(state="closed"),
                name="case_one_unfinished_of_probe",
            ),
            models.CheckConstraint(
                condition=Q(state="open", waiting_since__isnull=False)
                | (~Q(state="open") & Q(waiting_since__isnull=True)),
                name="case_waits_while_open",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_closed(self) -> bool:
        """Whether nobody waits for anybody any more."""
        return self.state == self.State.CLOSED


class CaseMessage(TenantOwned):
    """One step in the history of a case: something said, or something done."""

    class Kind(models.TextChoices):
        """What happened."""

        REPLY = "reply", _("Nachricht an den Support")
        ANSWER = "answer", _("Antwort des Supports")
        NOTE = "note", _("interne Notiz")
        CLOSED = "closed", _("abgeschlossen")
        REOPENED = "reopened", _("wieder eröffnet")
        JUDGED = "judged", _("neu beurteilt")

    # What the customer's pages and exports leave out.
    INTERNAL: ClassVar = (Kind.NOTE, Kind.JUDGED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="messages")
    kind = models.CharField(_("Art"), max_length=16, choices=Kind)
    is_staff = models.BooleanField(_("vom Support"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("Wer"),
    )
    text = models.TextField(_("Text"), blank=True)
    # Of a judgement: what was named before, and after it.
    detail = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("Zeit"), auto_now_add=True)

    class Meta:
        verbose_name = _("Nachricht eines Supportfalls")
        verbose_name_plural = _("Nachrichten eines Supportfalls")
        ordering: ClassVar = ["created_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["case", "created_at"], name="case_message_history"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
