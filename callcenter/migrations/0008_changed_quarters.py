"""Marks on the quarter hours whose entries changed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0007_access_records'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangedQuarter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.PositiveIntegerField()),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['quarter'], name='changed_quarter')],
            },
        ),
    ]
