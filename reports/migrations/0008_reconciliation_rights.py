"""Who sees the comparisons with Twilio's call log."""

from django.db import migrations

from reports.rights import ADMINISTRATOR, SUPERVISOR, give, may

_SEE = may(
    "view", "callcenter.reconciliationrun", "callcenter.reconciliationdifference"
)
GROUPS = {SUPERVISOR: _SEE, ADMINISTRATOR: _SEE}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0007_system_page"),
        ("callcenter", "0016_reconciliation"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
