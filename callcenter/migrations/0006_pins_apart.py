"""Keep PINs in a table of their own, hashed with a key; count wrong ones."""

import django.db.models.deletion
from django.db import migrations, models


def ask_for_new_pins(apps, schema_editor):
    """Leave nobody without a PIN who had one; its former hash has no key in it."""
    operators = apps.get_model("callcenter", "Operator").objects.exclude(former_pin="")
    pins = apps.get_model("callcenter", "OperatorPin").objects
    for operator in operators.order_by("pk"):
        pins.create(operator=operator, kept="!")


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0005_plain_texts_of_forms'),
    ]

    operations = [
        migrations.RenameField(
            model_name='operator',
            old_name='pin',
            new_name='former_pin',
        ),
        migrations.CreateModel(
            name='OperatorPin',
            fields=[
                ('operator', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pin', serialize=False, to='callcenter.operator', verbose_name='operator')),
                ('kept', models.CharField(max_length=128, verbose_name='hash')),
            ],
            options={
                'verbose_name': 'PIN',
                'verbose_name_plural': 'PINs',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='WrongPins',
            fields=[
                ('operator', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='wrong_pins', serialize=False, to='callcenter.operator', verbose_name='operator')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='wrong PINs in a row')),
                ('last_at', models.DateTimeField(verbose_name='last wrong PIN')),
            ],
            options={
                'verbose_name': 'wrong PINs',
                'verbose_name_plural': 'wrong PINs',
                'default_permissions': (),
            },
        ),
        migrations.RunPython(ask_for_new_pins, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='operator',
            name='former_pin',
        ),
    ]
