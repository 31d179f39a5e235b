"""Domains entered so far were the operator's word; each gets a record of its own."""

import secrets

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone


def vouch(apps, _schema_editor):
    Domain = apps.get_model("accounts", "Domain")
    Domain.objects.update(
        is_vouched=True, verified_at=Coalesce(F("verified_at"), timezone.now())
    )
    for pk in Domain.objects.values_list("pk", flat=True).iterator():
        Domain.objects.filter(pk=pk).update(control_token=secrets.token_hex(16))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_domain_control_and_policy_times")]

    operations = [migrations.RunPython(vouch, migrations.RunPython.noop)]
