"""Views of reports that people save, and who may share them."""

import reports.models.saved_views
from django.conf import settings
from django.db import migrations, models

from reports.rights import ADMINISTRATOR, SUPERVISOR, give, may

GROUPS = {
    SUPERVISOR: may("share", "reports.savedview"),
    ADMINISTRATOR: may("share", "reports.savedview"),
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    dependencies = [
        ('reports', '0004_sums_of_intervals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.CharField(max_length=40, verbose_name='report')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.TextField(verbose_name='filter')),
                ('is_shared', models.BooleanField(default=False, verbose_name='shared with all')),
                ('saved_at', models.DateTimeField(auto_now=True, verbose_name='saved at')),
                ('username', models.CharField(max_length=150, verbose_name='log-in name')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=reports.models.saved_views.keep_shared, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ['name', 'id'],
                'permissions': [('share_savedview', 'Can share saved views and delete shared ones')],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'report', 'name'), name='view_name_once_a_user')],
            },
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
