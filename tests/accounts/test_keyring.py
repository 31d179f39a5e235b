"""The key ring seals and unseals."""

from __future__ import annotations

import pytest

from accounts.errors import SealBroken
from accounts.keyring import seal, unseal


def test_unseals_what_it_sealed():
    sealed = seal(b"secret", purpose="totp")

    assert b"secret" not in sealed
    assert unseal(sealed, purpose="totp") == b"secret"


def test_refuses_another_purpose():
    sealed = seal(b"secret", purpose="totp")

    with pytest.raises(SealBroken):
        unseal(sealed, purpose="sms")


def test_old_key_still_opens_after_a_new_one_came(settings):
    old = settings.KEY_RING
    sealed = seal(b"secret", purpose="totp")

    settings.KEY_RING = "t2:" + "QUFB" * 10 + "QUE=" + "," + old

    assert unseal(sealed, purpose="totp") == b"secret"
    assert seal(b"x", purpose="totp").startswith(b"t2\0")
    settings.KEY_RING = settings.KEY_RING.split(",")[0]
    with pytest.raises(SealBroken):
        unseal(sealed, purpose="totp")


def test_people_exist(people, client_for):
    assert people.alice.has_perm("diagnostics.view_probe") is False
