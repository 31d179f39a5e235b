"""Addresses proposed by what intake saw or by members, decided by admins."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit, throttles
from accounts.actions.history import mail_admins, notify
from accounts.errors import AddressRefused, ProposalDecided
from accounts.mailboxes import Domains, Mailbox, keep_address
from accounts.models import (
    Address,
    AddressGrant,
    AddressProposal,
    Domain,
    Membership,
    User,
)
from accounts.models.people import today
from accounts.tenancy import Actor, Permission, require_permission

# Whoever sends mail to made-up names must not fill the page.
OPEN_MAX = 300
DAY = 86400
ASKS_PER_DAY = 10

State = AddressProposal.State


@transaction.atomic(durable=True)
def propose_alias(customer_id: UUID, domain_id: UUID, local_part: str) -> bool:
    """Propose an address that mail came for; say whether it is open now.

    Cheap and harmless when repeated: one day counts once. Nothing happens for what is
    entered, decided, no address at all, or one more than a domain may have open.
    """
    domain = Domain.objects.filter(
        pk=domain_id, customer_id=customer_id, removed_at=None
    ).first()
    if domain is None or not domain.is_verified:
        return False
    try:
        mailbox = Domains({domain.name: domain}).read(f"{local_part}@{domain.name}")
    except AddressRefused:
        return False
    if _is_entered(mailbox):
        return False
    found = _find(mailbox) or _make(mailbox)
    return found is not None and _note_seen(found)


def ask_for(mailbox: Mailbox, *, actor: Actor) -> None:
    """Ask the admins for an address, for oneself; they are told by mail.

    Raises AddressRefused for somebody else's domain and RateLimited. Whether the
    address is somebody's already is not said: only an admin answers.
    """
    if mailbox.domain.customer_id != actor.customer_id:
        raise AddressRefused("foreign")
    subject = str(actor.user_id)
    throttles.spend("address.ask", subject, limit=ASKS_PER_DAY, seconds=DAY)
    _ask_for(mailbox, actor)


@transaction.atomic(durable=True)
def _ask_for(mailbox: Mailbox, actor: Actor) -> None:
    proposal, _ = AddressProposal.objects.get_or_create(
        domain=mailbox.domain,
        local_part=mailbox.local_part,
        defaults={"customer_id": actor.customer_id},
    )
    AddressProposal.objects.filter(pk=proposal.pk).update(
        asked_by_id=actor.user_id, state=State.OPEN
    )
    audit.record(actor, "address.ask", proposal)
    mail_admins(actor.customer_id, "address_asked")


@transaction.atomic(durable=True)
def accept_as_mailbox(proposal: AddressProposal, *, actor: Actor) -> Address:
    """Enter the address; whoever asked or logs in with it sees its mail."""
    mailbox = _claim(proposal, actor, State.ACCEPTED)
    address = keep_address(mailbox)
    audit.record(actor, "address.accept", address)
    _grant_to_owners(proposal, address)
    return address


@transaction.atomic(durable=True)
def accept_as_alias(
    proposal: AddressProposal, target: Address, *, actor: Actor
) -> Address:
    """Enter the address as another name of a mailbox; its mail is that one's."""
    mailbox = _claim(proposal, actor, State.ACCEPTED)
    if target.customer_id != actor.customer_id or target.alias_of_id:
        raise AddressRefused("foreign")
    address, _ = Address.objects.get_or_create(
        domain=mailbox.domain,
        local_part=mailbox.local_part,
        defaults={"customer_id": actor.customer_id, "alias_of": target},
    )
    audit.record(actor, "address.alias", address, target=str(target.pk))
    return address


@transaction.atomic(durable=True)
def ignore(proposal: AddressProposal, *, actor: Actor) -> None:
    """Propose the address no more."""
    _claim(proposal, actor, State.IGNORED)
    audit.record(actor, "address.ignore", proposal)


def _claim(proposal: AddressProposal, actor: Actor, state: str) -> Mailbox:
    """Decide; of two admins at the same moment one does, else ProposalDecided."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    mine = AddressProposal.objects.visible_to(actor).filter(pk=proposal.pk)
    if mine.filter(state=State.OPEN).update(state=state) != 1:
        raise ProposalDecided(proposal.pk)
    return Mailbox(proposal.domain, proposal.local_part)


def _grant_to_owners(proposal: AddressProposal, address: Address) -> None:
    people = Membership.objects.filter(customer_id=proposal.customer_id)
    owners = set(
        people.filter(user__email=str(proposal)).values_list("user_id", flat=True)
    )
    if proposal.asked_by_id and people.filter(user_id=proposal.asked_by_id).exists():
        owners.add(proposal.asked_by_id)
    for user in User.objects.filter(pk__in=owners):
        AddressGrant.objects.get_or_create(
            user=user, address=address, defaults={"customer_id": address.customer_id}
        )
        notify(user, "grants_changed")


def _is_entered(mailbox: Mailbox) -> bool:
    """Say whether the address, or the one without its tag, has a row."""
    untagged = mailbox.local_part.partition("+")[0]
    return Address.objects.filter(
        domain=mailbox.domain, local_part__in={mailbox.local_part, untagged}
    ).exists()


def _find(mailbox: Mailbox) -> AddressProposal | None:
    found: AddressProposal | None = AddressProposal.objects.filter(
        domain=mailbox.domain, local_part=mailbox.local_part
    ).first()
    return found


def _make(mailbox: Mailbox) -> AddressProposal | None:
    is_open = AddressProposal.objects.filter(domain=mailbox.domain, state=State.OPEN)
    if is_open.count() >= OPEN_MAX:
        return None
    made, _ = AddressProposal.objects.get_or_create(
        domain=mailbox.domain,
        local_part=mailbox.local_part,
        defaults={"customer_id": mailbox.domain.customer_id},
    )
    return made


def _note_seen(proposal: AddressProposal) -> bool:
    fresh = AddressProposal.objects.filter(pk=proposal.pk).exclude(last_seen_on=today())
    fresh.update(days_seen=F("days_seen") + 1, last_seen_on=today())
    return proposal.state == State.OPEN
