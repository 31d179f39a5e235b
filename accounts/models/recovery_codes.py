"""Recovery codes: a sheet of them per person, hashed, each good once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts import recovery
from accounts.keyring import fingerprints

if TYPE_CHECKING:
    from accounts.models import User


class RecoverySheet(Device):  # type: ignore[misc]  # django-otp is not typed
    """A person's recovery codes, as the device that verifies a session.

    New codes are a new sheet: sessions that a code of the old one verified end with it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # When the person said that the codes are put away; empty: perhaps nobody has them.
    kept_at = models.DateTimeField(null=True)

    class Meta(Device.Meta):  # type: ignore[misc]  # django-otp is not typed
        verbose_name = _("Ersatzcodes")
        verbose_name_plural = _("Ersatzcodes")

    @property
    def label(self) -> str:
        """What the person calls it."""
        return gettext("Ersatzcode")

    @classmethod
    def issue(cls, user: User, codes: list[str]) -> Self:
        """Keep the codes' hashes in place of whatever sheet there was."""
        cls.objects.filter(user=user).delete()
        sheet: Self = cls.objects.create(user=user, name="recovery", confirmed=True)
        RecoveryCode.objects.bulk_create(
            RecoveryCode(sheet=sheet, code_hash=_hash_recovery(user.pk, code)[0])
            for code in codes
        )
        return sheet

    def count_left(self) -> int:
        """Return how many codes are unused."""
        return RecoveryCode.objects.filter(sheet=self, used_at=None).count()

    def verify_token(self, token: object) -> bool:
        """Use one code up; of two uses at the same moment one wins."""
        hashes = _hash_recovery(self.user_id, str(token))
        fitting = RecoveryCode.objects.filter(
            sheet=self, code_hash__in=hashes, used_at=None
        )
        return fitting.update(used_at=timezone.now()) == 1


class RecoveryCode(models.Model):
    """One code of a sheet: hashed, good once, never shown again."""

    sheet = models.ForeignKey(RecoverySheet, models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)


def _hash_recovery(user_id: UUID, code: str) -> list[str]:
    """Return the hashes that stand for a typed code, the one to keep first."""
    said = f"{user_id}\0{recovery.normalize(code)}"
    return fingerprints(said, purpose="recovery")
