"""The way to the people of a customer: their memberships, grants, what is demanded."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import (
    Address,
    AddressGrant,
    AddressProposal,
    Invitation,
    Membership,
    PeopleImport,
    Policy,
    User,
)
from accounts.tenancy import Actor, Permission, Role, StaffRole, require_permission


def list_people(actor: Actor, *, search: str = "") -> QuerySet[Membership]:
    """Return the memberships of the actor's customer, by address."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    people = Membership.objects.visible_to(actor).select_related("user")
    for word in search.split():
        people = people.filter(
            Q(user__email__icontains=word) | Q(user__full_name__icontains=word)
        )
    return cast("QuerySet[Membership]", people.order_by("user__email", "pk"))


def get_person(actor: Actor, pk: UUID) -> Membership:
    """Return the membership of that person; raise Http404 if out of reach."""
    return get_object_or_404(list_people(actor), user_id=pk)


def find_reset_refusal(actor: Actor, user: User) -> str:
    """Return why the actor may not reset the person's second factor, empty if they may.

    A reason is a key of `errors.RESET_REASONS`. One customer must not weaken what
    guards another one's mail, nor Django admin; and nobody resets their own.
    """
    require_permission(actor, Permission.MANAGE_PEOPLE)
    if user.pk == actor.user_id:
        return "self"
    if user.is_staff:
        return "staff"
    elsewhere = Membership.objects.filter(user=user)
    if elsewhere.exclude(customer_id=actor.customer_id).exists():
        return "shared"
    return ""


def list_grants(actor: Actor, user_ids: list[UUID]) -> list[AddressGrant]:
    """Return these people's grants within the actor's customer, by address."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    grants = AddressGrant.objects.visible_to(actor).filter(user_id__in=user_ids)
    ordered = grants.select_related("address__domain", "user").order_by(
        "address__local_part", "address__domain__name"
    )
    return list(ordered)


def list_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Return who was invited and has not joined, the latest on top."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    mine = Invitation.objects.visible_to(actor).filter(
        accepted_at=None, withdrawn_at=None
    )
    return cast("QuerySet[Invitation]", mine.order_by("-sent_at", "pk"))


def get_invitation(actor: Actor, pk: UUID) -> Invitation:
    """Return the open invitation; raise Http404 if out of reach, used or withdrawn."""
    return get_object_or_404(list_invitations(actor), pk=pk)


def list_proposals(actor: Actor) -> QuerySet[AddressProposal]:
    """Return the addresses that wait for a yes: asked for first, then often seen."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    mine = AddressProposal.objects.visible_to(actor).filter(
        state=AddressProposal.State.OPEN
    )
    ordered = mine.select_related("domain", "asked_by").order_by(
        F("asked_by").asc(nulls_last=True), "-days_seen", "local_part"
    )
    return cast("QuerySet[AddressProposal]", ordered)


def get_proposal(actor: Actor, pk: UUID) -> AddressProposal:
    """Return the open proposal; raise Http404 if out of reach or decided."""
    return get_object_or_404(list_proposals(actor), pk=pk)


def list_addresses(actor: Actor, *, search: str = "") -> QuerySet[Address]:
    """Return the customer's addresses with who sees their mail."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    mine = Address.objects.visible_to(actor)
    for word in search.split():
        mine = mine.filter(
            Q(local_part__icontains=word) | Q(domain__name__icontains=word)
        )
    running = AddressGrant.objects.filter(AddressGrant.running())
    shown = mine.select_related("domain", "alias_of__domain").prefetch_related(
        Prefetch("grants", running.select_related("user"))
    )
    return cast("QuerySet[Address]", shown.order_by("local_part", "domain__name"))


def may_ask_for_address(actor: Actor | None) -> bool:
    """Say whether somebody else decides whose mail the actor sees."""
    return actor is not None and not actor.can(Permission.MANAGE_PEOPLE)


def get_import(actor: Actor, pk: UUID) -> PeopleImport:
    """Return a list that the actor has uploaded; raise Http404 for anybody else's."""
    require_permission(actor, Permission.MANAGE_PEOPLE)
    lists = PeopleImport.objects.visible_to(actor).filter(made_by_id=actor.user_id)
    found: PeopleImport = get_object_or_404(lists, pk=pk)
    return found


def list_admins(customer_id: UUID) -> QuerySet[User]:
    """Return the active people who look after the customer."""
    return User.objects.filter(
        is_active=True,
        memberships__customer_id=customer_id,
        memberships__role=Role.ADMIN,
    )


def list_operators() -> QuerySet[User]:
    """Return the active people who run the installation."""
    operators = User.objects.filter(staff_role=StaffRole.OPERATOR, is_active=True)
    return operators.order_by("pk")


def find_account(email: str) -> User | None:
    """Return the account of the address, for whoever holds a link sent there."""
    return User.objects.filter(email=email).first()


def find_policy(actor: Actor) -> Policy:
    """Return the customer's policy, the defaults if there is none."""
    own = Policy.objects.filter(customer_id=actor.customer_id, domain=None)
    return own.first() or Policy(customer_id=actor.customer_id)
