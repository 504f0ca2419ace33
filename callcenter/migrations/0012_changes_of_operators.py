"""Marks on the quarter hours whose talk and states of operators changed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("callcenter", "0011_service_level_target"),
    ]

    operations = [
        migrations.AddField(
            model_name="changedquarter",
            name="about",
            field=models.CharField(choices=[("queues", "Queues"), ("operators", "Operators")], default="queues", max_length=10),
        ),
        migrations.AddIndex(
            model_name="changedquarter",
            index=models.Index(fields=["about", "quarter"], name="changed_quarter_about"),
        ),
        migrations.RemoveIndex(
            model_name="changedquarter",
            name="changed_quarter",
        ),
    ]
