"""What was released and comes back: let through, and only that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Domain
from quarantine import store
from quarantine.intake.filters import Filter
from quarantine.models import Hold
from quarantine.states import State
from quarantine.traces import RELEASES_MAX, find_trace
from tests.conftest import People
from tests.quarantine.test_intake_hold import SPAM, keep, transaction
from tests.quarantine.test_reinjection import run
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db

HELD_CONTENT = (
    b"Received: from x by mx; Mon, 1 Jan 2026 10:00:00 +0000\r\n"
    + SPAM[:-6]
    + b"From: A <a@remote.example>\r\nX-Spam: Yes\r\n\r\nText\r\n.\r\nEnd\r\n"
)
HELD_CONTENT = HELD_CONTENT.replace(b"\r\n\r\nFrom", b"\r\nFrom")
BY_MTA = b"Received: from cleanmail by mx; Tue, 2 Jan 2026 10:00:00 +0000\r\n"
AGAIN = (
    b"X-Spamd-Result: default: False [9.1 / 15.0]; BAYES_SPAM(5.0)[]\r\n"
    b"X-Rspamd-Queue-Id: Q2\r\nX-Spam: Yes\r\n"
)


@pytest.fixture(autouse=True)
def any_port(settings):
    settings.ALLOWED_PORTS = list(range(1024, 65536))


def release(hold: Hold) -> bytes:
    """Release the hold; return what its next hop got."""
    Hold.objects.filter(pk=hold.pk).update(
        state=State.RELEASING, decided_at=timezone.now(), next_attempt_at=None
    )
    with SmtpServer() as next_hop:
        Domain.objects.update(next_hop_host="127.0.0.1", next_hop_port=next_hop.port)
        run(hold)
    assert hold.state == State.RELEASED
    return next_hop.transactions[0].content


@pytest.fixture
def released(people: People) -> bytes:
    """Hold a mail and release it; return it with our trace."""
    keep(transaction("bob@acme.example", content=HELD_CONTENT))
    return release(Hold.objects.get())


def come_back(
    content: bytes,
    *,
    recipient: str = "bob@acme.example",
    queue_id: str = "Q2",
    filter_name: Filter = Filter.RSPAMD,
) -> Hold:
    keep(
        transaction(recipient, content=content, queue_id=queue_id),
        filter_name=filter_name,
    )
    return Hold.objects.order_by("pk").last()


def below_trace(content: bytes) -> tuple[bytes, bytes]:
    end = find_trace(content).end
    return content[:end], content[end:]


def added_by_mta(released: bytes) -> bytes:
    return BY_MTA + released


def marked_on_top(released: bytes) -> bytes:
    return AGAIN + BY_MTA + released


def marked_below(released: bytes) -> bytes:
    """As Rspamd's milter does: old results out, new ones under the sender's header."""
    trace, content = below_trace(released)
    head, _, body = content.partition(b"\r\n\r\n")
    lines = [
        line
        for line in head.split(b"\r\n")
        if not line.startswith((b"X-Spam", b"X-Rspamd"))
    ]
    return BY_MTA + trace + b"\r\n".join(lines) + b"\r\n" + AGAIN + b"\r\n" + body


def with_missing_fields(released: bytes) -> bytes:
    """As Postfix does for what its own host sends."""
    head, _, body = released.partition(b"\r\n\r\n")
    added = b"\r\nMessage-Id: <1@mx>\r\nDate: Tue, 2 Jan 2026 10:00:00 +0000"
    return BY_MTA + head + added + b"\r\n\r\n" + body


def resigned(released: bytes) -> bytes:
    return (
        b"DKIM-Signature: v=1; a=rsa-sha256;\r\n\td=acme.example\r\n"
        b"Authentication-Results: mx; dkim=pass\r\nDelivered-To: bob@acme.example\r\n"
        b"Return-Path: <sender@remote.example>\r\n" + BY_MTA + released
    )


def with_line_feeds(released: bytes) -> bytes:
    return (BY_MTA + released).replace(b"\r\n", b"\n")


WAYS_BACK = (
    bytes,
    added_by_mta,
    marked_on_top,
    marked_below,
    with_missing_fields,
    resigned,
    with_line_feeds,
)


@pytest.mark.db
@pytest.mark.parametrize("change", WAYS_BACK)
def test_a_released_message_that_comes_back_is_let_through(released, change):
    first = Hold.objects.get()

    hold = come_back(change(released))

    assert hold.pk != first.pk
    assert (hold.state, hold.next_attempt_at) == (State.RELEASING, hold.received_at)
    assert hold.reason == {"filter": "released", "hold": str(first.pk)}
    first.refresh_from_db()
    assert first.returns_count == 1


def another_subject_on_top(released: bytes) -> bytes:
    return b"Subject: Another\r\n" + released


def another_subject_within(released: bytes) -> bytes:
    return released.replace(b"Subject: Gewinn", b"Subject: Verlust")


def another_field_at_the_end(released: bytes) -> bytes:
    return released.replace(b"\r\n\r\n", b"\r\nReply-To: e@evil.example\r\n\r\n", 1)


def a_second_date(released: bytes) -> bytes:
    twice = b"\r\nDate: Tue, 2 Jan 2026\r\nDate: Wed, 3 Jan 2026\r\n\r\n"
    return released.replace(b"\r\n\r\n", twice, 1)


def another_body(released: bytes) -> bytes:
    return released.replace(b"Text\r\n", b"Test\r\n")


def more_body(released: bytes) -> bytes:
    return released + b"More\r\n"


def less_body(released: bytes) -> bytes:
    return released.removesuffix(b"End\r\n")


def another_content_altogether(released: bytes) -> bytes:
    return below_trace(released)[0] + SPAM


def one_digit_of_the_token(released: bytes) -> bytes:
    place = released.index(b"; t=") + 4
    digit = b"1" if released[place : place + 1] != b"1" else b"2"
    return released[:place] + digit + released[place + 1 :]


def an_unknown_key(released: bytes) -> bytes:
    start = released.index(b"; k=") + 4
    return released[:start] + b"other" + released[released.index(b"; t=") :]


def a_hold_that_never_was(released: bytes) -> bytes:
    pk = str(Hold.objects.get().pk).encode()
    return released.replace(pk, b"01a00000-0000-7000-8000-000000000000")


def no_hold_at_all(released: bytes) -> bytes:
    pk = str(Hold.objects.get().pk).encode()
    return released.replace(pk, b"-" * 36)


def a_trace_below_a_forged_one(released: bytes) -> bytes:
    return b"X-Cleanmail-Released: yes\r\n" + released


FORGERIES = (
    another_subject_on_top,
    another_subject_within,
    another_field_at_the_end,
    a_second_date,
    another_body,
    more_body,
    less_body,
    another_content_altogether,
    one_digit_of_the_token,
    an_unknown_key,
    a_hold_that_never_was,
    no_hold_at_all,
    a_trace_below_a_forged_one,
)


@pytest.mark.parametrize("change", FORGERIES)
def test_a_forged_or_altered_one_is_judged_like_any_other(released, change):
    content = AGAIN + change(released)

    hold = come_back(content)

    assert content != AGAIN + released
    assert hold.state == State.HELD
    assert Hold.objects.filter(returns_count__gt=0).count() == 0


def test_a_trace_is_good_for_its_recipient_only(people, released):
    others = ["info@acme.example", "eva@other.example", "BOB@acme.example"]

    assert [come_back(AGAIN + released, recipient=each).state for each in others] == [
        State.HELD
    ] * len(others)
    assert come_back(AGAIN + released, recipient="bob@ACME.example").state == (
        State.RELEASING
    )


@pytest.mark.parametrize(
    "state", [State.HELD, State.DISCARDED, State.EXPIRED, State.FAILED]
)
def test_a_trace_is_good_only_while_its_hold_is_released(released, state):
    Hold.objects.update(state=state)

    assert come_back(AGAIN + released).state == State.HELD


def test_a_message_may_be_back_before_the_worker_wrote_it_down(released):
    Hold.objects.update(state=State.RELEASING)

    assert come_back(AGAIN + released).state == State.RELEASING


def test_a_trace_is_good_a_few_times_then_no_more(released):
    states = [
        come_back(AGAIN + released, queue_id=f"R{number}").state
        for number in range(RELEASES_MAX + 2)
    ]

    assert states == [*[State.RELEASING] * RELEASES_MAX, State.HELD, State.HELD]


def test_a_return_that_is_brought_twice_counts_once(released):
    first = Hold.objects.get()

    for _number in range(5):
        come_back(AGAIN + released, queue_id="R1")

    first.refresh_from_db()
    assert (first.returns_count, Hold.objects.count()) == (1, 2)


def test_an_erased_message_vouches_for_its_exact_bytes_only(released):
    store.erase(Hold.objects.get().message)

    assert come_back(marked_on_top(released)).state == State.RELEASING
    assert come_back(AGAIN + marked_below(released)).state == State.HELD


def test_a_key_that_left_the_ring_vouches_for_nothing(released, settings):
    old = settings.KEY_RING
    settings.KEY_RING = "new:" + "A" * 43 + "="
    assert come_back(AGAIN + released).state == State.HELD
    settings.KEY_RING += f",{old}"

    assert come_back(AGAIN + released, queue_id="Q3").state == State.RELEASING


def test_a_circle_is_stopped_and_said_so(people, released):
    content = released
    for _round in range(RELEASES_MAX - 1):
        content = release(
            come_back(AGAIN + BY_MTA + content, queue_id=content[22:58].decode())
        )

    last = come_back(AGAIN + BY_MTA + content, queue_id="last")
    with SmtpServer() as next_hop:
        Domain.objects.update(next_hop_host="127.0.0.1", next_hop_port=next_hop.port)
        attempt = run(last)

    assert (last.state, attempt.failed_stage) == (State.FAILED, "loop")
    assert next_hop.transactions == []
    assert last.received_at - Hold.objects.first().received_at < timedelta(minutes=5)


@pytest.mark.parametrize(("hops", "state"), [(100, "released"), (101, "failed")])
def test_a_message_with_too_many_hops_is_stopped(people, hops, state):
    keep(transaction("bob@acme.example", content=BY_MTA * hops + SPAM))
    hold = Hold.objects.get()
    Hold.objects.update(state=State.RELEASING)
    with SmtpServer() as next_hop:
        Domain.objects.update(next_hop_host="127.0.0.1", next_hop_port=next_hop.port)
        run(hold)

    assert hold.state == state


def test_words_in_the_body_are_no_hops(people):
    body = BY_MTA * 200 + b"X-Cleanmail-Released: x\r\n" * 10
    keep(transaction("bob@acme.example", content=SPAM + body))

    release(Hold.objects.get())


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"X-Cleanmail-Released:",
        b"X-Cleanmail-Released: \xff; ; k=; t=\r\n",
        b"Received: a\r\n" * 5000,
        b"Received:" + b"\r\n a" * 100_000,
        b"\r\n\r\nX-Cleanmail-Released: x",
        b"no colon\r\n" * 1000,
    ],
)
def test_finding_a_trace_never_raises(head):
    assert find_trace(head) is None
