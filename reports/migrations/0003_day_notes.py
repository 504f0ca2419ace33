"""Notes of a day for the daily report, and who may write them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reports.rights import ADMINISTRATOR, OPERATOR, SUPERVISOR, give, may

GROUPS = {
    SUPERVISOR: may("add view", "reports.daynote"),
    OPERATOR: may("view", "reports.daynote"),
    ADMINISTRATOR: may("add view", "reports.daynote"),
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    dependencies = [
        ('reports', '0002_access_and_secrets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DayNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('text', models.TextField(max_length=1000, verbose_name='note')),
                ('written_at', models.DateTimeField(auto_now_add=True, verbose_name='written at')),
                ('username', models.CharField(max_length=150, verbose_name='log-in name')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'note of a day',
                'verbose_name_plural': 'notes of days',
                'ordering': ['-day', '-id'],
                'default_permissions': ('add', 'view'),
                'indexes': [models.Index(fields=['day'], name='note_day')],
            },
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
