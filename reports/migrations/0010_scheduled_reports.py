"""Reports that are sent by e-mail, and who may have them sent."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reports.rights import ADMINISTRATOR, SUPERVISOR, give

GROUPS = {
    group: ["reports.schedule_reports"] for group in (SUPERVISOR, ADMINISTRATOR)
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0009_prepared_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ScheduledReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('report', models.CharField(max_length=40, verbose_name='report')),
                ('query', models.TextField(blank=True, verbose_name='filter')),
                ('period', models.CharField(max_length=20, verbose_name='period')),
                ('frequency', models.CharField(choices=[('daily', 'every day'), ('weekly', 'every Monday'), ('monthly', 'on the 1st of every month')], max_length=10, verbose_name='how often')),
                ('hour', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(23)], verbose_name='hour')),
                ('recipients', models.TextField(verbose_name='recipients')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('is_active', models.BooleanField(default=True, verbose_name='is sent')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'scheduled report',
                'verbose_name_plural': 'scheduled reports',
                'ordering': ['name', 'id'],
                'permissions': [('schedule_reports', 'Can have reports sent by e-mail at fixed times')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('planned_at', models.DateTimeField(verbose_name='planned at')),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'failed')], default='waiting', max_length=10, verbose_name='state')),
                ('tries', models.PositiveIntegerField(default=0)),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('answers', models.JSONField(blank=True, default=dict)),
                ('problem', models.CharField(blank=True, choices=[('unreachable', 'The mail server could not be reached.'), ('too-slow', 'The mail server did not answer in time.'), ('no-tls', 'No encrypted connection to the mail server came about.'), ('log-in', 'The mail server did not accept our user and password.'), ('sender', 'The mail server did not accept our sender address.'), ('recipients', 'The mail server accepted no recipient.'), ('refused', 'The mail server did not accept the message.'), ('cut-off', 'The mail server ended the connection.'), ('interrupted', 'The worker was stopped while it sent: the mail may arrive twice.'), ('no-right', 'Whoever made this may not see or export the report any more.'), ('unreadable', 'The filter cannot be read any more, such as that of a deleted queue.'), ('error', 'An error in MiniCC ended it; the log of the server has it.')], max_length=20, verbose_name='reason')),
                ('said', models.CharField(blank=True, max_length=300)),
                ('rows', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='rows')),
                ('is_without_file', models.BooleanField(default=False)),
                ('is_masked', models.BooleanField(default=False, verbose_name='numbers masked')),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('audit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reports.exportaudit')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='reports.scheduledreport')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['-planned_at', '-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['state', 'next_at'], name='delivery_due')],
                'constraints': [models.UniqueConstraint(fields=('schedule', 'planned_at'), name='delivery_once')],
            },
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
