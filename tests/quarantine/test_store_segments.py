"""The frames by themselves: what the encryption alone refuses, before any hash."""

from __future__ import annotations

import io

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from accounts.identifiers import uuid7
from quarantine.errors import ContentLost
from quarantine.segments import (
    FRAME_BYTES,
    HEAD,
    make_key,
    open_frames,
    seal_frame,
    seal_frames,
    zstd,
)

MESSAGE = uuid7()
KEY = make_key()


def seal(*frames: bytes) -> list[bytes]:
    return list(seal_frames(MESSAGE, KEY, frames))


def unseal(*sealed: bytes, message_id=MESSAGE, key: bytes = KEY) -> list[bytes]:
    raw = b"".join(sealed)
    return list(open_frames(message_id, key, io.BytesIO(raw), len(raw)))


def test_opens_what_was_sealed():
    assert unseal(*seal(b"one", b"two", b"three")) == [b"one", b"two", b"three"]
    assert unseal(*seal()) == [b""]


def test_layout_is_as_documented():
    (sealed,) = seal(b"text")
    length, is_last = HEAD.unpack(sealed[:5])
    associated = MESSAGE.bytes + bytes([0, 0, 0, 0, 1])

    packed = AESGCM(KEY).decrypt(sealed[5:17], sealed[17:], associated)

    assert (len(sealed), is_last) == (17 + length, 1)
    assert zstd.decompress(packed) == b"text"


def test_swapped_frames_do_not_open():
    one, two, three = seal(b"one", b"two", b"three")

    with pytest.raises(ContentLost, match="does not open"):
        unseal(two, one, three)


def test_repeated_frame_does_not_open():
    one, two = seal(b"one", b"two")

    with pytest.raises(ContentLost, match="does not open"):
        unseal(one, one, two)


def test_frame_made_the_last_one_does_not_open():
    one, _two = seal(b"one", b"two")

    with pytest.raises(ContentLost, match="does not open"):
        unseal(one[:4] + b"\1" + one[5:])


def test_frames_of_another_message_do_not_open():
    with pytest.raises(ContentLost, match="does not open"):
        unseal(*seal(b"one"), message_id=uuid7())


def test_missing_last_frame_is_noticed():
    one, _two = seal(b"one", b"two")

    with pytest.raises(ContentLost):
        unseal(one)


def test_bytes_behind_the_last_frame_are_noticed():
    with pytest.raises(ContentLost):
        unseal(*seal(b"one"), b"more")


def test_frame_that_unpacks_to_more_than_its_limit_is_refused():
    bomb = seal_frame(AESGCM(KEY), MESSAGE, 0, bytes(FRAME_BYTES + 1), is_last=True)

    with pytest.raises(ContentLost, match="too big"):
        unseal(bomb)


def test_absurd_length_is_refused_before_anything_is_read():
    with pytest.raises(ContentLost, match="head"):
        unseal(HEAD.pack(2**32 - 1, 1) + bytes(100))
