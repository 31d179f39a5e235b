"""Real and hostile mail through the whole house: in, stored, shown, released."""

from __future__ import annotations

import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from accounts.models import Domain
from quarantine.models import Hold
from quarantine.reinjection import reinject
from quarantine.states import State
from quarantine.store import open_content
from quarantine.traces import HOPS_MAX
from tests.conftest import People
from tests.services.corpus import SAMPLE, SEED, TRAPS, Specimen
from tests.services.intake import Intake, greeted, intake
from tests.smtp_server import KEYWORDS, Script, SmtpServer
from tests.system.conftest import WHOLE

# Of the processor: the whole of a hostile mail's cost, whatever else runs here.
PAGE_SECONDS_MAX = 2.0
SESSIONS = 20
TRACE = re.compile(
    rb"X-Cleanmail-Released: [0-9a-f-]{36}; [^\r\n]+\r\n"
    rb"Received: by [^\r\n]+\r\n\tid [0-9a-f-]{36}; [^\r\n]+\r\n"
)

pytestmark = [
    pytest.mark.system,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("any_port"),
]


def send_all(running: Intake, chosen: list[Specimen]) -> list[str]:
    """Send each under a queue id that is its place; return the replies.

    Several sessions at once, as an MTA does: so hostile mail shares batches with other.
    """

    def send(first: int) -> dict[int, str]:
        with greeted(running) as client:
            return {
                place: client.send(chosen[place].content, queue_id=f"C{place}")[0]
                for place in range(first, len(chosen), SESSIONS)
            }

    replies: dict[int, str] = {}
    with ThreadPoolExecutor(SESSIONS) as pool:
        for part in pool.map(send, range(SESSIONS)):
            replies |= part
    return [replies[place] for place in range(len(chosen))]


def release_all() -> dict[str, bytes]:
    """Release everything to a next hop that records; return the bytes by hold."""
    with SmtpServer(Script(keywords=(*KEYWORDS, "CHUNKING"))) as next_hop:
        Domain.objects.update(next_hop_host="127.0.0.1", next_hop_port=next_hop.port)
        Hold.objects.update(state=State.RELEASING)
        for hold in Hold.objects.all():
            reinject(str(hold.customer_id), str(hold.pk))
        received = [transaction.content for transaction in next_hop.transactions]
    found = {content[22:58].decode(): content for content in received}
    assert len(found) == len(received)
    return found


def split_trace(received: bytes) -> tuple[bytes, bytes]:
    """Part our own lines from what stands below them."""
    lines = received.split(b"\r\n", 3)
    return b"\r\n".join(lines[:3]) + b"\r\n", lines[3]


def page_seconds(client: Client, hold: Hold) -> dict[str, float]:
    """Return what row and page take of the processor; both must answer 200."""
    taken = {}
    for name in ("quarantine:hold_row", "quarantine:hold"):
        began = time.process_time()
        response = client.get(reverse(name, args=[hold.pk]))
        taken[name] = time.process_time() - began
        assert response.status_code == 200, (name, hold.message.queue_id)
    return taken


@pytest.mark.parametrize("chosen", [SAMPLE, TRAPS, WHOLE], indirect=True)
def test_l15_corpus_comes_in_is_shown_and_released(
    people: People, client_for, chosen: list[Specimen], tmp_path: Path, say
):
    with intake(tmp_path) as running:
        began = time.perf_counter()
        replies = send_all(running, chosen)
        seconds = time.perf_counter() - began
        assert running.process.poll() is None

    refused = [
        (specimen.path, specimen.form, reply)
        for specimen, reply in zip(chosen, replies, strict=True)
        if not reply.startswith("250 2.6.0")
    ]
    assert all(
        len(specimen.content) > django_settings.INTAKE_MAX_BYTES
        for specimen, reply in zip(chosen, replies, strict=True)
        if not reply.startswith("250 2.6.0")
    ), refused

    alice = client_for(people.alice)
    slowest, slow = 0.0, []
    began = time.perf_counter()
    released = release_all()
    released_seconds = time.perf_counter() - began
    holds = {h.message.queue_id: h for h in Hold.objects.select_related("message")}
    # What has passed so many servers goes round in circles, and stays here.
    kept_here = {
        f"C{number}"
        for number, specimen in enumerate(chosen)
        if specimen.hops > HOPS_MAX
    }
    assert kept_here == {
        name for name, hold in holds.items() if hold.state != State.RELEASED
    }
    for number, specimen in enumerate(chosen):
        hold = holds[f"C{number}"]
        stored = b"".join(open_content(hold.message))
        assert stored == specimen.content, (specimen.path, specimen.form)
        digest = hashlib.sha256(specimen.content).hexdigest()
        assert hold.message.content_sha256 == digest
        if hold.state == State.RELEASED:
            trace, ours = split_trace(released[str(hold.pk)])
            assert TRACE.fullmatch(trace), trace
            assert ours == specimen.content, (specimen.path, specimen.form)
        for name, taken in page_seconds(alice, hold).items():
            slowest = max(slowest, taken)
            if taken > PAGE_SECONDS_MAX:
                slow.append((specimen.path, specimen.form, name, round(taken, 2)))
    say(
        f"corpus, sample by hash with seed {SEED} unless it is all: "
        f"{len(chosen) // 2} messages in two forms, {len(chosen) - len(refused)} kept, "
        f"{len(refused)} refused, {seconds:.1f} s over LMTP, "
        f"{len(released)} released in {released_seconds:.1f} s, "
        f"dearest page {slowest:.2f} s of the processor"
    )
    assert slow == []
