"""Empties the database after a test that commits: only what has rows, by DELETE.

Django's own way truncates every table and makes content types and permissions anew,
more than half a second each time.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import TransactionTestCase

from accounts.audit_chain import FIRST_HASH, PURPOSE
from accounts.keyring import fingerprints
from accounts.models import AuditHead

# What migrations leave behind; Django's own way would make it again.
KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})

_flush: Callable[[TransactionTestCase], None] = TransactionTestCase._fixture_teardown


def _filled() -> list[str]:
    """Return the tables that have rows, in one query."""
    tables = connection.introspection.table_names()
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"  # noqa: S608
        for table in tables
        if table not in KEPT
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [table for (table,) in cursor.fetchall()]


def _empty(case: TransactionTestCase) -> None:
    if connection.vendor == "postgresql":
        _delete_all()
    else:
        _flush(case)
    _begin_the_audit_log()


def _begin_the_audit_log() -> None:
    """Put back the head that a migration made: tests that come after need it."""
    AuditHead.objects.create(
        count=0,
        last_hash=FIRST_HASH,
        mac=fingerprints(f"0:{FIRST_HASH}", purpose=PURPOSE)[0],
    )


def _delete_all() -> None:
    with connection.cursor() as cursor:
        # Neither foreign keys nor our triggers stand in the way: all of it goes.
        cursor.execute("SET session_replication_role = replica")
        for table in _filled():
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608
        cursor.execute("SET session_replication_role = DEFAULT")


def empty_quickly() -> None:
    """Take this way from now on; for each process of tests once."""
    TransactionTestCase._fixture_teardown = _empty
