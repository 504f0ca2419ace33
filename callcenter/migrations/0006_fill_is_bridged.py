"""Fills the column that 0005 added, from the forms of the Dial actions kept before it."""

from django.db import migrations

_WORDS = {"true": True, "false": False}


def fill(apps, schema_editor):
    events = apps.get_model("callcenter", "WebhookEvent").objects
    dials = events.filter(kind="operator-done", is_bridged=None)
    for pk, form in dials.values_list("pk", "params").iterator():
        is_bridged = _WORDS.get(str(form.get("DialBridged", "")).lower())
        if is_bridged is not None:
            events.filter(pk=pk).update(is_bridged=is_bridged)


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0005_event_is_bridged")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
