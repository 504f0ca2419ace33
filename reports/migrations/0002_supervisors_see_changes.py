"""Supervisors see who changed what in the tables they may see."""

from django.db import migrations

from reports.rights import SUPERVISOR, give


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, {SUPERVISOR: ["admin.view_logentry"]})


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("reports", "0001_groups"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
