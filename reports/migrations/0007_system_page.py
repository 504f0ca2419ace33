"""Who may open the page of the system."""

from django.db import migrations

from reports.rights import ADMINISTRATOR, SUPERVISOR, give, may

GROUPS = {
    group: may("view", "callcenter.workerjob") for group in (SUPERVISOR, ADMINISTRATOR)
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    dependencies = [
        ("callcenter", "0014_worker"),
        ("reports", "0006_sums_of_operators"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
