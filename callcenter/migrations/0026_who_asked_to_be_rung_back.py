"""Let the calls be derived again in which somebody asked to be rung back.

Until now only who gave up was on the work list. The worker derives pending events, and
so does `rebuild_calls --pending`.
"""

from django.db import migrations

BATCH = 1000


def mark_pending(apps, schema_editor):
    """Empty `derived_at` on the events of unsealed calls with a wish or a message."""
    models = {
        name: apps.get_model("callcenter", name)._default_manager
        for name in ("Call", "CallbackRequest", "Voicemail", "WebhookEvent")
    }
    asked = models["CallbackRequest"].values_list("entry__call_id", flat=True)
    spoke = models["Voicemail"].values_list("call_id", flat=True)
    calls = sorted({*asked, *spoke})
    for start in range(0, len(calls), BATCH):
        some = models["Call"].filter(
            pk__in=calls[start : start + BATCH], sealed_at=None
        )
        sids = list(some.values_list("sid", flat=True))
        models["WebhookEvent"].filter(
            call_sid__in=sids, derived_at__isnull=False
        ).update(derived_at=None)


def leave_who_gave_up(apps, schema_editor):
    """Remove the other rows, and what people did about them: nothing could hold it."""
    models = {
        name: apps.get_model("callcenter", name)._default_manager
        for name in ("AbandonedCall", "FollowUp")
    }
    others = models["AbandonedCall"].exclude(reason="abandoned")
    models["FollowUp"].filter(abandoned_call__in=others.values("pk")).delete()
    others.delete()


class Migration(migrations.Migration):

    dependencies = [
        ("callcenter", "0025_reasons_to_ring_back"),
    ]

    operations = [
        migrations.RunPython(mark_pending, leave_who_gave_up),
    ]
