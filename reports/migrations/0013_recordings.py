"""Who plays voicemail and recordings, and who deletes them at Twilio."""

from django.db import migrations

from reports.rights import ADMINISTRATOR, OPERATOR, SUPERVISOR, give

_PLAY = ["callcenter.play_voicemail", "callcenter.play_recordings"]
GROUPS = {
    SUPERVISOR: _PLAY,
    # Rings back who left a message.
    OPERATOR: ["callcenter.play_voicemail"],
    ADMINISTRATOR: [*_PLAY, "callcenter.delete_audio"],
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0012_wall_screens"),
        ("callcenter", "0023_recordings"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
