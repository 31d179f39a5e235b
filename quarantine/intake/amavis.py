"""What amavisd-new says of a message: the block on top of what it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from accounts.models.customers import Category
from quarantine.intake.envelope import Client, Recipient, Transaction
from quarantine.intake.headers import Field, Section, clean
from quarantine.intake.spamassassin import read_status
from quarantine.intake.verdict import Verdict

ALERTS_MAX = 10
# amavisd's own trace and the MTA's.
ROWS_BELOW = 2
# What amavisd's %allowed_added_header_fields lets it add on top.
OWN_FIELDS = re.compile(
    r"x-envelope-(?:from|to|to-blocked)|x-quarantine-id|x-amavis-[a-z-]+"
    r"|x-spam-[a-z-]+|x-virus-scanned|x-crm114-[a-z]+|x-dspam-[a-z-]+"
    r"|authentication-results"
)
# A quoted local part may hold angle brackets and commas.
ADDRESS = re.compile(r'<((?:"(?:\\.|[^"\\])*"|[^"<>])*)>')
# Of alerts the worst names the category.
KINDS: dict[str, Category] = {
    "INFECTED": Category.VIRUS,
    "BANNED": Category.ATTACHMENT,
    "UNCHECKED": Category.ATTACHMENT,
    "BAD HEADER SECTION": Category.POLICY,
    "BAD HEADER": Category.POLICY,
    "OVERSIZED": Category.POLICY,
    "MTA-BLOCKED": Category.POLICY,
}
# What Postfix writes above everything that a sender sent.
BY_POSTFIX = re.compile(
    r"from (\S{1,255}) \((\S{1,255}) \[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\]\)"
    r"[^;]*? \(Postfix\)\s+with \S{1,20} id (\w{1,64})\b"
)
MADE_UP_ENVELOPE_ID = "AM."


@dataclass(frozen=True, slots=True)
class Block:
    """amavisd's own fields, and how many bytes they are."""

    fields: tuple[Field, ...]
    length: int
    # The MTA's trace below; what a sender wrote stands below that one.
    below: Field

    def get(self, name: str) -> str:
        """Return the first field of that name; empty if there is none."""
        return next((f.text for f in self.fields if f.name == name), "")


def find_block(section: Section) -> Block | None:
    """Return the block on top; None if the message does not begin with a whole one.

    It begins with the envelope and ends with the Received field that carries the id of
    X-Quarantine-ID; what a sender wrote stands below the MTA's own Received field.
    """
    leading = section.leading(lambda name: bool(OWN_FIELDS.fullmatch(name)))
    own = list(takewhile(lambda field: OWN_FIELDS.fullmatch(field.name), leading))
    rest = leading[len(own) :]
    if not own or own[0].name != "x-envelope-from" or len(rest) < ROWS_BELOW:
        return None
    trace, below = rest
    block = Block(tuple(own), trace.end, below)
    mail_id = block.get("x-quarantine-id").strip("<>")
    is_closed = trace.name == "received" and f" id {mail_id};" in _unnamed(trace)
    named = block.get("x-envelope-from"), block.get("x-envelope-to-blocked")
    if not mail_id or not is_closed or not all(map(_are_addresses, named)):
        return None
    return block


def _are_addresses(text: str) -> bool:
    """Whether every address in it can be read: none may be lost unseen."""
    return bool(text) and not ADDRESS.sub("", text).strip(", \t\r\n")


def _unnamed(trace: Field) -> str:
    """Return the trace without the recipient that it names when there is but one."""
    return re.sub(r" for [^;]*;", ";", trace.one_line)


def read_amavis(block: Block) -> Verdict:
    """Return what amavisd found."""
    status = read_status("amavis", block.get("x-spam-status"))
    verdict = status or Verdict("amavis")
    alerts = [f.one_line for f in block.fields if f.name == "x-amavis-alert"]
    kinds = {alert.partition(",")[0].strip() for alert in alerts}
    worst = next((KINDS[kind] for kind in KINDS if kind in kinds), None)
    return replace(
        verdict,
        category=worst or verdict.category,
        alerts=tuple(clean(alert, 300) for alert in alerts[:ALERTS_MAX]),
    )


def unpack(each: Transaction, block: Block) -> Transaction:
    """Return the transaction that amavisd held, in place of the one that brought it.

    The block names all recipients, hidden ones too: it is not part of the content.
    amavisd sends no XFORWARD for what it holds, so the client is read from the MTA's
    own trace; NOTIFY and ORCPT are not handed on by it.
    """
    sender = ADDRESS.search(block.get("x-envelope-from"))
    blocked = ADDRESS.findall(block.get("x-envelope-to-blocked"))
    envelope_id = each.sender.envelope_id
    if envelope_id.startswith(MADE_UP_ENVELOPE_ID):
        envelope_id = ""
    return Transaction(
        replace(
            each.sender,
            address=sender[1] if sender else "",
            envelope_id=envelope_id,
        ),
        tuple(Recipient(address) for address in dict.fromkeys(blocked) if address),
        _client(block, each.client),
        each.content,
        skip=block.length,
    )


def _client(block: Block, told: Client) -> Client:
    if told.queue_id or block.below.name != "received":
        return told
    trace = BY_POSTFIX.match(block.below.one_line)
    if trace is None:
        return told
    return Client(
        name="" if trace[2] == "unknown" else trace[2],
        address=trace[3],
        helo=trace[1],
        queue_id=trace[4],
    )
