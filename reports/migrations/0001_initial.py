"""The audit of exports, and the groups of the staff with what each may do."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reports.rights import ADMINISTRATOR, OPERATOR, SUPERVISOR, give, may


HISTORY = [
    "callcenter.call",
    "callcenter.queueentry",
    "callcenter.connection",
    "callcenter.ivrstep",
    "callcenter.abandonedcall",
    "callcenter.callbackrequest",
    "callcenter.voicemail",
]
SETUP = [
    "callcenter.queue",
    "callcenter.queuethreshold",
    "callcenter.menu",
    "callcenter.menuoption",
    "callcenter.message",
    "callcenter.prompt",
    "callcenter.businesshours",
    "callcenter.holiday",
    "callcenter.operator",
    "callcenter.operatorqueue",
    "callcenter.wrapupcode",
]
GROUPS = {
    # Sees every call and runs the center from day to day. Lines, log-ins and raw
    # webhooks are the administrator's.
    SUPERVISOR: [
        *may("view", *HISTORY, "callcenter.operatorstate", "callcenter.recording"),
        "callcenter.view_numbers",
        *may("view add change", "callcenter.followup"),
        *may("view add change delete", *SETUP),
        # Hours and greetings stand on the page of their line.
        *may("view change", "callcenter.phoneline"),
        # Who changed what in these tables.
        "admin.view_logentry",
        # Takes lists away as files; takes a claim from somebody who has gone home.
        "reports.add_exportaudit",
        "callcenter.release_claims",
    ],
    # Rings callers back and sees what happened in the calls. Does not see numbers
    # elsewhere, recordings, or what colleagues were doing.
    OPERATOR: [
        *may("view", *HISTORY),
        *may("view change", "callcenter.followup"),
    ],
    ADMINISTRATOR: [
        "callcenter.*",
        "auth.*",
        "admin.view_logentry",
        "reports.add_exportaudit",
        "reports.view_exportaudit",
    ],
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("callcenter", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExportAudit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('username', models.CharField(max_length=150, verbose_name='log-in name')),
                ('subject', models.CharField(max_length=100, verbose_name='list or report')),
                ('query', models.TextField(blank=True, verbose_name='filter and search')),
                ('file_format', models.CharField(max_length=20, verbose_name='format')),
                ('is_masked', models.BooleanField(verbose_name='numbers masked')),
                ('row_count', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='rows')),
                ('state', models.CharField(choices=[('started', 'not finished'), ('complete', 'complete'), ('interrupted', 'interrupted')], default='started', max_length=20, verbose_name='state')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'ordering': ['-started_at', '-id'],
                'default_permissions': ('add', 'view'),
                'indexes': [models.Index(fields=['started_at'], name='export_started_at')],
            },
        ),
        # What people have made of the groups since stays: nothing is taken back.
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
