from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_recovery_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="smsdevice",
            name="nickname",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="totpdevice",
            name="nickname",
            field=models.CharField(blank=True, max_length=40),
        ),
    ]
