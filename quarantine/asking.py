"""Requests for release: opened, settled as soon as the hold moves on, told by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts import outbox
from accounts.access.people import list_admins
from accounts.models import Customer, Membership
from accounts.tenancy import Actor, TenantQuerySet
from quarantine.models import Hold, HoldRequest
from quarantine.presentation.rows import subject_text
from quarantine.states import State as HoldState
from quarantine.unlinked import unlink

State = HoldRequest.State
# Admins get one mail within that, however many ask.
PAUSE = timedelta(hours=1)
SUBJECT_MAX = 150
# Of one person, about one mail.
TAKEN_BACK_MAX = 5


def open_request(hold: Hold, *, actor: Actor, reason: str) -> None:
    """Write down who asks and why; the sweep tells the admins. In a transaction."""
    _forget_taken_back(hold, actor)
    HoldRequest.objects.create(
        customer_id=hold.customer_id,
        hold=hold,
        asked_by_id=actor.user_id,
        reason=reason,
    )


def _forget_taken_back(hold: Hold, actor: Actor) -> None:
    """Keep the latest only: asking over and over fills neither table nor page.

    What admins were just told of stays, too, for it spares them the next mail.
    """
    mine = HoldRequest.objects.filter(hold=hold, asked_by_id=actor.user_id)
    quiet = Q(told_at=None) | Q(told_at__lt=timezone.now() - PAUSE)
    taken_back = mine.filter(quiet, state=State.WITHDRAWN).order_by("-asked_at", "-pk")
    old = list(taken_back.values_list("pk", flat=True)[TAKEN_BACK_MAX:])
    HoldRequest.objects.filter(pk__in=old).delete()


def settle(hold: Hold, state: str, *, actor: Actor, answer: str = "") -> None:
    """End the open request, if there is one, and tell whoever asked. In a transaction.

    Nobody is told what they did themselves.
    """
    mine = HoldRequest.objects.filter(hold_id=hold.pk, state=State.OPEN)
    found = mine.select_related("asked_by").first()
    if found is None:
        return
    if found.asked_by_id == actor.user_id:
        state = State.WITHDRAWN if state == State.DENIED else state
    HoldRequest.objects.filter(pk=found.pk).update(
        state=state,
        decided_by_id=actor.user_id,
        decided_at=timezone.now(),
        answer=answer,
    )
    if state != State.WITHDRAWN and found.asked_by_id != actor.user_id:
        _tell_asker(found, hold, state=state, answer=answer)


def list_untold() -> list[UUID]:
    """Return the customers whose admins do not know yet of what waits for them."""
    return list(_waiting().values_list("customer_id", flat=True).distinct())


@transaction.atomic(durable=True)
def tell_admins(customer_id: UUID, now: datetime) -> int:
    """Mail the admins how many requests are new, once an hour; return how many."""
    # One at a time: two workers would tell twice.
    Customer.objects.select_for_update().get(pk=customer_id)
    told = HoldRequest.objects.filter(customer_id=customer_id, told_at__gt=now - PAUSE)
    if told.exists():
        return 0
    new = list(_waiting().filter(customer_id=customer_id).values_list("pk", flat=True))
    if not new:
        return 0
    HoldRequest.objects.filter(pk__in=new).update(told_at=now)
    path = f"{reverse('quarantine:holds')}?show=requested"
    for admin in list_admins(customer_id).order_by("pk"):
        outbox.put(admin, "requests_waiting", count=str(len(new)), path=path)
    return len(new)


def _waiting() -> TenantQuerySet:
    return HoldRequest.objects.filter(
        state=State.OPEN, told_at=None, hold__state=HoldState.REQUESTED
    )


def _tell_asker(found: HoldRequest, hold: Hold, *, state: str, answer: str) -> None:
    still = Membership.objects.filter(
        user_id=found.asked_by_id, customer_id=found.customer_id
    )
    if not still.exists():
        return
    outbox.put(
        found.asked_by,
        "request_answered",
        outcome=str(state),
        answer=unlink(answer, len(answer)),
        subject=unlink(subject_text(hold), SUBJECT_MAX),
        path=reverse("quarantine:hold", args=[hold.pk]),
    )
