"""Bulk jobs: one decision over all holds that a search matches, step by step."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.tenancy import Actor, TenantOwned
from quarantine.models.holds import Hold

PREVIEW_LIFETIME = timedelta(hours=1)


class BulkJob(TenantOwned):
    """A selection that somebody has made of a search, and what becomes of it.

    Waits (nothing happens, gone after an hour) → queued → running → an end. `query`
    with `zone` and `bound_at` always means the same holds: what arrives later is none
    of them. `due_at` is when a worker may take it; whoever has it moves that on, and
    nobody else comes near until then.
    """

    class State(models.TextChoices):
        """Where the job stands."""

        WAITING = "waiting", _("noch nicht bestätigt")
        QUEUED = "queued", _("wartet")
        RUNNING = "running", _("läuft")
        FINISHED = "finished", _("fertig")
        CANCELLED = "cancelled", _("abgebrochen")
        FAILED = "failed", _("angehalten")

    class Action(models.TextChoices):
        """What is done with each hold."""

        RELEASE = "release", _("freigeben")
        DISCARD = "discard", _("verwerfen")
        UNDO = "undo", _("Verwerfen rückgängig machen")
        RETRY = "retry", _("erneut versuchen")

    class Stop(models.TextChoices):
        """Why a job has stopped by itself."""

        MEMBERSHIP = "membership", _("Zugang zur Firma")
        RIGHT = "right", _("Recht an einer der Adressen")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=16, choices=Action, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    # The search as its address says it, and by whose clock.
    query = models.TextField(blank=True)
    zone = models.CharField(max_length=64)
    bound_at = models.DateTimeField(default=timezone.now)
    # Whose failed releases are tried again; the search is that job's then.
    retry_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    # When all holds of the search had become items.
    gathered_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    # The hold that was gathered last, as a place in the list.
    gathered_to = models.CharField(max_length=60, blank=True)
    total_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    taken_count = models.PositiveIntegerField(default=0)
    reserved_count = models.PositiveIntegerField(default=0)
    stop = models.CharField(max_length=16, choices=Stop, blank=True)

    class Meta:
        verbose_name = _("Sammelauftrag")
        verbose_name_plural = _("Sammelaufträge")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting") | ~Q(action=""),
                name="bulk_job_has_action",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=("queued", "running")),
                name="bulk_job_due",
            ),
            models.Index(
                fields=["customer", "-created_at", "-id"], name="bulk_job_list"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see the jobs that they have begun."""
        return Q(owner_id=actor.user_id)

    @property
    def is_waiting(self) -> bool:
        """Whether it may still be confirmed."""
        if self.state != self.State.WAITING:
            return False
        return self.created_at > timezone.now() - PREVIEW_LIFETIME

    @property
    def is_open(self) -> bool:
        """Whether a worker is to go on with it."""
        return self.state in {self.State.QUEUED, self.State.RUNNING}

    @property
    def is_release(self) -> bool:
        """Whether its holds go to the next hop."""
        return self.action in {self.Action.RELEASE, self.Action.RETRY}

    @property
    def left_count(self) -> int:
        """How many holds are still to come."""
        decided = self.done_count + self.taken_count + self.reserved_count
        return self.total_count - decided


class BulkJobItem(TenantOwned):
    """One hold of a bulk job, and what the job could do with it."""

    class Outcome(models.TextChoices):
        """What the job could do with the hold."""

        PENDING = "", _("noch nicht an der Reihe")
        DONE = "done", _("erledigt")
        TAKEN = "taken", _("war schon entschieden")
        RESERVED = "reserved", _("nur für den Administrator")

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="items")
    hold = models.ForeignKey(Hold, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "hold"], name="bulk_item_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["job", "hold"],
                condition=Q(outcome=""),
                name="bulk_item_pending",
            ),
        ]

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see the items of the jobs that they have begun."""
        return Q(job__owner_id=actor.user_id)
