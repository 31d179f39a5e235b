"""Many new rows at once: by COPY on PostgreSQL, at a fraction of the ORM's CPU."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from operator import attrgetter

from django.db import connection, models


@cache
def _statement(model: type[models.Model]) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(f.column)) for f in model._meta.concrete_fields)  # noqa: SLF001
    return f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"  # noqa: SLF001


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model, keys set by us; call it inside a transaction.

    Values go to the database as they are: no field's conversion runs but JSON's.
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)  # noqa: SLF001
        return
    fields = model._meta.concrete_fields  # noqa: SLF001
    values = attrgetter(*(field.attname for field in fields))
    in_json = [isinstance(field, models.JSONField) for field in fields]
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(_statement(model)) as copy,
    ):
        for row in rows:
            copy.write_row(
                [
                    json.dumps(value) if is_json else value
                    for value, is_json in zip(values(row), in_json, strict=True)
                ]
            )
