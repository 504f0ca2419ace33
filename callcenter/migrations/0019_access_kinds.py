"""The record of access names the addresses of wall screens."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('callcenter', '0018_leaving_the_queue'),
    ]

    operations = [
        migrations.AlterField(
            model_name='accessrecord',
            name='kind',
            field=models.CharField(choices=[('login', 'logged in'), ('login-failed', 'log-in failed'), ('logout', 'logged out'), ('sessions-ended', 'sessions ended by an administrator'), ('wrong-pin', 'wrong PIN'), ('webhook-refused', 'webhook refused'), ('raw-request', 'raw request opened'), ('number-search', 'whole number searched'), ('caller-page', "caller's page opened"), ('caller-forgotten', 'caller forgotten'), ('numbers-forgotten', 'old numbers forgotten'), ('wall-address', 'address of a wall screen made')], max_length=20, verbose_name='what happened'),
        ),
    ]
