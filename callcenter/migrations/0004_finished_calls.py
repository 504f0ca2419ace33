"""Note on abandoned calls which of them people have reached or closed."""

from django.db import migrations

BATCH = 1000


def note_finished(apps, schema_editor):
    """Set is_finished where the follow-up says so, some rows at a time."""
    abandoned_calls = apps.get_model("callcenter", "AbandonedCall").objects
    done = apps.get_model("callcenter", "FollowUp").objects.filter(
        state__in=["reached", "closed"]
    )
    calls = list(done.order_by("pk").values_list("abandoned_call_id", flat=True))
    for start in range(0, len(calls), BATCH):
        some = calls[start : start + BATCH]
        abandoned_calls.filter(pk__in=some).update(is_finished=True)


class Migration(migrations.Migration):

    dependencies = [
        ("callcenter", "0003_work_list"),
    ]

    operations = [
        # Backwards the column goes, and nothing has to be done.
        migrations.RunPython(note_finished, migrations.RunPython.noop),
    ]
