"""Comparisons with Twilio's call log, and what of a call only that log says."""

import callcenter.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0015_forgotten'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='from_log',
            field=models.CharField(blank=True, choices=[('length', 'its length'), ('end', 'its end'), ('call', 'the whole call')], max_length=6, verbose_name="from Twilio's call log"),
        ),
        migrations.CreateModel(
            name='ReconciliationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(help_text='Calls that began at or after this moment ...', verbose_name='since')),
                ('until', models.DateTimeField(help_text='... and before this one.', verbose_name='until')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('listed', models.PositiveIntegerField(default=0, verbose_name="calls in Twilio's log")),
                ('calls_added', models.PositiveIntegerField(default=0, verbose_name='unknown calls added')),
                ('ends_repaired', models.PositiveIntegerField(default=0, verbose_name='missed ends repaired')),
                ('entries_settled', models.PositiveIntegerField(default=0, verbose_name='queue entries settled')),
                ('durations_differing', models.PositiveIntegerField(default=0, verbose_name='differing durations')),
                ('in_progress', models.PositiveIntegerField(default=0, verbose_name='in progress or just over, left alone')),
                ('error', models.CharField(blank=True, max_length=255, verbose_name='why it stopped')),
            ],
            options={
                'verbose_name': 'reconciliation with Twilio',
                'verbose_name_plural': 'reconciliations with Twilio',
                'ordering': ['-started_at', '-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['started_at'], name='reconciliation_started_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='reconciliation_ends_after_beginning')],
            },
        ),
        migrations.CreateModel(
            name='ReconciliationDifference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('call_sid', callcenter.models.fields.SidField(verbose_name='call SID')),
                ('kind', models.CharField(choices=[('unknown-call', 'call never heard of'), ('missed-end', 'end never heard of'), ('open-entry', 'queue entry without an exit'), ('duration', 'duration differs')], max_length=20, verbose_name='difference')),
                ('our_status', models.CharField(blank=True, max_length=20, verbose_name='our status')),
                ('our_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='our duration')),
                ('twilio_status', models.CharField(blank=True, max_length=20, verbose_name="Twilio's status")),
                ('twilio_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name="Twilio's duration")),
                ('outcome', models.CharField(blank=True, choices=[('waiting', 'waiting'), ('answered', 'answered'), ('abandoned', 'abandoned'), ('short_abandoned', 'short abandoned'), ('overflowed', 'overflowed'), ('blocked', 'blocked'), ('failed', 'failed'), ('unknown', 'unknown')], max_length=20, verbose_name='outcome')),
                ('action', models.CharField(choices=[('repaired', 'repaired'), ('listed', 'nothing: what Twilio told us in the call stands')], max_length=20, verbose_name='what was done')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='callcenter.reconciliationrun', verbose_name='reconciliation with Twilio')),
            ],
            options={
                'verbose_name': "difference from Twilio's log",
                'verbose_name_plural': "differences from Twilio's log",
                'ordering': ['-found_at', '-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['found_at'], name='difference_found_at')],
                'constraints': [models.UniqueConstraint(fields=('call_sid', 'kind'), name='difference_is_listed_once')],
            },
        ),
    ]
