"""Real and hostile mail through the whole house: in, stored, shown."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from quarantine.models import Hold
from quarantine.store import open_content
from tests.conftest import People
from tests.services.corpus import SEED, Specimen, specimens
from tests.services.intake import Intake, greeted, intake

PAGE_SECONDS_MAX = 2.0

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

WHOLE = pytest.param(False, marks=[pytest.mark.full, pytest.mark.timeout(2400)])


@pytest.fixture
def say(capsys) -> Callable[[str], None]:
    """Return a function that prints past pytest's capturing."""

    def print_it(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")

    return print_it


def send_all(running: Intake, chosen: list[Specimen]) -> list[str]:
    """Send each under a queue id that is its place; return the replies."""
    replies = []
    with greeted(running) as client:
        for number, specimen in enumerate(chosen):
            queue_id = f"C{number}"
            replies += client.send(specimen.content, queue_id=queue_id)
    return replies


def page_seconds(client: Client, hold: Hold) -> dict[str, float]:
    """Return how long row and page take; both must answer 200."""
    taken = {}
    for name in ("quarantine:hold_row", "quarantine:hold"):
        began = time.perf_counter()
        response = client.get(reverse(name, args=[hold.pk]))
        taken[name] = time.perf_counter() - began
        assert response.status_code == 200, (name, hold.message.queue_id)
    return taken


@pytest.fixture(params=[True, WHOLE], ids=["sample", "whole"])
def chosen(request, corpora: Path) -> list[Specimen]:
    """Return the sample, and in the full run the whole."""
    return specimens(corpora, only_sample=request.param)


def test_corpus_comes_in_and_is_shown(
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
    holds = {h.message.queue_id: h for h in Hold.objects.select_related("message")}
    for number, specimen in enumerate(chosen):
        hold = holds[f"C{number}"]
        stored = b"".join(open_content(hold.message))
        assert stored == specimen.content, (specimen.path, specimen.form)
        digest = hashlib.sha256(specimen.content).hexdigest()
        assert hold.message.content_sha256 == digest
        for name, taken in page_seconds(alice, hold).items():
            slowest = max(slowest, taken)
            if taken > PAGE_SECONDS_MAX:
                slow.append((specimen.path, specimen.form, name, round(taken, 2)))
    say(
        f"corpus, sample by hash with seed {SEED} unless it is all: "
        f"{len(chosen) // 2} messages in two forms, {len(chosen) - len(refused)} kept, "
        f"{len(refused)} refused, {seconds:.1f} s over LMTP, "
        f"slowest page {slowest:.2f} s"
    )
    assert slow == []
