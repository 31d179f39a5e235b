"""A removed domain is nobody's to send as; PostgreSQL only."""

from django.db import migrations

CREATE = """
CREATE OR REPLACE VIEW outbound_sender AS
SELECT d.name AS domain, a.username
FROM accounts_outboundaccount a
JOIN accounts_customer c ON c.id = a.customer_id
JOIN accounts_domain d ON d.customer_id = c.id
WHERE a.ended_at IS NULL AND c.is_active
AND d.verified_at IS NOT NULL AND d.removed_at IS NULL;
"""
BEFORE = """
CREATE OR REPLACE VIEW outbound_sender AS
SELECT d.name AS domain, a.username
FROM accounts_outboundaccount a
JOIN accounts_customer c ON c.id = a.customer_id
JOIN accounts_domain d ON d.customer_id = c.id
WHERE a.ended_at IS NULL AND c.is_active AND d.verified_at IS NOT NULL;
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def restore(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BEFORE)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_time_zone_of_the_list")]

    operations = [migrations.RunPython(create, restore)]
