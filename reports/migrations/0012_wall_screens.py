"""Screens on a wall, and who makes their addresses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reports.rights import ADMINISTRATOR, SUPERVISOR, give, may


_EDIT = may("view add change delete", "reports.wallscreen")
GROUPS = {SUPERVISOR: _EDIT, ADMINISTRATOR: _EDIT}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0019_access_kinds'),
        ('reports', '0011_blocked_numbers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WallScreen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('language', models.CharField(choices=[('ja', 'Japanese'), ('en', 'English')], default='ja', max_length=2, verbose_name='language')),
                ('is_active', models.BooleanField(default=True, help_text='A screen that is switched off shows nothing more.', verbose_name='active')),
                ('expires_on', models.DateField(help_text='After it the address shows nothing more.', verbose_name='last day')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made at')),
                ('seen_at', models.DateTimeField(editable=False, null=True, verbose_name='last looked at')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('queues', models.ManyToManyField(blank=True, help_text='None chosen: all active queues.', related_name='+', to='callcenter.queue', verbose_name='queues')),
            ],
            options={
                'verbose_name': 'wall screen',
                'verbose_name_plural': 'wall screens',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
