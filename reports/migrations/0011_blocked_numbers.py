"""Who decides whose calls are not taken."""

from django.db import migrations

from reports.rights import ADMINISTRATOR, SUPERVISOR, give, may

_EDIT = may("view add change delete", "callcenter.blockednumber")
GROUPS = {SUPERVISOR: _EDIT, ADMINISTRATOR: _EDIT}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0010_scheduled_reports"),
        ("callcenter", "0018_leaving_the_queue"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
