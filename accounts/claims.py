"""Which address may take its account itself, because mail for it is held with us.

Nothing here answers the person who typed the address: only a mail does, and only the
mailbox gets it. A domain's catch-all makes no address claimable: it must be entered,
or mail for it must really have come, and its admins must allow it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import throttles
from accounts.domain_names import to_a_label
from accounts.errors import AddressRefused, DomainNameRefused, RateLimited
from accounts.invitations import Invitee, keep, renew
from accounts.mailboxes import Domains, Mailbox
from accounts.models import Address, AddressProposal, Domain, Invitation, Policy
from accounts.tenancy import Role

DAY = 86400


def find_claimable(email: str) -> Mailbox | None:
    """Return the mailbox that whoever reads the address may claim, None if none.

    Not claimable: tagged addresses, aliases, other names of a domain, what an admin
    has skipped or is asked to decide, and whatever only a catch-all would take.
    """
    domain = _find_domain(email)
    if domain is None or not _is_allowed(domain):
        return None
    try:
        mailbox = Domains({domain.name: domain}).read(email)
    except AddressRefused:
        return None
    if "+" in mailbox.local_part:
        return None
    same = {"domain": domain, "local_part": mailbox.local_part}
    entered = Address.objects.filter(**same).first()
    if entered is not None:
        return mailbox if entered.alias_of_id is None else None
    seen = AddressProposal.objects.filter(
        **same, state=AddressProposal.State.OPEN, days_seen__gt=0, asked_by=None
    )
    return mailbox if seen.exists() else None


def take_up(email: str, *, language: str) -> Invitation | None:
    """Return the invitation to mail to the address, made if need be.

    One that an admin has sent is sent once more as it is: what it gives is theirs to
    say. Harmless when called twice; raises AlreadyMember.
    """
    mailbox = find_claimable(email)
    if mailbox is None:
        return None
    limit = settings.CLAIMS_PER_DAY
    try:
        throttles.spend(
            "claim.domain", str(mailbox.domain.pk), limit=limit, seconds=DAY
        )
    except RateLimited:
        return None
    return _keep(email, mailbox, language)


@transaction.atomic(durable=True)
def _keep(email: str, mailbox: Mailbox, language: str) -> Invitation:
    customer_id = mailbox.domain.customer_id
    found: Invitation | None = Invitation.objects.filter(
        customer_id=customer_id, email=email, accepted_at=None, withdrawn_at=None
    ).first()
    if found is None:
        invitee = Invitee(email, Role.MEMBER, [], language=language)
        return keep(customer_id, invitee, inviter_id=None)
    if found.expires_at < timezone.now() + timedelta(hours=1):
        renew(found)
        found.refresh_from_db()
    return found


def _find_domain(email: str) -> Domain | None:
    try:
        name = to_a_label(email.rpartition("@")[2])
    except DomainNameRefused:
        return None
    domain: Domain | None = Domain.objects.filter(
        name=name,
        verified_at__isnull=False,
        removed_at=None,
        alias_of=None,
        customer__is_active=True,
    ).first()
    return domain if domain is not None and domain.is_trusted else None


def _is_allowed(domain: Domain) -> bool:
    """Say what the domain's policy says, without one its customer's."""
    policies = Policy.objects.filter(customer_id=domain.customer_id)
    own = policies.filter(domain=domain).first()
    policy = own or policies.filter(domain=None).first()
    return policy is not None and policy.may_claim
