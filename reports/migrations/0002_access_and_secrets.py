"""Administrators see the record of access; secrets of second steps are encrypted."""

from django.db import migrations

from callcenter import keyed
from reports.rights import ADMINISTRATOR, give

# What each type of authenticator is made of, in its data.
_SECRETS = {"totp": "secret", "recovery_codes": "seed"}


def give_rights(apps, schema_editor):
    give(
        apps,
        schema_editor.connection.alias,
        {ADMINISTRATOR: ["callcenter.view_accessrecord"]},
    )


def encrypt(apps, schema_editor):
    """Encrypt what was kept readable."""
    for row in apps.get_model("mfa", "Authenticator").objects.order_by("pk"):
        name = _SECRETS.get(row.type)
        if name and row.data.get(name):
            row.data[name] = keyed.encrypted(row.data[name])
            row.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("callcenter", "0007_access_records"),
        ("mfa", "0001_initial"),
        ("reports", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(give_rights, migrations.RunPython.noop),
        migrations.RunPython(encrypt, migrations.RunPython.noop),
    ]
