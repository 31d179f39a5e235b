"""The key ring: secrets at rest, sealed with AES-256-GCM under keys that carry an id.

A sealed value is `id NUL nonce(12) ciphertext+tag`. Each purpose has its own key, which
is derived with HKDF-SHA256, and stands in the associated data: what was sealed for one
purpose does not open for another.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.errors import SealBroken

NONCE_BYTES = 12
KEY_BYTES = 32


@lru_cache(maxsize=4)
def _parse(ring: str) -> dict[str, bytes]:
    keys = {}
    for entry in ring.split(","):
        key_id, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            message = f"KEY_RING: key {key_id!r} is not base64"
            raise ImproperlyConfigured(message) from error
        if not key_id or len(key) != KEY_BYTES:
            message = f"KEY_RING: key {key_id!r} needs an id and {KEY_BYTES} bytes"
            raise ImproperlyConfigured(message)
        keys[key_id] = key
    return keys


@lru_cache(maxsize=64)
def _derive(ring: str, key_id: str, info: str) -> bytes:
    derive = HKDF(SHA256(), KEY_BYTES, salt=None, info=info.encode())
    return derive.derive(_parse(ring)[key_id])


@lru_cache(maxsize=64)
def _cipher(ring: str, key_id: str, purpose: str) -> AESGCM:
    return AESGCM(_derive(ring, key_id, purpose))


def current_key_id() -> str:
    """Return the id of the key that seals new values."""
    return next(iter(_parse(settings.KEY_RING)))


def list_key_ids() -> list[str]:
    """Return the ids of the ring, the current one first."""
    return list(_parse(settings.KEY_RING))


def key_id_of(sealed: bytes) -> str:
    """Return the id of the key that sealed the value; the ring need not have it."""
    return bytes(sealed).partition(b"\0")[0].decode("ascii", "replace")


def reseal(sealed: bytes, *, purpose: str) -> bytes:
    """Seal the value anew under the current key; raise SealBroken like unseal."""
    return seal(unseal(sealed, purpose=purpose), purpose=purpose)


def seal(plaintext: bytes, *, purpose: str) -> bytes:
    """Encrypt under the current key."""
    key_id = current_key_id()
    nonce = os.urandom(NONCE_BYTES)
    cipher = _cipher(settings.KEY_RING, key_id, purpose)
    head = key_id.encode() + b"\0"
    return head + nonce + cipher.encrypt(nonce, plaintext, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """Decrypt; raise SealBroken if key or purpose differ or a bit moved."""
    key_id, _, rest = bytes(sealed).partition(b"\0")
    if key_id.decode("ascii", "replace") not in _parse(settings.KEY_RING):
        raise SealBroken(purpose)
    cipher = _cipher(settings.KEY_RING, key_id.decode("ascii"), purpose)
    try:
        return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], purpose.encode())
    except InvalidTag as error:
        raise SealBroken(purpose) from error


def fingerprints(value: str, *, purpose: str) -> list[str]:
    """Return keyed hashes of a value that has entropy of its own, current key first.

    Store the first; look for any of them, so that older keys of the ring still count.
    """
    ring = settings.KEY_RING
    return [
        hmac.digest(
            _derive(ring, key_id, f"{purpose}.fingerprint"), value.encode(), "sha256"
        ).hex()
        for key_id in _parse(ring)
    ]


def sign(told: str, *, purpose: str) -> tuple[str, str]:
    """Return the current key's id and a keyed hash that only the ring can make."""
    key_id = current_key_id()
    return key_id, _token(key_id, told, purpose)


def is_signed(told: str, key_id: str, token: str, *, purpose: str) -> bool:
    """Say whether `sign` made the token, under a key that is still in the ring."""
    if key_id not in _parse(settings.KEY_RING):
        return False
    return hmac.compare_digest(_token(key_id, told, purpose), token)


def _token(key_id: str, told: str, purpose: str) -> str:
    key = _derive(settings.KEY_RING, key_id, f"{purpose}.signature")
    return hmac.digest(key, told.encode(), "sha256").hex()
