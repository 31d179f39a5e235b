"""Time-based one-time passwords (RFC 6238): 30 seconds, six digits, SHA-1."""

from __future__ import annotations

import base64
import hmac
import os
import time
from urllib.parse import quote, urlencode

from django_otp.oath import hotp

STEP_SECONDS = 30
SECRET_BYTES = 20
# One step to either side: a clock that is half a minute off, or a slow hand.
TOLERATED_STEPS = 1


def new_secret() -> bytes:
    """Return 160 random bits (RFC 4226 section 4, R6)."""
    return os.urandom(SECRET_BYTES)


def current_step() -> int:
    """Return the number of the running 30-second step."""
    return int(time.time()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """Return the code that an app shows during that step."""
    return f"{hotp(secret, step):06d}"


def find_step(secret: bytes, code: str, *, after: int) -> int | None:
    """Return the step that the code belongs to, None if it is wrong or was used.

    Only steps later than `after` count: no replay (RFC 6238 section 5.2).
    """
    now = current_step()
    found = None
    for step in range(now - TOLERATED_STEPS, now + TOLERATED_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found if found is not None and found > after else None


def typed_key(secret: bytes) -> str:
    """Return the secret for typing: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def enrolment_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """Return the `otpauth` address that the QR code holds; the secret comes first."""
    label = f"{quote(issuer)}:{quote(account)}"
    key = base64.b32encode(secret).decode()
    return f"otpauth://totp/{label}?{urlencode({'secret': key, 'issuer': issuer})}"
