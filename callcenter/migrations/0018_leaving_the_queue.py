"""What callers who wait may do, where else menus lead, and blocked numbers."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0017_unreadable_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='BlockedNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=16, unique=True, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{1,14}\\Z', 'Write a telephone number as 03-1234-5678 or +81312345678.')], verbose_name='number')),
                ('note', models.CharField(blank=True, help_text='Why, and since when.', max_length=200, verbose_name='note')),
            ],
            options={
                'verbose_name': 'blocked number',
                'verbose_name_plural': 'blocked numbers',
                'ordering': ['number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='menuoption',
            name='option_names_where_it_leads',
        ),
        migrations.AddField(
            model_name='menuoption',
            name='number',
            field=models.CharField(blank=True, max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{1,14}\\Z', 'Write a telephone number as 03-1234-5678 or +81312345678.')], verbose_name='telephone number'),
        ),
        migrations.AddField(
            model_name='queue',
            name='announces_wait',
            field=models.BooleanField(default=False, help_text='By the answers of the last half hour; where these are too few, the position alone is said.', verbose_name='announce the estimated wait'),
        ),
        migrations.AddField(
            model_name='queue',
            name='capacity',
            field=models.PositiveSmallIntegerField(default=100, help_text='Whoever calls when so many wait hears that all lines are busy.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name='most callers'),
        ),
        migrations.AddField(
            model_name='queue',
            name='leaves_at_closing',
            field=models.BooleanField(default=False, help_text='Otherwise callers who wait when the line closes wait on.', verbose_name='leave at closing time'),
        ),
        migrations.AddField(
            model_name='queue',
            name='offers_callback',
            field=models.BooleanField(default=False, help_text='Whoever waits may press 1 to be rung back.', verbose_name='offer a call-back'),
        ),
        migrations.AddField(
            model_name='queue',
            name='offers_voicemail',
            field=models.BooleanField(default=False, help_text='Whoever waits may press 2 to leave a message.', verbose_name='offer voicemail'),
        ),
        migrations.AlterField(
            model_name='menuoption',
            name='action',
            field=models.CharField(choices=[('queue', 'queue'), ('menu', 'menu'), ('message', 'message'), ('voicemail', 'voicemail of a queue'), ('number', 'telephone number'), ('end', 'end of the call')], max_length=10, verbose_name='action'),
        ),
        migrations.AlterField(
            model_name='prompt',
            name='purpose',
            field=models.CharField(choices=[('main', 'the menu or message itself'), ('greeting', 'greeting of a line'), ('closed', 'out of hours, at a line'), ('waiting', 'entering a queue'), ('connecting', 'an operator takes the call'), ('voicemail', 'before a message is left'), ('callback', 'after a call-back was asked for')], default='main', max_length=20, verbose_name='moment'),
        ),
        migrations.AlterField(
            model_name='queue',
            name='max_wait_seconds',
            field=models.PositiveIntegerField(default=600, help_text='After so many seconds the caller may leave a message where that is offered, else hears an apology.', validators=[django.core.validators.MinValueValidator(30)], verbose_name='maximum wait'),
        ),
        migrations.AddConstraint(
            model_name='menuoption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action__in', ('queue', 'voicemail')), ('queue__isnull', False)), models.Q(('action', 'menu'), ('next_menu__isnull', False)), models.Q(('action', 'message'), ('message__isnull', False)), models.Q(('action', 'number'), models.Q(('number', ''), _negated=True)), ('action', 'end'), _connector='OR'), name='option_names_where_it_leads'),
        ),
    ]
