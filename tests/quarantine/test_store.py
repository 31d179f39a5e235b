"""The store: what was appended and synced reads back, or says that it is lost."""

from __future__ import annotations

import os
import resource
import signal
import stat
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.identifiers import uuid7
from quarantine.errors import ContentErased, ContentLost, StoreUnavailable
from quarantine.models import Message
from quarantine.segments import FRAME_BYTES, split_frames
from quarantine.store import Stored, Writer, erase, open_content
from tests.factories import make_customer, store_message

DAY = date(2026, 12, 24)


def as_message(stored: Stored, message_id) -> Message:
    return Message(
        id=message_id,
        received_at=timezone.now(),
        size=stored.size,
        content_sha256=stored.sha256,
        segment=stored.segment,
        segment_offset=stored.offset,
        stored_length=stored.length,
        wrapped_key=stored.wrapped_key,
    )


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = Writer()
    yield writer
    writer.close()


def keep(writer: Writer, content: bytes) -> Message:
    message_id = uuid7()
    stored = writer.append(message_id, DAY, [content])
    writer.sync()
    return as_message(stored, message_id)


def read(message: Message) -> bytes:
    return b"".join(open_content(message))


SIZES = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES]


@pytest.mark.parametrize("size", SIZES)
def test_reads_back_what_was_appended(writer: Writer, size: int):
    content = os.urandom(size)

    message = keep(writer, content)

    assert read(message) == content
    assert message.size == size


def test_messages_of_one_segment_do_not_mix(writer: Writer):
    contents = [os.urandom(size) for size in (100, 0, 2 * FRAME_BYTES + 5, 7)]

    messages = [keep(writer, content) for content in contents]

    assert len({message.segment for message in messages}) == 1
    assert [read(message) for message in messages] == contents


def test_segment_is_named_by_day_and_private(writer: Writer, settings):
    message = keep(writer, b"x")

    path = Path(settings.STORE_DIR) / message.segment
    assert message.segment.startswith("2026-12-24-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_stored_bytes_show_nothing_of_the_content(writer: Writer, settings):
    message = keep(writer, b"geheim " * 1000)

    raw = (Path(settings.STORE_DIR) / message.segment).read_bytes()

    assert b"geheim" not in raw


@pytest.mark.parametrize("part", ["head", "nonce", "sealed", "tag"])
def test_altered_byte_raises_content_lost(writer: Writer, settings, part: str):
    message = keep(writer, b"Guten Tag\r\n" * 100)
    path = Path(settings.STORE_DIR) / message.segment
    raw = bytearray(path.read_bytes())
    place = {"head": 0, "nonce": 7, "sealed": 25, "tag": message.stored_length - 1}
    raw[message.segment_offset + place[part]] ^= 1

    path.write_bytes(raw)

    with pytest.raises(ContentLost):
        read(message)


def test_frames_cannot_be_swapped_or_dropped(writer: Writer, settings):
    content = bytes(FRAME_BYTES) + b"\1" * FRAME_BYTES + b"end"
    message = keep(writer, content)
    path = Path(settings.STORE_DIR) / message.segment
    raw = path.read_bytes()
    start = message.segment_offset
    first = 17 + int.from_bytes(raw[start : start + 4], "big")
    second = 17 + int.from_bytes(raw[start + first : start + first + 4], "big")
    a, b = raw[start : start + first], raw[start + first : start + first + second]

    path.write_bytes(raw.replace(a + b, b + a))
    with pytest.raises(ContentLost):
        read(message)

    path.write_bytes(raw.replace(b, b""))
    message.stored_length -= second
    with pytest.raises(ContentLost):
        read(message)


def test_another_messages_place_does_not_open(writer: Writer):
    mine, other = keep(writer, b"mine"), keep(writer, b"other")
    mine.segment_offset = other.segment_offset
    mine.stored_length = other.stored_length

    with pytest.raises(ContentLost):
        read(mine)


def test_wrong_hash_raises_before_the_last_piece(writer: Writer):
    message = keep(writer, bytes(FRAME_BYTES + 1))
    message.content_sha256 = "0" * 64
    pieces = open_content(message)

    assert len(next(pieces)) == FRAME_BYTES
    with pytest.raises(ContentLost):
        next(pieces)


def test_cut_or_missing_segment_raises_content_lost(writer: Writer, settings):
    message = keep(writer, b"text" * 100)
    path = Path(settings.STORE_DIR) / message.segment

    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(ContentLost):
        read(message)

    path.unlink()
    with pytest.raises(ContentLost):
        read(message)


def test_segment_name_cannot_leave_the_folder(writer: Writer):
    message = keep(writer, b"text")
    message.segment = "../" + message.segment

    with pytest.raises(ContentLost):
        read(message)


@pytest.mark.db
@pytest.mark.django_db
def test_erased_content_cannot_be_read(db):
    message = store_message(
        make_customer(), b"text", expires_on=DAY, received_at=timezone.now()
    )

    erase(message)

    with pytest.raises(ContentErased):
        read(Message.objects.get(pk=message.pk))


@pytest.fixture
def file_limit():
    """Let no file of this process grow past a size: the disk is full."""

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield limit
    limit(resource.RLIM_INFINITY)
    signal.signal(signal.SIGXFSZ, before)


def test_full_disk_raises_and_later_appends_are_safe(writer: Writer, file_limit):
    before = keep(writer, b"before")

    file_limit(1024 * 1024)
    with pytest.raises(StoreUnavailable):
        writer.append(uuid7(), DAY, [os.urandom(2 * FRAME_BYTES)])
    file_limit(resource.RLIM_INFINITY)
    after = keep(writer, b"after")

    assert (read(before), read(after)) == (b"before", b"after")


def test_full_disk_at_the_first_byte_leaves_no_segment(
    writer: Writer, file_limit, settings
):
    file_limit(0)
    with pytest.raises(StoreUnavailable):
        writer.append(uuid7(), DAY, [b"x"])
    file_limit(resource.RLIM_INFINITY)

    assert list(Path(settings.STORE_DIR).iterdir()) == []
    assert read(keep(writer, b"later")) == b"later"


def test_missing_folder_that_cannot_be_made_raises(writer: Writer, settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.STORE_DIR = tmp_path / "file" / "store"

    with pytest.raises(StoreUnavailable):
        writer.append(uuid7(), DAY, [b"x"])


def test_failed_sync_leaves_the_segment_for_good(writer: Writer):
    message_id = uuid7()
    lost = as_message(writer.append(message_id, DAY, [b"lost"]), message_id)
    os.close(writer._segments[DAY]._file)

    with pytest.raises(StoreUnavailable):
        writer.sync()

    assert keep(writer, b"later").segment != lost.segment


def test_segment_that_was_deleted_meanwhile_is_noticed(writer: Writer, settings):
    before = keep(writer, b"before")
    (Path(settings.STORE_DIR) / before.segment).unlink()
    writer.append(uuid7(), DAY, [b"into nowhere"])

    with pytest.raises(StoreUnavailable):
        writer.sync()

    assert read(keep(writer, b"later")) == b"later"


def test_full_segment_is_followed_by_another(writer: Writer, monkeypatch):
    monkeypatch.setattr("quarantine.store.SEGMENT_BYTES_MAX", 1000)

    first, second = (keep(writer, os.urandom(2000)) for _ in range(2))

    assert first.segment != second.segment
    assert len(read(first)) == len(read(second)) == 2000


def test_fifty_megabytes_pass_in_bounded_memory(writer: Writer):
    chunk = os.urandom(64 * 1024)
    message_id = uuid7()
    tracemalloc.start()

    stored = writer.append(message_id, DAY, (chunk for _ in range(800)))
    writer.sync()
    size = sum(len(piece) for piece in open_content(as_message(stored, message_id)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert size == 800 * len(chunk)
    assert peak < 12 * FRAME_BYTES


@hypothesis_settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=300_000), max_size=20))
def test_frames_are_the_content_cut_full(chunks: list[bytes]):
    frames = list(split_frames(chunks))

    assert b"".join(frames) == b"".join(chunks)
    assert all(len(frame) == FRAME_BYTES for frame in frames[:-1])
