"""Supervisors may take a claim from somebody who has gone home."""

from django.db import migrations

from reports.rights import ADMINISTRATOR, SUPERVISOR, give, may

GROUPS = {
    SUPERVISOR: ["callcenter.release_claims"],
    ADMINISTRATOR: [
        "callcenter.release_claims",
        *may("view add change delete", "callcenter.followupstep"),
    ],
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_export_rights"),
        ("callcenter", "0009_follow_up_step"),
    ]

    # What people have made of the groups since is theirs: nothing is taken back.
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
