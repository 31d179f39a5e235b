"""Accounts for the outbound scanner made anew: Dovecot cannot read the old hashes."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.identifiers


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_existing_domains_vouched_for")]

    operations = [
        # Nothing is lost: no scanner ever let anybody in by these rows, whose hashes
        # are Django's, of eight lanes, and libsodium verifies one.
        migrations.DeleteModel("OutboundAccount"),
        migrations.CreateModel(
            name="OutboundAccount",
            fields=[
                ("id", models.UUIDField(default=accounts.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="Bezeichnung")),
                ("username", models.CharField(max_length=255, unique=True, verbose_name="Benutzername")),
                ("password_hash", models.CharField(editable=False, max_length=255)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="erstellt")),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="beendet")),
                ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="zuletzt benutzt")),
                ("created_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.customer", verbose_name="Kunde")),
            ],
            options={
                "verbose_name": "Outbound-Konto",
                "verbose_name_plural": "Outbound-Konten",
            },
        ),
    ]
