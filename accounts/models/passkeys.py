"""Passkeys and security keys: public keys that sign, and how often they have."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import passkeys
from accounts.errors import PasskeyRefused
from accounts.models.devices import OwnedDevice, named


class PasskeyDevice(OwnedDevice):
    """A passkey, on a phone, in a password manager or on a security key."""

    # An id can be too long for an index, so that its hash is what is unique: nobody
    # enrols a passkey that is somebody's already.
    credential_hash = models.CharField(max_length=64, unique=True)
    credential_id = models.BinaryField(max_length=passkeys.CREDENTIAL_ID_BYTES)
    public_key = models.BinaryField()
    # The same in all passkeys of a person, and nowhere else.
    user_handle = models.BinaryField(max_length=passkeys.HANDLE_BYTES)
    # Zero for ever where the authenticator does not count, as synchronised ones do not.
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    # The model of the authenticator, by its own word; zeros if it does not say.
    aaguid = models.UUIDField()
    is_backed_up = models.BooleanField(default=False)

    class Meta(OwnedDevice.Meta):
        verbose_name = _("Passkey")
        verbose_name_plural = _("Passkeys")

    @property
    def label(self) -> str:
        """What the person knows it by."""
        return named(gettext("Passkey"), self.nickname)

    @property
    def credential(self) -> passkeys.Credential:
        """What the browser must know to find it."""
        return passkeys.Credential(bytes(self.credential_id), tuple(self.transports))

    def verify_token(self, token: object) -> bool:
        """Accept a right signature; raise PasskeyRefused for every other one.

        A counter that did not grow means that two authenticators hold this key
        (WebAuthn section 6.1.1); comparing and setting it is one step.
        """
        if not isinstance(token, passkeys.Answer):
            return False
        use = passkeys.verify_use(
            token,
            credential_id=bytes(self.credential_id),
            public_key=bytes(self.public_key),
            handle=bytes(self.user_handle),
        )
        mine = PasskeyDevice.objects.filter(pk=self.pk)
        # Zero twice is no step back: such an authenticator does not count.
        grown = (
            {"sign_count__lt": use.sign_count} if use.sign_count else {"sign_count": 0}
        )
        kept = mine.filter(**grown).update(
            sign_count=use.sign_count,
            is_backed_up=use.is_backed_up,
            last_used_at=timezone.now(),
        )
        if not kept and mine.exists():
            raise PasskeyRefused("cloned")
        return bool(kept)
