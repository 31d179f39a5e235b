"""People whose address was kept with a domain in other letters can log in again.

Log-ins compare the domain in A-labels (IDNA 2008), see `accounts/log_in_names.py`.
"""

import idna
from django.db import IntegrityError, migrations, transaction


def spell(email):
    local_part, _at, domain = email.rpartition("@")
    try:
        label = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return email
    return f"{local_part}@{label}"


def spell_anew(apps, _schema_editor):
    for name in ("User", "Invitation"):
        rows = apps.get_model("accounts", name).objects
        for pk, email in list(rows.values_list("pk", "email").iterator()):
            if email.isascii() or spell(email) == email:
                continue
            # Whoever has the other spelling already keeps it: they log in by it.
            try:
                with transaction.atomic():
                    rows.filter(pk=pk).update(email=spell(email))
            except IntegrityError:
                continue


class Migration(migrations.Migration):
    dependencies = [("accounts", "0026_audit_outlives_its_people")]

    operations = [migrations.RunPython(spell_anew, migrations.RunPython.noop)]
