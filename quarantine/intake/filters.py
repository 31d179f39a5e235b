"""Whose word a listener takes: that of the one filter that stands before it."""

from __future__ import annotations

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
        verdict, is_proved = read_spamassassin(section), True
    else:
        queue_id = each.client.queue_id
        verdict = read_rspamd(section, queue_id, _envelope(each))
        is_proved = is_from_rspamd(section, queue_id)
    fields = [text for _, text in section.find_all("authentication-results")]
    checks = read_checks(fields, each) if is_proved else ()
    return Arrival(each, section, verdict or Verdict(), checks)


def _envelope(each: Transaction) -> str:
    """Return what a sender could choose outside the content."""
    client = each.client
    recipients = " ".join(recipient.address for recipient in each.recipients)
    return f" {each.sender.address} {recipients} {client.helo} {client.name}"


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
