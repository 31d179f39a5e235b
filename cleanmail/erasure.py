"""Takes a customer out of every table, keys first; stopped, it can be begun again.

It finds the tables itself: every model that belongs to a customer, in the order in
which rows may go. The audit log alone stays as it is (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel

from accounts import audit
from accounts.errors import CustomerActive
from accounts.models import AuditEvent, Customer, Domain, Membership, User
from accounts.rotation import Column, list_columns
from accounts.tenancy import TenantOwned

# What one transaction touches.
STEP = 500

Tell = Callable[[str, int], None]


def erase_customer(customer: Customer, tell: Tell) -> None:
    """Leave no row and no key of a customer who is no longer active.

    Raises CustomerActive, and ProtectedError if rows came in meanwhile: begin again.
    `tell` hears what is done and how often.
    """
    _close(customer.pk)
    for column in list_columns():
        if issubclass(column.model, TenantOwned):
            _repeat(f"keys of {column}", partial(_drop_keys, column, customer.pk), tell)
    for model in list_owned():
        if model is not Membership:
            label = model._meta.label  # noqa: SLF001
            _repeat(label, partial(_delete_step, model, customer.pk), tell)
    for name, people in (("members", _members), ("former members", _former_members)):
        gone = sum(_part_with(pk, customer.pk) for pk in list(people(customer.pk)))
        tell(name, gone)
    _finish(customer)


def list_owned() -> list[type[TenantOwned]]:
    """Return every model that belongs to a customer, those that point first."""
    owned = [model for model in apps.get_models() if issubclass(model, TenantOwned)]
    order: TopologicalSorter[type[TenantOwned]] = TopologicalSorter()
    for model in owned:
        order.add(model)
        for field in model._meta.fields:  # noqa: SLF001
            other = field.related_model
            if other in owned and other is not model:
                # The other one waits for those that point to it.
                order.add(other, model)
    return list(order.static_order())


@transaction.atomic(durable=True)
def _close(customer_id: UUID) -> None:
    """Let intake find none of the domains any more; raise CustomerActive."""
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if customer.is_active:
        raise CustomerActive(customer_id)
    Domain.objects.filter(customer_id=customer_id).update(verified_at=None)


def _repeat(name: str, step: Callable[[], int], tell: Tell) -> None:
    total = 0
    while done := step():
        total += done
        tell(name, total)


@transaction.atomic(durable=True)
def _drop_keys(column: Column, customer_id: UUID) -> int:
    name = column.field.name
    mine = column.rows.filter(customer_id=customer_id)
    chosen = list(mine.order_by("pk").values_list("pk", flat=True)[:STEP])
    empty = None if column.field.null else b""
    rows: models.QuerySet[Any] = column.rows.filter(pk__in=chosen)
    return rows.update(**{name: empty})


@transaction.atomic(durable=True)
def _delete_step(model: type[TenantOwned], customer_id: UUID) -> int:
    mine = model._base_manager.filter(customer_id=customer_id).order_by("pk")  # noqa: SLF001
    chosen = list(mine.values_list("pk", flat=True)[:STEP])
    for field in model._meta.fields:  # noqa: SLF001
        if field.related_model is model:
            pointing = {f"{field.name}__in": chosen}
            model._base_manager.filter(**pointing).update(**{field.name: None})  # noqa: SLF001
    _forget_log(model, chosen)
    model._base_manager.filter(pk__in=chosen).delete()  # noqa: SLF001
    return len(chosen)


def _forget_log(model: type[models.Model], keys: Iterable[object]) -> None:
    """Delete what Django admin wrote of the rows: it names them."""
    entries = LogEntry.objects.filter(
        content_type__app_label=model._meta.app_label,  # noqa: SLF001
        content_type__model=model._meta.model_name,  # noqa: SLF001
    )
    entries.filter(object_id__in=[str(key) for key in keys]).delete()


def _members(customer_id: UUID) -> Iterable[UUID]:
    mine = Membership.objects.filter(customer_id=customer_id)
    return mine.values_list("user_id", flat=True)


def _former_members(customer_id: UUID) -> Iterable[UUID]:
    acted = AuditEvent.objects.filter(customer_id=customer_id).values("actor_id")
    return User.objects.filter(pk__in=acted).values_list("pk", flat=True)


@transaction.atomic(durable=True)
def _part_with(user_id: UUID, customer_id: UUID) -> bool:
    """End a membership; say whether the person went too, having no other."""
    user = User.objects.select_for_update().get(pk=user_id)
    memberships = Membership.objects.filter(user=user)
    memberships.filter(customer_id=customer_id).delete()
    if user.staff_role or memberships.exists():
        return False
    _forget_log(User, [user_id])
    if _forget_things_of(user):
        User.objects.filter(pk=user_id)._raw_delete("default")  # noqa: SLF001 - past the audit log's PROTECT
    else:
        _unname(user)
    return True


def _forget_things_of(user: User) -> bool:
    """Delete what a person owns; say whether nothing else points to the person."""
    is_free = True
    for relation in User._meta.get_fields(include_hidden=True):  # noqa: SLF001
        if not isinstance(relation, ForeignObjectRel):
            continue
        model = relation.related_model
        if model is AuditEvent:
            continue
        rows = model._base_manager.filter(**{relation.field.name: user})  # noqa: SLF001
        if relation.on_delete is models.CASCADE:
            rows.delete()
        elif relation.on_delete is models.SET_NULL:
            rows.update(**{relation.field.name: None})
        else:
            is_free = is_free and not rows.exists()
    return is_free


def _unname(user: User) -> None:
    """Leave a row without a name: another customer's rows say who decided there."""
    user.email, user.full_name = f"{user.pk}@erased.invalid", ""
    user.is_active = False
    user.set_unusable_password()
    user.save()


@transaction.atomic(durable=True)
def _finish(customer: Customer) -> None:
    _forget_log(Customer, [customer.pk])
    audit.record_event("customer.erase", customer, customer_id=customer.pk)
    Customer.objects.filter(pk=customer.pk)._raw_delete("default")  # noqa: SLF001 - past the audit log's PROTECT
