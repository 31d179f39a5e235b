"""Whose word a listener takes: that of the one filter that stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from quarantine.intake.amavis import find_block, read_amavis, unpack
from quarantine.intake.authentication import Check, read_checks
from quarantine.intake.envelope import Transaction
from quarantine.intake.headers import Section
from quarantine.intake.rspamd import is_from_rspamd, read_rspamd
from quarantine.intake.spamassassin import read_spamassassin
from quarantine.intake.verdict import Verdict


class Filter(StrEnum):
    """The filters that may stand before a listener."""

    RSPAMD = "rspamd"
    AMAVIS = "amavis"
    SPAMASSASSIN = "spamassassin"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A transaction, unpacked if its filter had packed it, and what was said of it."""

    transaction: Transaction
    section: Section
    verdict: Verdict
    checks: tuple[Check, ...]


def read_arrival(each: Transaction, filter_name: Filter) -> Arrival:
    """Return what the listener's filter says; nothing else in it is believed."""
    section = Section(each.content.head)
    if filter_name == Filter.AMAVIS:
        return _read_amavis(each, section)
    if filter_name == Filter.SPAMASSASSIN:
        verdict = read_spamassassin(section)
        return Arrival(each, section, verdict or Verdict(), _checks(section, each))
    queue_id = each.client.queue_id
    verdict = read_rspamd(section, queue_id, _envelope(each))
    is_proved = verdict is not None or is_from_rspamd(section, queue_id)
    checks = _checks(section, each) if is_proved else ()
    return Arrival(each, section, verdict or Verdict(), checks)


def _checks(section: Section, each: Transaction) -> tuple[Check, ...]:
    if not settings.INTAKE_AUTHSERV_ID:
        return ()
    fields = [text for _, text in section.find_all("authentication-results")]
    return read_checks(fields, each)


def _envelope(each: Transaction) -> Iterator[str]:
    """Yield what a sender could choose outside the content; seldom asked for."""
    yield from (each.sender.address, each.client.helo, each.client.name)
    for recipient in each.recipients:
        yield recipient.address


def _read_amavis(each: Transaction, section: Section) -> Arrival:
    block = find_block(section)
    if block is None:
        return Arrival(each, section, Verdict(), ())
    own = [f.text for f in block.fields if f.name == "authentication-results"]
    # amavisd only ever writes to this address; to another one it did not speak.
    addressed = {recipient.address for recipient in each.recipients}
    if addressed != {settings.INTAKE_QUARANTINE_ADDRESS}:
        return Arrival(each, section, Verdict(), ())
    unpacked = unpack(each, block)
    below = Section(each.content.head[block.length :])
    return Arrival(unpacked, below, read_amavis(block), read_checks(own, unpacked))
