"""Seals anew, under the current key, what older keys of the ring have sealed.

Row by row by a conditional update: whoever changes or erases a value meanwhile wins.
What is done is no longer found, so a second run goes on where the first was stopped.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from accounts import audit, audit_chain
from accounts.errors import AuditBroken, SealBroken
from accounts.keyring import current_key_id, key_id_of, list_key_ids, reseal
from accounts.models.sealed import SealedField

# What one transaction touches.
STEP = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the key ring seals."""

    model: type[models.Model]
    field: SealedField

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"  # noqa: SLF001

    @property
    def rows(self) -> QuerySet[Any]:
        """Return the rows that have a value."""
        name = self.field.name
        filled: QuerySet[Any] = self.model._base_manager.exclude(**{name: b""})  # noqa: SLF001
        return filled.exclude(**{name: None}) if self.field.null else filled

    def under(self, key_id: str) -> Q:
        """Return which rows that key has sealed: the values that start with its id."""
        head = key_id.encode()
        name = self.field.name
        return Q(**{f"{name}__gte": head + b"\0", f"{name}__lt": head + b"\1"})


@dataclass(slots=True)
class Rotation:
    """What a run did: rows by column, and those that no key of the ring opens."""

    moved: Counter[str] = field(default_factory=Counter)
    # Changed, erased or moved by somebody else while we were at it.
    overtaken: int = 0
    broken: list[str] = field(default_factory=list)


def list_columns() -> list[Column]:
    """Return every column that the key ring seals."""
    return [
        Column(model, column)
        for model in apps.get_models()
        for column in model._meta.concrete_fields  # noqa: SLF001
        if isinstance(column, SealedField)
    ]


def count_by_key(column: Column) -> Counter[str]:
    """Return how many values each key has sealed, keys that are missing included."""
    counts = Counter(
        {key: column.rows.filter(column.under(key)).count() for key in list_key_ids()}
    )
    strange = column.rows
    for key_id in list_key_ids():
        strange = strange.exclude(column.under(key_id))
    values = strange.values_list(column.field.name, flat=True)
    counts.update(key_id_of(value) for value in values.iterator(chunk_size=1000))
    return +counts


def is_head_current() -> bool:
    """Say whether the end of the audit log stands under the current key."""
    head = audit_chain.find_head()
    if head is None:
        return False
    return hmac.compare_digest(head.mac, audit_chain.mac_of(head)[0])


def rotate(tell: Callable[[str, int], None]) -> Rotation:
    """Seal everything anew; `tell` hears of each step. Resumes a stopped run."""
    done = Rotation()
    for column in list_columns():
        for chosen in _steps(column):
            _reseal_step(column, chosen, done)
            tell(str(column), done.moved[str(column)])
    # Writes the head under the current key; a broken chain is verify_audit's to tell.
    with suppress(AuditBroken):
        audit_chain.seal_events()
    if done.moved:
        _note(done)
    return done


def _steps(column: Column) -> Iterator[Sequence[tuple[Any, bytes]]]:
    """Yield what older keys of the ring sealed, in the order of primary keys."""
    older = Q()
    for key_id in list_key_ids()[1:]:
        older |= column.under(key_id)
    if not older:
        return
    rows = column.rows.filter(older).order_by("pk")
    last: Any = None
    while True:
        left = rows if last is None else rows.filter(pk__gt=last)
        chosen = list(left.values_list("pk", column.field.name)[:STEP])
        if not chosen:
            return
        yield chosen
        last = chosen[-1][0]


@transaction.atomic(durable=True)
def _reseal_step(
    column: Column, chosen: Sequence[tuple[Any, bytes]], done: Rotation
) -> None:
    fresh: list[tuple[bytes, Any, bytes]] = []
    for pk, value in chosen:
        sealed = bytes(value)
        try:
            again = reseal(sealed, purpose=column.field.purpose)
        except SealBroken:
            done.broken.append(f"{column} {pk}")
        else:
            fresh.append((again, pk, sealed))
    changed = _swap(column, fresh) if fresh else 0
    done.moved[str(column)] += changed
    done.overtaken += len(fresh) - changed


def _swap(column: Column, fresh: Sequence[tuple[bytes, Any, bytes]]) -> int:
    """Put each new value where the old one still is; return how often that was.

    One statement for all, sent in one go: by the ORM a row costs ten times as much.
    """
    meta = column.model._meta  # noqa: SLF001
    quote = connection.ops.quote_name
    table, name = quote(meta.db_table), quote(str(column.field.column))
    key = quote(str(meta.pk.column))
    values = [
        (
            column.field.get_db_prep_save(again, connection),
            meta.pk.get_db_prep_save(pk, connection),
            column.field.get_db_prep_save(sealed, connection),
        )
        for again, pk, sealed in fresh
    ]
    statement = f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
        changed: int = cursor.rowcount
    return changed


@transaction.atomic(durable=True)
def _note(done: Rotation) -> None:
    detail: dict[str, object] = {"key": current_key_id(), "values": dict(done.moved)}
    audit.record_event("keys.rotate", detail=detail)
