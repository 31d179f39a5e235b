"""Domains that demanded encryption go on demanding it, with any certificate."""

from django.db import migrations


def keep_demand(apps, _schema_editor):
    demanding = apps.get_model("accounts", "Domain").objects.filter(
        next_hop_requires_tls=True
    )
    demanding.update(next_hop_tls="required")


def give_back_demand(apps, _schema_editor):
    demanding = apps.get_model("accounts", "Domain").objects.filter(
        next_hop_tls__in=("required", "verified")
    )
    demanding.update(next_hop_requires_tls=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0023_next_hop_tls")]

    operations = [migrations.RunPython(keep_demand, give_back_demand)]
