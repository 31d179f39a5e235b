from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quarantine", "0010_report_problem_words")]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="returns_count",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
