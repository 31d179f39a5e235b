"""The write: content into a segment, a Message a customer, a Hold a recipient."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.identifiers import uuid7
from quarantine.intake.envelope import Recipient, Transaction
from quarantine.intake.filters import Arrival, Filter, read_arrival
from quarantine.intake.headers import Section, clean
from quarantine.intake.outcome import Outcome, decide
from quarantine.intake.recipients import Directory, Place, split_address
from quarantine.intake.returned import Returns
from quarantine.intake.rows import insert_rows
from quarantine.intake.rules import Rules, Senders
from quarantine.models import Hold, Message
from quarantine.states import State
from quarantine.store import Writer

logger = logging.getLogger(__name__)

KEPT = "250 2.6.0 Held"
LATER = "451 4.3.0 Not stored, try again later"


@dataclass(slots=True)
class Kept:
    """What became of a batch: replies by transaction, holds to release at once.

    `hits` are the sender rules that decided, one entry a hold; `strangers` the domains
    that nobody has proved.
    """

    replies: list[list[str]] = field(default_factory=list)
    due: list[Hold] = field(default_factory=list)
    hits: list[UUID] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Draft:
    """A Message and its Holds before they are written."""

    message: Message
    holds: list[Hold]


@dataclass(frozen=True, slots=True)
class Served:
    """A recipient that is ours, and what becomes of the message there."""

    recipient: Recipient
    place: Place
    outcome: Outcome


def keep_transactions(
    writer: Writer,
    directory: Directory,
    transactions: Sequence[Transaction],
    filter_name: Filter = Filter.RSPAMD,
) -> Kept:
    """Make the transactions durable, all or none.

    Recipients of unknown domains get 451 and an alert in the log, never a refusal: a
    customer whose domain is not yet entered must not lose mail. Raises whatever store
    or database raise; then nothing was kept, or it is found again by its dedupe key.
    """
    arrivals = [read_arrival(each, filter_name) for each in transactions]
    known = directory.find_all(
        recipient.address
        for arrival in arrivals
        for recipient in arrival.transaction.recipients
    )
    senders = [Senders.of(arrival) for arrival in arrivals]
    rules = Rules.find({place.domain.customer_id for place in known.values()}, senders)
    returns = Returns.find(arrival.transaction for arrival in arrivals)
    drafts: list[Draft] = []
    kept = Kept()
    for each, arrival, sent_by in zip(transactions, arrivals, senders, strict=True):
        recipients = arrival.transaction.recipients
        places = [known.get(recipient.address) for recipient in recipients]
        kept.replies.append(_replies(each, arrival, places))
        served = [
            Served(recipient, place, _decide(rules, arrival, sent_by, place))
            for recipient, place in zip(recipients, places, strict=True)
            if place
        ]
        made = _draft(writer, arrival, served)
        drafts += made
        for draft in made:
            returns.note(arrival.transaction, draft.holds)
        kept.strangers |= _alert(arrival.transaction, places)
    if drafts:
        writer.sync()
        fresh = _insert(drafts, returns)
        kept.due = [hold for hold in fresh if hold.state == State.RELEASING]
        kept.hits = [
            UUID(hold.reason["rule"]["id"]) for hold in fresh if "rule" in hold.reason
        ]
    return kept


def _decide(rules: Rules, arrival: Arrival, senders: Senders, place: Place) -> Outcome:
    return decide(arrival.verdict, place, rules.judge(arrival, senders, place))


def _replies(
    each: Transaction, arrival: Arrival, places: Sequence[Place | None]
) -> list[str]:
    """Answer each RCPT; for what the filter had packed, yes only if all of it is kept.

    What is brought again for those who are missing makes no second row for the others.
    """
    if arrival.transaction is each:
        return [KEPT if place else LATER for place in places]
    answer = KEPT if places and all(places) else LATER
    return [answer] * len(each.recipients)


def _alert(each: Transaction, places: Sequence[Place | None]) -> set[str]:
    """Say how many recipients nobody knows; return their domains."""
    unknown = places.count(None)
    if not unknown:
        return set()
    logger.error(
        "ALERT unknown recipient domain: queue id %s, %d of %d recipients deferred",
        clean(each.client.queue_id, 64) or "none",
        unknown,
        len(each.recipients),
    )
    return {
        split_address(recipient.address)[1]
        for recipient, place in zip(each.recipients, places, strict=True)
        if place is None
    } - {""}


def _draft(writer: Writer, arrival: Arrival, served: Iterable[Served]) -> list[Draft]:
    """Append the content once a customer and make the rows, not yet written."""
    now = timezone.now()
    each, section = arrival.transaction, arrival.section
    by_customer: dict[UUID, dict[str, Served]] = defaultdict(dict)
    for one in served:
        by_customer[one.place.domain.customer_id][one.recipient.address] = one
    drafts = []
    for customer_id, ours in by_customer.items():
        days = max(_days(one) for one in ours.values())
        message = _make_message(arrival, customer_id, now)
        _append(writer, message, each, now + timedelta(days=days))
        holds = [_make_hold(message, section, one) for one in ours.values()]
        drafts.append(Draft(message, holds))
    return drafts


def _days(one: Served) -> int:
    return one.place.policy.days_for(one.outcome.verdict.category)


def _append(
    writer: Writer, message: Message, each: Transaction, expires_at: datetime
) -> None:
    stored = writer.append(message.pk, expires_at.date(), each.content.read(each.skip))
    message.segment = stored.segment
    message.segment_offset = stored.offset
    message.stored_length = stored.length
    message.wrapped_key = stored.wrapped_key
    message.content_sha256 = stored.sha256
    message.size = stored.size


def _make_message(arrival: Arrival, customer_id: UUID, now: datetime) -> Message:
    each, section = arrival.transaction, arrival.section
    facts: dict[str, object] = {
        "to": section.get("to", 1000),
        "date": section.get("date", 100),
        "message_id": section.get("message-id", 250),
    }
    if arrival.checks:
        facts["authentication"] = [check.as_fact() for check in arrival.checks]
    return Message(
        id=uuid7(),
        customer_id=customer_id,
        envelope_sender=each.sender.address,
        body_type=each.sender.body_type,
        is_smtputf8=each.sender.is_smtputf8,
        envelope_id=clean(each.sender.envelope_id, 200),
        dsn_return=each.sender.dsn_return,
        queue_id=clean(each.client.queue_id, 64),
        client_name=clean(each.client.name, 255),
        client_address=clean(each.client.address, 64),
        client_helo=clean(each.client.helo, 255),
        received_at=now,
        facts=facts,
        has_bare_line_ends=each.content.has_bare_line_ends,
        has_8bit=each.content.has_8bit,
    )


def _make_hold(message: Message, section: Section, one: Served) -> Hold:
    recipient, place, outcome = one.recipient, one.place, one.outcome
    mailbox = section.get_mailbox()
    subject = section.get("subject", 500)
    searched = (
        f"{message.envelope_sender} {mailbox.address} {mailbox.name} "
        f"{recipient.address} {subject}"
    )
    return Hold(
        id=uuid7(),
        customer_id=message.customer_id,
        # By key: an object given here costs a look at the routers each.
        message_id=message.pk,
        domain_id=place.domain.pk,
        address_id=place.address.pk if place.address else None,
        envelope_recipient=recipient.address,
        original_recipient=clean(recipient.original, 1000),
        notify=recipient.notify,
        dedupe_key=_dedupe_key(message, recipient),
        state=(State.HELD if outcome.is_held else State.RELEASING).value,
        next_attempt_at=None if outcome.is_held else message.received_at,
        category=outcome.verdict.category.value,
        score=outcome.verdict.score,
        reason=outcome.reason,
        header_from_name=mailbox.name,
        header_from=mailbox.address,
        subject=subject,
        search_text=clean(searched, 2500).lower()[:2500],
        size=message.size,
        received_at=message.received_at,
        expires_at=message.received_at + timedelta(days=_days(one)),
    )


def _dedupe_key(message: Message, recipient: Recipient) -> str | None:
    """Return what a second delivery has too; None without a queue id."""
    if not message.queue_id:
        return None
    told = f"{message.queue_id}\n{recipient.address}\n{message.content_sha256}"
    return hashlib.sha256(told.encode()).hexdigest()


@transaction.atomic(durable=True)
def _insert(drafts: Sequence[Draft], returns: Returns) -> list[Hold]:
    """Write the rows but those that an earlier delivery brought; return the holds."""
    keys = [hold.dedupe_key for draft in drafts for hold in draft.holds]
    known = set(
        Hold.objects.filter(dedupe_key__in=[key for key in keys if key]).values_list(
            "dedupe_key", flat=True
        )
    )
    messages: list[Message] = []
    holds: list[Hold] = []
    for draft in drafts:
        fresh = [hold for hold in draft.holds if hold.dedupe_key not in known]
        known.update(hold.dedupe_key for hold in fresh if hold.dedupe_key)
        if fresh:
            messages.append(draft.message)
            holds += fresh
        returns.let_through(fresh)
    insert_rows(messages)
    insert_rows(holds)
    return holds
