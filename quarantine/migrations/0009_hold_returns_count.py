from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quarantine", "0008_requests_and_reports")]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="returns_count",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
