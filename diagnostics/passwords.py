"""A typed password on its way to the worker: sealed, for one probe and five minutes."""

from __future__ import annotations

import base64
import binascii
import json
import time
from uuid import UUID

from accounts.errors import SealBroken
from accounts.keyring import seal, unseal
from diagnostics.errors import PasswordLost

PURPOSE = "probe-password"
VALID_SECONDS = 300


def seal_password(password: str, *, probe_id: UUID) -> str:
    """Return it as text for a task message."""
    ends_at = time.time() + VALID_SECONDS
    said = json.dumps({"probe": str(probe_id), "until": ends_at, "password": password})
    return base64.b64encode(seal(said.encode(), purpose=PURPOSE)).decode()


def unseal_password(sealed: str, *, probe_id: UUID) -> str:
    """Return the password; raise PasswordLost if it is too old or for another probe."""
    try:
        opened = unseal(base64.b64decode(sealed, validate=True), purpose=PURPOSE)
    except (SealBroken, binascii.Error) as error:
        raise PasswordLost(probe_id) from error
    said = json.loads(opened)
    if said["probe"] != str(probe_id) or said["until"] < time.time():
        raise PasswordLost(probe_id)
    password: str = said["password"]
    return password
