"""The share of callers to be answered within the threshold, by queue and day."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0010_abandoned_by_queue'),
    ]

    operations = [
        migrations.AddField(
            model_name='queuethreshold',
            name='service_level_target',
            field=models.PositiveSmallIntegerField(blank=True, help_text='So many per cent are to be answered within T; empty for no target. It changes no count.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='service level target (%)'),
        ),
    ]
