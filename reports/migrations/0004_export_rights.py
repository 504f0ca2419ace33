"""Who may take lists away, and who may see that it was done."""

from django.db import migrations

from reports.rights import ADMINISTRATOR, SUPERVISOR, give

GROUPS = {
    SUPERVISOR: ["reports.add_exportaudit"],
    ADMINISTRATOR: ["reports.add_exportaudit", "reports.view_exportaudit"],
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_export_audit")]

    # What people have made of the groups since is theirs: nothing is taken back.
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
