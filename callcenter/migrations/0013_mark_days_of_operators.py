"""Mark the days of operators that were stored before marks were left."""

from django.db import migrations
from django.db.models import Max, Min

BATCH = 1000
QUARTER_SECONDS = 900
# No local day is shorter than twelve hours.
STEP = 48


def mark(apps, schema_editor):
    """Leave marks from the first to the last row; nothing is counted now."""
    bounds = []
    for model, moment in (("QueueEntry", "entered_at"), ("OperatorState", "started_at")):
        rows = apps.get_model("callcenter", model).objects.order_by()
        bounds += rows.aggregate(first=Min(moment), last=Max(moment)).values()
    known = [int(at.timestamp()) // QUARTER_SECONDS for at in bounds if at]
    if not known:
        return
    marks = apps.get_model("callcenter", "ChangedQuarter")
    # Talk and states go on for a day at most after they begin.
    quarters = range(min(known), max(known) + 3 * STEP, STEP)
    marks.objects.bulk_create(
        (marks(about="operators", quarter=quarter) for quarter in quarters),
        batch_size=BATCH,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("callcenter", "0012_changes_of_operators"),
    ]

    operations = [
        # Backwards the column goes; marks that stay are counted once more.
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
