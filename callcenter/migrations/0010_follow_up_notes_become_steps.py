from django.db import migrations


def fill(apps, schema_editor):
    FollowUp = apps.get_model("callcenter", "FollowUp")
    Step = apps.get_model("callcenter", "FollowUpStep")
    for follow_up in FollowUp.objects.exclude(notes="").iterator():
        Step.objects.create(
            follow_up=follow_up,
            act="note",
            text=follow_up.notes,
            made_at=follow_up.updated_at,
        )


def empty(apps, schema_editor):
    FollowUp = apps.get_model("callcenter", "FollowUp")
    Step = apps.get_model("callcenter", "FollowUpStep")
    for step in Step.objects.filter(act="note").order_by("made_at", "id").iterator():
        follow_up = FollowUp.objects.get(pk=step.follow_up_id)
        notes = filter(None, [follow_up.notes, step.text])
        FollowUp.objects.filter(pk=follow_up.pk).update(notes="\n".join(notes))


class Migration(migrations.Migration):
    dependencies = [
        ("callcenter", "0009_follow_up_step"),
    ]

    operations = [migrations.RunPython(fill, empty)]
