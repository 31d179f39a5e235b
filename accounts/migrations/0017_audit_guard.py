"""The head of the chain there is; on PostgreSQL sealed events can no longer be changed.

Whoever owns the table can lift the trigger: it is against slips and against code of
ours. What it cannot stop, `verify_audit` finds.
"""

from django.db import migrations

from accounts.audit_chain import FIRST_HASH, PURPOSE
from accounts.keyring import fingerprints

CREATE = """
CREATE FUNCTION audit_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'audit events are never deleted';
  END IF;
  IF OLD.sequence IS NOT NULL THEN
    RAISE EXCEPTION 'sealed audit events are never changed';
  END IF;
  IF (NEW.id, NEW.at, NEW.customer_id, NEW.actor_id, NEW.action, NEW.object_type,
      NEW.object_id, NEW.detail)
     IS DISTINCT FROM
     (OLD.id, OLD.at, OLD.customer_id, OLD.actor_id, OLD.action, OLD.object_type,
      OLD.object_id, OLD.detail) THEN
    RAISE EXCEPTION 'audit events are sealed, nothing else';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_event_guard BEFORE UPDATE OR DELETE ON accounts_auditevent
FOR EACH ROW EXECUTE FUNCTION audit_event_guard();
"""
DROP = """
DROP TRIGGER audit_event_guard ON accounts_auditevent;
DROP FUNCTION audit_event_guard();
"""


def begin(apps, schema_editor):
    events = apps.get_model("accounts", "AuditEvent").objects
    last = events.exclude(sequence=None).order_by("-sequence").first()
    count, last_hash = (last.sequence, last.sealed_hash) if last else (0, FIRST_HASH)
    apps.get_model("accounts", "AuditHead").objects.create(
        count=count,
        last_hash=last_hash,
        mac=fingerprints(f"{count}:{last_hash}", purpose=PURPOSE)[0],
    )
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def end(apps, schema_editor):
    apps.get_model("accounts", "AuditHead").objects.all().delete()
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_audit_head")]

    operations = [migrations.RunPython(begin, end)]
