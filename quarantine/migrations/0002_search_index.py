"""A trigram index under the search of what is open; PostgreSQL only."""

from django.db import migrations

CREATE = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX hold_open_search ON quarantine_hold USING gin (search_text gin_trgm_ops)
WHERE state IN ('held', 'requested');
"""
DROP = "DROP INDEX IF EXISTS hold_open_search"


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("quarantine", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
