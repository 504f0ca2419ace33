"""What operators did, added up by day."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0005_saved_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='OperatorDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('operator', models.CharField(max_length=255)),
                ('connections', models.PositiveIntegerField(default=0)),
                ('talks', models.PositiveIntegerField(default=0)),
                ('talk', models.PositiveBigIntegerField(default=0)),
                ('ready', models.PositiveBigIntegerField(default=0)),
                ('talking', models.PositiveBigIntegerField(default=0)),
                ('wrap_up', models.PositiveBigIntegerField(default=0)),
                ('not_ready', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['day', 'operator'], name='day_of_an_operator')],
            },
        ),
    ]
