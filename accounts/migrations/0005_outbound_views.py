"""What Dovecot and Postfix of the outbound scanner may read; PostgreSQL only.

A column of these tables that is to change needs the views dropped and made again.
"""

from django.db import migrations

CREATE = """
CREATE VIEW outbound_login AS
SELECT a.username, a.password_hash AS password
FROM accounts_outboundaccount a JOIN accounts_customer c ON c.id = a.customer_id
WHERE a.ended_at IS NULL AND c.is_active;

CREATE VIEW outbound_sender AS
SELECT d.name AS domain, a.username
FROM accounts_outboundaccount a
JOIN accounts_customer c ON c.id = a.customer_id
JOIN accounts_domain d ON d.customer_id = c.id
WHERE a.ended_at IS NULL AND c.is_active AND d.verified_at IS NOT NULL;

CREATE FUNCTION outbound_note_use(used text) RETURNS text
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
UPDATE accounts_outboundaccount SET last_used_at = now()
WHERE username = used
AND (last_used_at IS NULL OR last_used_at < now() - interval '10 minutes');
SELECT used;
$$;
REVOKE ALL ON FUNCTION outbound_note_use(text) FROM PUBLIC;
"""
DROP = """
DROP FUNCTION outbound_note_use(text);
DROP VIEW outbound_sender;
DROP VIEW outbound_login;
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_outbound_account_for_dovecot")]

    operations = [migrations.RunPython(create, drop)]
