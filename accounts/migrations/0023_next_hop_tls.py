from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0022_policy_category_days")]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="next_hop_tls",
            field=models.CharField(
                choices=[
                    ("opportunistic", "wenn der Server sie anbietet"),
                    ("required", "immer, mit beliebigem Zertifikat"),
                    ("verified", "immer, mit gültigem Zertifikat"),
                ],
                default="opportunistic",
                help_text=(
                    "«Gültig» heisst: für diesen Namen, von einer bekannten Stelle."
                ),
                max_length=16,
                verbose_name="Verschlüsselung",
            ),
        ),
    ]
