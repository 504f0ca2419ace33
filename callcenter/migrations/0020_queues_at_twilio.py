"""Whether each queue is at Twilio what it is here."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0019_access_kinds'),
    ]

    operations = [
        migrations.CreateModel(
            name='QueueAtTwilio',
            fields=[
                ('queue', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='at_twilio', serialize=False, to='callcenter.queue')),
                ('checked_at', models.DateTimeField()),
                ('problem', models.CharField(blank=True, max_length=255)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
