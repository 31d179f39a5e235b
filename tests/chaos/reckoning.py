"""The reckoning after a run: what was promised, what is there, what arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from accounts.models import AuditEvent
from quarantine.models import Hold, ReleaseAttempt
from quarantine.states import State
from tests.chaos.clicks import Clicker
from tests.chaos.hop import Delivery
from tests.chaos.mails import UNKNOWN, Mail


def judge_rows(mails: Iterable[Mail]) -> list[str]:
    """Hold what got its 250 against the rows: each once, with its own bytes."""
    promised = {
        (mail.queue_id, recipient): mail.sha256
        for mail in mails
        for recipient in mail.taken
    }
    rows: Counter[tuple[str, str]] = Counter()
    faults = []
    for hold in Hold.objects.select_related("message"):
        key = hold.message.queue_id, hold.envelope_recipient
        rows[key] += 1
        if promised.get(key) != hold.message.content_sha256:
            faults.append(f"other bytes or never promised: {key}")
    faults += [f"lost: {key}" for key in promised if not rows[key]]
    faults += [
        f"there {count} times: {key}" for key, count in rows.items() if count > 1
    ]
    return faults + [
        f"never taken: {mail.queue_id} for {recipient}"
        for mail in mails
        for recipient in mail.pending
        if not recipient.endswith(f"@{UNKNOWN}")
    ]


def judge_deliveries(
    found: Mapping[str, list[Delivery]], repeated: Mapping[UUID, int]
) -> list[str]:
    """Hold the rows against what arrived: all of it, once, as it came.

    What was unsure and a person had sent once more may be there twice, nothing else.
    """
    faults = []
    known = set()
    for hold in Hold.objects.select_related("message"):
        known.add(str(hold.pk))
        arrived = found.get(str(hold.pk), [])
        most = 1 + repeated.get(hold.pk, 0)
        if hold.state != State.RELEASED:
            faults.append(f"{hold.pk} is {hold.state}")
        if not 1 <= len(arrived) <= most:
            faults.append(f"{hold.pk} arrived {len(arrived)} times, at most {most}")
        told = hold.message.envelope_sender, (hold.envelope_recipient,)
        faults += [
            f"{hold.pk} arrived altered"
            for each in arrived
            if each.sha256 != hold.message.content_sha256
            or (each.sender, each.recipients) != told
        ]
    return faults + [f"nobody's: {pk}" for pk in found if pk not in known]


def judge_audit(clickers: Iterable[Clicker], others: Mapping[UUID, int]) -> list[str]:
    """Hold what people were told against the log: each release stands there.

    A click that broke on the way may stand there or not.
    """
    sure, perhaps = Counter(others), Counter[UUID]()
    for clicker in clickers:
        sure.update(clicker.released)
        perhaps.update(clicker.broken)
    events = AuditEvent.objects.filter(action="hold.release")
    written = Counter(UUID(each) for each in events.values_list("object_id", flat=True))
    return [
        f"log of {pk}: {written[pk]} releases, {sure[pk]} to {sure[pk] + perhaps[pk]}"
        for pk in {*sure, *perhaps, *written}
        if not sure[pk] <= written[pk] <= sure[pk] + perhaps[pk]
    ]


def count_unsure() -> int:
    """Return how many tries ended so that nobody knows."""
    unsure = ReleaseAttempt.Outcome.UNSURE
    return ReleaseAttempt.objects.filter(outcome=unsure).count()
