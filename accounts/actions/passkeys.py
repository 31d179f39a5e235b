"""Passkeys: kept, and found out to be copies."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.history import notify, record_for
from accounts.errors import PasskeyRefused
from accounts.models import PasskeyDevice, User
from accounts.passkeys import Registration, hash_id


@transaction.atomic(durable=True)
def enrol_passkey(
    user: User, registration: Registration, *, handle: bytes, nickname: str = ""
) -> PasskeyDevice:
    """Keep a passkey that has proved itself; raise PasskeyRefused if anybody has it."""
    try:
        with transaction.atomic():
            device: PasskeyDevice = PasskeyDevice.objects.create(
                user=user,
                name="passkey",
                confirmed=True,
                credential_hash=hash_id(registration.credential_id),
                credential_id=registration.credential_id,
                public_key=registration.public_key,
                user_handle=handle,
                sign_count=registration.sign_count,
                transports=registration.transports,
                aaguid=registration.aaguid,
                is_backed_up=registration.is_backed_up,
                nickname=nickname,
                last_used_at=timezone.now(),
            )
    except IntegrityError as error:
        raise PasskeyRefused("taken") from error
    record_for(user, "factor.enrol", device, kind="passkey")
    notify(user, "factor_added")
    return device


@transaction.atomic(durable=True)
def note_clone(user: User, device: PasskeyDevice) -> None:
    """Write down, and tell the person, that a passkey's counter went back."""
    record_for(user, "factor.cloned", device, kind="passkey")
    notify(user, "passkey_cloned")
