"""Rows for tests: plain functions, explicit defaults."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.identifiers import uuid7
from accounts.models import (
    Address,
    AddressGrant,
    AddressProposal,
    Customer,
    Domain,
    Invitation,
    KnownBrowser,
    Membership,
    OutboundAccount,
    OutboundScanner,
    PeopleImport,
    Policy,
    SignIn,
    TrustedBrowser,
    User,
)
from accounts.outbound import draw_username
from accounts.people_csv import Row
from accounts.people_import import seal_rows
from accounts.tenancy import Role
from diagnostics.case_numbers import draw_number
from diagnostics.models import Case, Monitor, Probe
from quarantine.models import (
    BulkJob,
    BulkJobItem,
    Hold,
    Message,
    ReleaseAttempt,
    SenderRule,
)
from quarantine.sender_patterns import parse_pattern
from quarantine.states import State
from quarantine.store import Writer

PASSWORD = "drei-Tassen-Tee-im-Garten"


def make_customer(name: str = "Acme AG", *, domain: str = "acme.example") -> Customer:
    """Make a customer with a policy and a domain whose next hop is on loopback."""
    customer = Customer.objects.create(name=name)
    Policy.objects.create(customer=customer)
    make_domain(customer, domain)
    return customer


def make_domain(customer: Customer, name: str, **fields: Any) -> Domain:
    """Make a verified domain of the customer and its catch-all address."""
    defaults: dict[str, Any] = {
        "verified_at": timezone.now(),
        "next_hop_host": "127.0.0.1",
        "next_hop_port": 2525,
    }
    domain = Domain.objects.create(customer=customer, name=name, **(defaults | fields))
    Address.objects.create(customer=customer, domain=domain, local_part="")
    return domain


def make_address(domain: Domain, local_part: str, **fields: Any) -> Address:
    """Make a mailbox address of the domain."""
    return Address.objects.create(
        customer=domain.customer, domain=domain, local_part=local_part, **fields
    )


def make_person(
    email: str,
    customer: Customer | None = None,
    *,
    role: str = Role.MEMBER,
    **fields: Any,
) -> User:
    """Make a person, within the customer if there is one."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    if customer is not None:
        Membership.objects.create(user=user, customer=customer, role=role)
    return user


def grant(
    user: User, address: Address, *, can_act: bool = True, **fields: Any
) -> AddressGrant:
    """Let the person see the address's holds, and act on them."""
    return AddressGrant.objects.create(
        customer=address.customer, user=user, address=address, can_act=can_act, **fields
    )


def make_invitation(
    customer: Customer, inviter: User | None, email: str = "new@acme.example", **fields
) -> Invitation:
    """Make an invitation whose link works for a week, unless told otherwise."""
    fields.setdefault("expires_at", timezone.now() + timedelta(days=7))
    return Invitation.objects.create(
        customer=customer, email=email, invited_by=inviter, **fields
    )


def make_proposal(domain: Domain, local_part: str, **fields: Any) -> AddressProposal:
    """Make an address that waits for an admin's yes."""
    return AddressProposal.objects.create(
        customer=domain.customer, domain=domain, local_part=local_part, **fields
    )


def make_import(
    customer: Customer, made_by: User, *rows: Row, **fields
) -> PeopleImport:
    """Make an uploaded list that waits for its confirmation."""
    fields.setdefault("expires_at", timezone.now() + timedelta(hours=1))
    return PeopleImport.objects.create(
        customer=customer,
        made_by=made_by,
        sealed_rows=seal_rows(list(rows)),
        right_count=sum(not row.reason for row in rows),
        wrong_count=sum(bool(row.reason) for row in rows),
        **fields,
    )


def make_sign_in(user: User) -> SignIn:
    """Let the person be logged in somewhere, in a browser that is trusted."""
    now = timezone.now()
    known = KnownBrowser.objects.create(
        user=user, token_hash="h" * 64, network_hash="n" * 64, last_seen_at=now
    )
    TrustedBrowser.objects.create(
        user=user,
        known=known,
        name="trusted",
        confirmed=True,
        expires_at=now + timedelta(days=30),
    )
    return SignIn.objects.create(user=user, known=known, last_seen_at=now)


def make_scanner(host: str = "out.cleanmail.example", **fields: Any) -> OutboundScanner:
    """Make an outbound scanner."""
    return OutboundScanner.objects.create(host=host, **fields)


def make_outbound_account(customer: Customer, **fields: Any) -> OutboundAccount:
    """Make a live account for the outbound scanner, by default with `PASSWORD`."""
    password = fields.pop("password", PASSWORD)
    account = OutboundAccount(
        customer=customer, **({"username": draw_username()} | fields)
    )
    account.set_password(password)
    account.save()
    return account


def make_hold(
    customer: Customer,
    *,
    content: bytes = b"Subject: Hallo\r\n\r\nText\r\n",
    recipient: str = "bob@acme.example",
    state: str = State.HELD,
    **fields: Any,
) -> Hold:
    """Make a hold whose content is really stored; `fields` are columns of Hold.

    The address is the recipient's own or the domain's catch-all.
    """
    local_part, _, name = recipient.rpartition("@")
    domain = Domain.objects.get(customer=customer, name=name)
    addresses = Address.objects.filter(domain=domain)
    known = addresses.filter(local_part=local_part.lower()).first()
    received_at = fields.pop("received_at", timezone.now())
    expires_at = fields.pop("expires_at", received_at + timedelta(days=30))
    message = store_message(
        customer,
        content,
        expires_on=expires_at.date(),
        received_at=received_at,
        envelope_sender=fields.pop("envelope_sender", "sender@remote.example"),
    )
    defaults: dict[str, Any] = {
        "address": known or addresses.filter(local_part="").first(),
        "subject": "Hallo",
        "header_from": "sender@remote.example",
        "search_text": f"sender@remote.example {recipient} hallo",
        "category": "spam",
    }
    return Hold.objects.create(
        customer=customer,
        message=message,
        domain=domain,
        envelope_recipient=recipient,
        state=state,
        size=message.size,
        received_at=received_at,
        expires_at=expires_at,
        **(defaults | fields),
    )


def make_rule(
    customer: Customer, sender: str, verb: str = "allow", **fields: Any
) -> SenderRule:
    """Make a sender rule of the whole customer, unless an owner or domain is given."""
    pattern = parse_pattern(sender)
    return SenderRule.objects.create(
        customer=customer, verb=verb, kind=pattern.kind, pattern=pattern.text, **fields
    )


def store_message(
    customer: Customer, content: bytes, *, expires_on: date, **fields: Any
) -> Message:
    """Store content for real and make its Message."""
    message_id = uuid7()
    writer = Writer()
    stored = writer.append(message_id, expires_on, [content])
    writer.sync()
    writer.close()
    return Message.objects.create(
        id=message_id,
        customer=customer,
        size=stored.size,
        content_sha256=stored.sha256,
        segment=stored.segment,
        segment_offset=stored.offset,
        stored_length=stored.length,
        wrapped_key=stored.wrapped_key,
        **fields,
    )


def make_bulk_job(owner: User, *holds: Hold, **fields: Any) -> BulkJob:
    """Make a bulk job over the holds, gathered and due."""
    now = timezone.now()
    defaults: dict[str, Any] = {
        "action": BulkJob.Action.RELEASE,
        "state": BulkJob.State.RUNNING,
        "zone": "Europe/Zurich",
        "due_at": now,
        "gathered_at": now,
        "total_count": len(holds),
    }
    customer = owner.memberships.get().customer
    job = BulkJob.objects.create(customer=customer, owner=owner, **(defaults | fields))
    for hold in holds:
        BulkJobItem.objects.create(customer=customer, job=job, hold=hold)
    return job


def make_probe(customer: Customer, **fields: Any) -> Probe:
    """Make a probe that waits, of the scanner there is."""
    scanner = fields.pop("scanner", None) or OutboundScanner.objects.first()
    defaults: dict[str, Any] = {
        "scanner": scanner or make_scanner(),
        "configured_host": "out.cleanmail.example",
        "configured_port": 587,
        "nonce": "a1b2c3d4e5f60718",
    }
    return Probe.objects.create(customer=customer, **(defaults | fields))


def make_case(customer: Customer, **fields: Any) -> Case:
    """Make a case that waits for support, about a probe of its own that has ended."""
    now = timezone.now()
    probe = fields.pop("probe", None) or make_probe(
        customer, state=Probe.State.FINISHED, finished_at=now
    )
    defaults: dict[str, Any] = {
        "number": draw_number(now.year),
        "waiting_since": now if fields.get("state", "open") == "open" else None,
    }
    return Case.objects.create(customer=customer, probe=probe, **(defaults | fields))


def make_monitor(customer: Customer, **fields: Any) -> Monitor:
    """Make a monitor that is due, of the scanner unless a domain is given."""
    return Monitor.objects.create(customer=customer, **fields)


def make_check(domain: Domain, **fields: Any) -> Probe:
    """Make a check of the domain's records that has ended and seen no MX record."""
    defaults: dict[str, Any] = {
        "kind": Probe.Kind.DOMAIN,
        "state": Probe.State.FINISHED,
        "finished_at": timezone.now(),
        "nonce": "a1b2c3d4e5f60718",
    }
    probe = Probe.objects.create(
        customer=domain.customer, domain=domain, **(defaults | fields)
    )
    if probe.kind == Probe.Kind.DOMAIN and probe.is_final:
        probe.evidence.create(
            customer=domain.customer,
            ordinal=0,
            check_name="dns-mx",
            subject=domain.name,
            status="failed",
            facts={"state": "missing", "found": [], "expected": "", "alias": ""},
        )
    return probe


def make_attempt(hold: Hold, outcome: str, **fields: Any) -> ReleaseAttempt:
    """Make a try to deliver that the next hop accepted, unless told otherwise."""
    now = timezone.now()
    defaults: dict[str, Any] = {
        "number": 1,
        "started_at": now,
        "finished_at": now + timedelta(seconds=1),
        "next_hop": "mx.acme.example",
        "reply_code": 250,
        "enhanced_status_code": "2.0.0",
        "reply_text": "Ok: queued as 4XbK2v1zQd",
    }
    return ReleaseAttempt.objects.create(
        customer=hold.customer, hold=hold, outcome=outcome, **(defaults | fields)
    )
