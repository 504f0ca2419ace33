"""Files that the worker prepares for somebody."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0008_reconciliation_rights'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExportJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=100, verbose_name='list or report')),
                ('query', models.TextField(blank=True, verbose_name='filter and search')),
                ('file_format', models.CharField(max_length=20, verbose_name='format')),
                ('numbers', models.CharField(max_length=10)),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'being written'), ('ready', 'ready'), ('failed', 'failed'), ('removed', 'removed')], default='waiting', max_length=10, verbose_name='state')),
                ('problem', models.CharField(blank=True, choices=[('disk-full', 'The disk for prepared files is full: nothing was kept.'), ('not-written', 'The file could not be written on the server; its log says why.'), ('no-right', 'The account may not export this any more.'), ('unreadable', 'The filter cannot be read any more, such as that of a deleted queue.'), ('given-up', 'The worker was stopped again and again while it wrote the file.'), ('error', 'An error in MiniCC ended it; the log of the server has it.')], max_length=20, verbose_name='reason')),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('rows_done', models.PositiveBigIntegerField(default=0, verbose_name='rows')),
                ('rows_total', models.PositiveBigIntegerField(blank=True, null=True)),
                ('file', models.CharField(blank=True, max_length=100)),
                ('file_name', models.CharField(blank=True, max_length=255)),
                ('size', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='size (bytes)')),
                ('is_masked', models.BooleanField(default=False, verbose_name='numbers masked')),
                ('shows_numbers', models.BooleanField(default=False)),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for at')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('fetched_at', models.DateTimeField(blank=True, null=True, verbose_name='downloaded at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'prepared file',
                'verbose_name_plural': 'prepared files',
                'ordering': ['-asked_at', '-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['state', 'asked_at'], name='export_jobs_by_state')],
            },
        ),
    ]
