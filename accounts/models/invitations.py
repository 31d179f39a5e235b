"""Invitations into a customer: a link that works once, for one address."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models.people import Address
from accounts.tenancy import Role, TenantOwned


class Invitation(TenantOwned):
    """Somebody may join a customer, by their own yes only.

    The link's token is derived from the key ring and `sends` (`invitations.py`): the
    row holds nothing that opens it, and sending again ends the links sent before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("E-Mail-Adresse"))
    full_name = models.CharField(_("Name"), max_length=200, blank=True)
    role = models.CharField(
        _("Rolle"), max_length=16, choices=Role, default=Role.MEMBER
    )
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, blank=True)
    addresses = models.ManyToManyField(Address, related_name="+")
    # Empty: the person asked for it, from an address whose mail is held.
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    sends = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Einladung")
        verbose_name_plural = _("Einladungen")
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_expired(self) -> bool:
        """Whether the link no longer works although nobody withdrew it."""
        return self.expires_at <= timezone.now()
