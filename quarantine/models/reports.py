"""Reports of wrong verdicts: what a person says a held message is."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.tenancy import Actor, TenantOwned
from quarantine.models.holds import Hold


class VerdictReport(TenantOwned):
    """What a person says of a hold's verdict, on its way to the filter.

    Queued until `next_attempt_at`, and until then taken back by deleting the row; then
    a worker claims it (`started_at`) and the filter's answer ends it.
    """

    class Says(models.TextChoices):
        """What the message is, in the person's eyes; the filter's two words."""

        HAM = "ham", _("erwünscht")
        SPAM = "spam", _("Spam")

    class State(models.TextChoices):
        """Where the report stands."""

        QUEUED = "queued", _("wartet")
        SENT = "sent", _("gemeldet")
        ALREADY_KNOWN = "already_known", _("schon bekannt")
        FAILED = "failed", _("gescheitert")

    class Problem(models.TextChoices):
        """Why a report failed."""

        NONE = "", ""
        GONE = "gone", _("Der Inhalt ist nicht mehr lesbar.")
        REFUSED = (
            "refused",
            _(
                "Der Filter kann aus dieser E-Mail nicht lernen, zum Beispiel weil sie "
                "zu kurz ist."
            ),
        )
        GIVEN_UP = "given_up", _("Der Filter war nicht erreichbar.")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hold = models.ForeignKey(Hold, models.CASCADE, related_name="reports")
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    says = models.CharField(max_length=8, choices=Says)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts_count = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=16, choices=Problem, blank=True)
    # The filter's own words, for admins.
    reply = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("Meldung an den Filter")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hold"], condition=Q(state="queued"), name="report_queued_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="queued"),
                name="report_due",
            ),
            models.Index(fields=["customer", "says"], name="report_of_customer"),
        ]

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see what was reported of the holds they see."""
        return Q(hold__address_id__in=actor.viewable)

    @property
    def can_be_undone(self) -> bool:
        """Whether no worker has it yet."""
        return self.state == self.State.QUEUED and self.started_at is None
