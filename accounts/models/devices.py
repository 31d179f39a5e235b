"""Second factors: authenticator app and SMS; sealed, or hashed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts import totp
from accounts.identifiers import uuid7
from accounts.keyring import seal, unseal
from accounts.models.sealed import SealedField

if TYPE_CHECKING:
    from accounts.models import User

CODE_LIFETIME = timedelta(minutes=5)
NICKNAME_LENGTH = 40


class OwnedDevice(Device):  # type: ignore[misc]  # django-otp is not typed
    """A second factor of a person's own, named by them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # What the person calls it; `name` is django-otp's and says the kind.
    nickname = models.CharField(max_length=NICKNAME_LENGTH, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(Device.Meta):  # type: ignore[misc]  # django-otp is not typed
        abstract = True


class TotpDevice(OwnedDevice):
    """An authenticator app (RFC 6238, 30 s steps, six digits).

    Tries are counted by `second_factor.verify_code`, not here.
    """

    sealed_secret = SealedField(purpose="totp")
    # The last step whose code was accepted: an older or equal one is a replay.
    last_step = models.BigIntegerField(default=-1)

    class Meta(OwnedDevice.Meta):
        verbose_name = _("Authenticator-App")
        verbose_name_plural = _("Authenticator-Apps")

    @property
    def label(self) -> str:
        """What the person knows it by."""
        return named(gettext("Authenticator-App"), self.nickname)

    def verify_token(self, token: object) -> bool:
        """Accept a right code once; of two clicks at the same moment one wins."""
        secret = unseal(bytes(self.sealed_secret), purpose="totp")
        step = totp.find_step(secret, str(token), after=self.last_step)
        if step is None:
            return False
        unused = TotpDevice.objects.filter(pk=self.pk, last_step__lt=step)
        return bool(unused.update(last_step=step, last_used_at=timezone.now()) == 1)


class SmsDevice(OwnedDevice):
    """A mobile number; codes are SmsCode rows."""

    sealed_number = SealedField(purpose="sms")
    number_hint = models.CharField(max_length=32)
    # What stands for the browser that shows a code; whoever asks sets it.
    binding = ""

    class Meta(OwnedDevice.Meta):
        verbose_name = _("SMS")
        verbose_name_plural = _("SMS")

    @property
    def label(self) -> str:
        """What the person knows it by."""
        kind = gettext("SMS an %(number)s") % {"number": self.number_hint}
        return named(kind, self.nickname)

    @property
    def number(self) -> str:
        """The number in E.164, unsealed."""
        return unseal(bytes(self.sealed_number), purpose="sms").decode()

    def verify_token(self, token: object) -> bool:
        """Accept the code last sent to this number for a log-in, once."""
        right = SmsCode.redeem(
            self.user_id,
            self.number,
            SmsCode.Purpose.LOGIN,
            str(token),
            binding=self.binding,
        )
        if right:
            SmsDevice.objects.filter(pk=self.pk).update(last_used_at=timezone.now())
        return right


class SmsCode(models.Model):
    """A six-digit code that was sent: hashed, once, five minutes, to one number.

    It counts in the browser that asked for it and in no other: who has the password
    and reads the code over the owner's shoulder cannot use it.
    """

    class Purpose(models.TextChoices):
        """What a code opens; it opens nothing else."""

        ENROL = "enrol"
        LOGIN = "login"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sms_codes"
    )
    purpose = models.CharField(max_length=32, choices=Purpose)
    number_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    binding_hash = models.CharField(max_length=64, default="")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @classmethod
    def issue(
        cls, user: User, number: str, purpose: str, code: str, *, binding: str = ""
    ) -> Self:
        """Keep the code's hash; what was sent before for the same purpose is void."""
        now = timezone.now()
        cls.objects.filter(user=user, purpose=purpose, used_at=None).update(used_at=now)
        return cls.objects.create(
            user=user,
            purpose=purpose,
            number_hash=hash_number(number),
            code_hash=_hash_code(user.pk, number, purpose, code),
            binding_hash=_hash_binding(binding),
            expires_at=now + CODE_LIFETIME,
        )

    @classmethod
    def is_out(
        cls, user: User, number: str, purpose: str, *, binding: str = ""
    ) -> bool:
        """Say whether a code for that number could still be redeemed there."""
        unused = cls.objects.filter(user=user, purpose=purpose, used_at=None)
        mine = unused.filter(
            number_hash=hash_number(number), binding_hash=_hash_binding(binding)
        )
        return mine.filter(expires_at__gt=timezone.now()).exists()

    @classmethod
    def redeem(
        cls, user_id: UUID, number: str, purpose: str, code: str, *, binding: str = ""
    ) -> bool:
        """Use the code up; say whether it was right, in time, unused, asked there."""
        now = timezone.now()
        fitting = cls.objects.filter(
            user_id=user_id,
            purpose=purpose,
            number_hash=hash_number(number),
            code_hash=_hash_code(user_id, number, purpose, code),
            binding_hash=_hash_binding(binding),
            used_at=None,
            expires_at__gt=now,
        )
        return fitting.update(used_at=now) == 1


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
    sealed = SealedField(purpose="sms.message")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    gateway = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_waiting(self) -> bool:
        """Whether it may still be sent."""
        return self.state == self.State.QUEUED and not self._is_late

    @property
    def has_failed(self) -> bool:
        """Whether no gateway took it, in time."""
        late = self.state == self.State.QUEUED and self._is_late
        return late or self.state == self.State.FAILED

    @property
    def _is_late(self) -> bool:
        """Whether its code is over, though nobody has closed the row yet."""
        return timezone.now() - self.created_at > CODE_LIFETIME


def hash_number(number: str) -> str:
    """Return what stands for a number where it is only compared."""
    return salted_hmac("accounts.sms.number", number, algorithm="sha256").hexdigest()


def seal_number(number: str) -> bytes:
    """Return the number as SmsDevice keeps it."""
    return seal(number.encode(), purpose="sms")


def named(kind: str, nickname: str) -> str:
    """Return what a person knows a device by."""
    if not nickname:
        return kind
    return gettext("%(kind)s «%(name)s»") % {"kind": kind, "name": nickname}


def _hash_binding(binding: str) -> str:
    if not binding:
        return ""
    return salted_hmac("accounts.sms.binding", binding, algorithm="sha256").hexdigest()


def _hash_code(user_id: UUID, number: str, purpose: str, code: str) -> str:
    said = "\0".join((str(user_id), number, purpose, code))
    return salted_hmac("accounts.sms.code", said, algorithm="sha256").hexdigest()
