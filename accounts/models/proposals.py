"""Addresses that mail came for or somebody asked for, until an admin decides."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models.customers import Domain
from accounts.tenancy import TenantOwned


class AddressProposal(TenantOwned):
    """An address of a domain that nobody has entered yet.

    open → accepted (as a mailbox or an alias) or ignored; ignored ones stay, so that
    they are not proposed again.
    """

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("offen")
        ACCEPTED = "accepted", _("angenommen")
        IGNORED = "ignored", _("übergangen")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+")
    local_part = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    # On how many days mail came for it: a guess comes once, a mailbox again and again.
    days_seen = models.PositiveIntegerField(default=0)
    last_seen_on = models.DateField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("vorgeschlagene Adresse")
        verbose_name_plural = _("vorgeschlagene Adressen")
        constraints = (
            models.UniqueConstraint(
                fields=["domain", "local_part"], name="proposal_once_per_address"
            ),
        )

    def __str__(self) -> str:
        return f"{self.local_part}@{self.domain.name}"
