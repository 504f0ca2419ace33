"""The sums of quarter hours and days, of which reports are made."""

import reports.models.waits
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0003_day_notes'),
    ]

    operations = [
        migrations.CreateModel(
            name='IntervalState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone', models.CharField(blank=True, max_length=64)),
                ('counts', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='QueueDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('queue', models.CharField(max_length=64)),
                ('answered', models.PositiveIntegerField()),
                ('abandoned', models.PositiveIntegerField()),
                ('short_abandoned', models.PositiveIntegerField()),
                ('overflowed', models.PositiveIntegerField()),
                ('blocked', models.PositiveIntegerField()),
                ('failed', models.PositiveIntegerField()),
                ('waiting', models.PositiveIntegerField()),
                ('unknown', models.PositiveIntegerField()),
                ('answered_within', models.PositiveIntegerField()),
                ('abandoned_within', models.PositiveIntegerField()),
                ('short_abandoned_within', models.PositiveIntegerField()),
                ('inferred', models.PositiveIntegerField()),
                ('without_exit', models.PositiveIntegerField()),
                ('answered_wait', models.PositiveBigIntegerField()),
                ('abandoned_wait', models.PositiveBigIntegerField()),
                ('longest_wait', models.PositiveIntegerField(null=True)),
                ('talk', models.PositiveBigIntegerField()),
                ('talks', models.PositiveIntegerField()),
                ('answered_waits', reports.models.waits.WaitsField()),
                ('abandoned_waits', reports.models.waits.WaitsField()),
                ('short_abandoned_waits', reports.models.waits.WaitsField()),
                ('day', models.DateField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('day', 'queue'), name='day_of_a_queue_once')],
            },
        ),
        migrations.CreateModel(
            name='QueueQuarter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('queue', models.CharField(max_length=64)),
                ('answered', models.PositiveIntegerField()),
                ('abandoned', models.PositiveIntegerField()),
                ('short_abandoned', models.PositiveIntegerField()),
                ('overflowed', models.PositiveIntegerField()),
                ('blocked', models.PositiveIntegerField()),
                ('failed', models.PositiveIntegerField()),
                ('waiting', models.PositiveIntegerField()),
                ('unknown', models.PositiveIntegerField()),
                ('answered_within', models.PositiveIntegerField()),
                ('abandoned_within', models.PositiveIntegerField()),
                ('short_abandoned_within', models.PositiveIntegerField()),
                ('inferred', models.PositiveIntegerField()),
                ('without_exit', models.PositiveIntegerField()),
                ('answered_wait', models.PositiveBigIntegerField()),
                ('abandoned_wait', models.PositiveBigIntegerField()),
                ('longest_wait', models.PositiveIntegerField(null=True)),
                ('talk', models.PositiveBigIntegerField()),
                ('talks', models.PositiveIntegerField()),
                ('answered_waits', reports.models.waits.WaitsField()),
                ('abandoned_waits', reports.models.waits.WaitsField()),
                ('short_abandoned_waits', reports.models.waits.WaitsField()),
                ('entered_quarter', models.PositiveIntegerField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('entered_quarter', 'queue'), name='quarter_of_a_queue_once')],
            },
        ),
    ]
