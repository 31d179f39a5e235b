from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_next_hop_tls_as_demanded")]

    operations = [
        migrations.RemoveField(model_name="domain", name="next_hop_requires_tls"),
        migrations.AddConstraint(
            model_name="domain",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_hop_tls__in", ["opportunistic", "required", "verified"])
                ),
                name="domain_next_hop_tls_known",
            ),
        ),
    ]
