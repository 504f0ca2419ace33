"""Mark the quarter hours of entries that were stored before marks were left."""

from django.db import migrations

BATCH = 1000


def mark(apps, schema_editor):
    """Leave one mark on each; nothing is counted now."""
    entries = apps.get_model("callcenter", "QueueEntry").objects.order_by()
    marks = apps.get_model("callcenter", "ChangedQuarter")
    quarters = entries.values_list("entered_quarter", flat=True).distinct()
    marks.objects.bulk_create(
        (marks(quarter=quarter) for quarter in quarters), batch_size=BATCH
    )


class Migration(migrations.Migration):

    dependencies = [
        ("callcenter", "0008_changed_quarters"),
    ]

    operations = [
        # Backwards the table goes, and nothing has to be done.
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
