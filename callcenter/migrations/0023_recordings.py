"""Queues record conversations; recordings are played and deleted."""

import callcenter.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0022_wrap_up'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='recording',
            options={'ordering': ['-recorded_at', '-id'], 'permissions': [('play_recordings', 'Can play recordings of conversations'), ('delete_audio', 'Can delete recordings and voicemail at Twilio')], 'verbose_name': 'recording', 'verbose_name_plural': 'recordings'},
        ),
        migrations.AlterModelOptions(
            name='voicemail',
            options={'ordering': ['-left_at', '-id'], 'permissions': [('play_voicemail', 'Can play voicemail')], 'verbose_name': 'voicemail', 'verbose_name_plural': 'voicemails'},
        ),
        migrations.AddField(
            model_name='queue',
            name='records_conversations',
            field=models.BooleanField(default=False, help_text='Callers are told so before they are connected. To play recordings is a permission of its own.', verbose_name='record conversations'),
        ),
        migrations.AddField(
            model_name='recording',
            name='caller_sid',
            field=callcenter.models.fields.SidField(blank=True, verbose_name="caller's leg"),
        ),
        migrations.AddField(
            model_name='recording',
            name='deleted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='deleted at Twilio'),
        ),
        migrations.AddField(
            model_name='recording',
            name='deletion_asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='to be deleted since'),
        ),
        migrations.AddField(
            model_name='voicemail',
            name='deleted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='deleted at Twilio'),
        ),
        migrations.AddField(
            model_name='voicemail',
            name='deletion_asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='to be deleted since'),
        ),
        migrations.AlterField(
            model_name='accessrecord',
            name='kind',
            field=models.CharField(choices=[('login', 'logged in'), ('login-failed', 'log-in failed'), ('logout', 'logged out'), ('sessions-ended', 'sessions ended by an administrator'), ('wrong-pin', 'wrong PIN'), ('webhook-refused', 'webhook refused'), ('raw-request', 'raw request opened'), ('number-search', 'whole number searched'), ('caller-page', "caller's page opened"), ('caller-forgotten', 'caller forgotten'), ('numbers-forgotten', 'old numbers forgotten'), ('voicemail-played', 'voicemail played'), ('recording-played', 'recording played'), ('audio-deletion', 'audio to be deleted at Twilio'), ('wall-address', 'address of a wall screen made')], max_length=20, verbose_name='what happened'),
        ),
        migrations.AlterField(
            model_name='prompt',
            name='purpose',
            field=models.CharField(choices=[('main', 'the menu or message itself'), ('greeting', 'greeting of a line'), ('closed', 'out of hours, at a line'), ('waiting', 'entering a queue'), ('connecting', 'an operator takes the call'), ('recorded', 'before a recorded conversation'), ('voicemail', 'before a message is left'), ('callback', 'after a call-back was asked for')], default='main', max_length=20, verbose_name='moment'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['caller_sid'], name='recording_caller'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['deleted_at', 'recorded_at'], name='recording_left'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['deletion_asked_at'], name='recording_unwanted'),
        ),
        migrations.AddIndex(
            model_name='voicemail',
            index=models.Index(fields=['deleted_at', 'left_at'], name='voicemail_left'),
        ),
        migrations.AddIndex(
            model_name='voicemail',
            index=models.Index(fields=['deletion_asked_at'], name='voicemail_unwanted'),
        ),
    ]
