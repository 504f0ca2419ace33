"""An index for the abandoned calls of one queue."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0009_mark_stored_quarters'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='abandonedcall',
            index=models.Index(fields=['queue', 'abandoned_at'], name='abandoned_queue'),
        ),
    ]
