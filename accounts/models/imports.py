"""Lists of people that an admin has uploaded: shown, confirmed, worked off."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models.sealed import SealedField
from accounts.tenancy import TenantOwned


class PeopleImport(TenantOwned):
    """A list of people to invite.

    Waits (nothing written, gone after an hour) → confirmed → worked off row by row.
    `done_count` is where a worker that takes over goes on; the rows are sealed and
    emptied at the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    sealed_rows = SealedField(purpose="people.import")
    language = models.CharField(max_length=5, blank=True)
    right_count = models.PositiveIntegerField()
    wrong_count = models.PositiveIntegerField()
    done_count = models.PositiveIntegerField(default=0)
    invited_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Liste von Personen")
        verbose_name_plural = _("Listen von Personen")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_waiting(self) -> bool:
        """Whether it may still be confirmed."""
        return self.confirmed_at is None and self.expires_at > timezone.now()

    @property
    def left_count(self) -> int:
        """How many rows were not invited although they were right."""
        return self.right_count - self.invited_count
