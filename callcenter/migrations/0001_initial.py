import callcenter.models.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Menu',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=64, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('timeout_seconds', models.PositiveSmallIntegerField(default=10, help_text='Seconds without a key until the menu goes on by itself.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='silence')),
                ('tries', models.PositiveSmallIntegerField(default=3, help_text="After so many wrong keys the caller goes to the line's queue.", validators=[django.core.validators.MinValueValidator(1)], verbose_name='tries')),
            ],
            options={
                'verbose_name': 'menu',
                'verbose_name_plural': 'menus',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=64, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Queue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=64, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('twilio_sid', callcenter.models.fields.SidField(blank=True, validators=[django.core.validators.RegexValidator('^QU[0-9a-fA-F]{32}$', 'A queue SID is QU and 32 hexadecimal digits.')], verbose_name='queue SID at Twilio')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('priority', models.PositiveSmallIntegerField(default=10, help_text='Operators of several queues serve the smallest number first.', verbose_name='priority')),
                ('max_wait_seconds', models.PositiveIntegerField(default=600, help_text='Seconds; then the caller hears an apology and the call ends.', validators=[django.core.validators.MinValueValidator(30)], verbose_name='maximum wait')),
                ('wrapup_seconds', models.PositiveSmallIntegerField(default=5, help_text='Seconds an operator has between two calls.', verbose_name='wrap-up')),
                ('leaves_when_unstaffed', models.BooleanField(default=False, help_text='Otherwise the caller is told so and may wait on.', verbose_name='leave when nobody is signed in')),
            ],
            options={
                'verbose_name': 'queue',
                'verbose_name_plural': 'queues',
                'ordering': ['priority', 'name'],
            },
        ),
        migrations.CreateModel(
            name='SetupVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveBigIntegerField(default=0, verbose_name='version')),
            ],
            options={
                'verbose_name': 'setup version',
                'verbose_name_plural': 'setup versions',
            },
        ),
        migrations.CreateModel(
            name='WrapUpCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=64, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'wrap-up code',
                'verbose_name_plural': 'wrap-up codes',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sid', callcenter.models.fields.SidField(unique=True, verbose_name='call SID')),
                ('kind', models.CharField(choices=[('customer', 'customer'), ('operator', 'operator'), ('outbound', 'outbound')], default='customer', max_length=20, verbose_name='kind')),
                ('direction', models.CharField(blank=True, max_length=32, verbose_name='direction')),
                ('from_raw', models.CharField(blank=True, max_length=255, verbose_name='from, as sent')),
                ('to_raw', models.CharField(blank=True, max_length=255, verbose_name='to, as sent')),
                ('caller', models.CharField(blank=True, max_length=16, verbose_name='caller')),
                ('caller_reversed', models.CharField(blank=True, editable=False, max_length=16)),
                ('line', models.CharField(blank=True, max_length=16, verbose_name='line')),
                ('status', models.CharField(blank=True, max_length=20, verbose_name='status')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('duration_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='duration')),
                ('heard_at', models.DateTimeField(blank=True, help_text='The last request.', null=True, verbose_name='last heard of')),
                ('outcome', models.CharField(blank=True, choices=[('answered', 'answered'), ('abandoned', 'abandoned'), ('short_abandoned', 'short abandoned'), ('overflowed', 'overflowed'), ('blocked', 'blocked'), ('failed', 'failed'), ('unknown', 'unknown'), ('self_service', 'self-service'), ('ivr_abandoned', 'hung up in the menu'), ('closed', 'out of hours'), ('rejected', 'rejected')], max_length=20, verbose_name='outcome')),
                ('disconnected_by', models.CharField(blank=True, choices=[('caller', 'caller'), ('operator', 'operator'), ('system', 'system')], max_length=20, verbose_name='ended by')),
                ('ivr_path', models.TextField(blank=True, verbose_name='IVR path')),
                ('ivr_step_count', models.PositiveIntegerField(default=0, verbose_name='IVR steps')),
                ('entry_count', models.PositiveIntegerField(default=0, verbose_name='queue entries')),
                ('connection_count', models.PositiveIntegerField(default=0, verbose_name='connections')),
                ('wait_seconds', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='wait')),
                ('talk_seconds', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='talk')),
                ('sealed_at', models.DateTimeField(blank=True, null=True, verbose_name='sealed at')),
                ('entries_fingerprint', callcenter.models.fields.AsciiField(blank=True, editable=False, max_length=16)),
                ('ivr_steps_fingerprint', callcenter.models.fields.AsciiField(blank=True, editable=False, max_length=16)),
                ('states_fingerprint', callcenter.models.fields.AsciiField(blank=True, editable=False, max_length=16)),
            ],
            options={
                'verbose_name': 'call',
                'verbose_name_plural': 'calls',
                'ordering': ['-started_at', '-id'],
                'permissions': [('view_numbers', "Can see callers' numbers")],
                'indexes': [models.Index(fields=['started_at'], name='call_started_at'), models.Index(fields=['kind', 'started_at'], name='call_kind_started_at'), models.Index(fields=['caller', 'started_at'], name='call_caller'), models.Index(fields=['caller_reversed'], name='call_caller_reversed'), models.Index(fields=['line', 'started_at'], name='call_line'), models.Index(fields=['outcome', 'started_at'], name='call_outcome')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_at', None), ('started_at', None), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='call_ends_after_starting')],
            },
        ),
        migrations.CreateModel(
            name='AbandonedCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visit', models.PositiveSmallIntegerField(verbose_name='visit')),
                ('queue', models.CharField(max_length=64, verbose_name='queue')),
                ('caller', models.CharField(blank=True, max_length=16, verbose_name='caller')),
                ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ('abandoned_at', models.DateTimeField(verbose_name='abandoned at')),
                ('wait_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='wait')),
                ('position', models.PositiveIntegerField(blank=True, null=True, verbose_name='position')),
                ('ivr_path', models.TextField(blank=True, verbose_name='IVR path')),
                ('recovered_at', models.DateTimeField(blank=True, null=True, verbose_name='recovered at')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='withdrawn')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='abandoned_calls', to='callcenter.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'abandoned call',
                'verbose_name_plural': 'abandoned calls',
                'ordering': ['-abandoned_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'open'), ('in_progress', 'in progress'), ('reached', 'reached'), ('closed', 'closed')], default='open', max_length=20, verbose_name='state')),
                ('claimed_at', models.DateTimeField(blank=True, null=True, verbose_name='claimed at')),
                ('handled_at', models.DateTimeField(blank=True, null=True, verbose_name='handled at')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('abandoned_call', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='follow_up', to='callcenter.abandonedcall', verbose_name='abandoned call')),
                ('claimed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='claimed by')),
                ('handled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'permissions': [('release_claims', 'Can release claims of others')],
            },
        ),
        migrations.CreateModel(
            name='FollowUpStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('claimed', 'claimed'), ('released', 'released'), ('attempt', 'rang back'), ('note', 'note'), ('closed', 'closed'), ('reopened', 'reopened')], max_length=20, verbose_name='act')),
                ('result', models.CharField(blank=True, choices=[('reached', 'reached'), ('no_answer', 'no answer'), ('busy', 'busy'), ('left_message', 'left a message'), ('not_in_service', 'number not in service'), ('wrong_number', 'wrong number')], max_length=20, verbose_name='result')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='callcenter.followup', verbose_name='follow-up')),
            ],
            options={
                'verbose_name': 'follow-up step',
                'verbose_name_plural': 'follow-up steps',
                'ordering': ['made_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='IvrStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveIntegerField(verbose_name='step')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('menu', models.CharField(max_length=64, verbose_name='menu')),
                ('input', models.CharField(blank=True, max_length=255, verbose_name='input')),
                ('led_to', models.CharField(blank=True, max_length=255, verbose_name='led to')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ivr_steps', to='callcenter.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'IVR step',
                'verbose_name_plural': 'IVR steps',
                'ordering': ['-asked_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Operator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('number', models.CharField(blank=True, max_length=16, null=True, unique=True, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{1,14}\\Z', 'Write the number with + and country code, such as +81312345678.')], verbose_name='telephone number')),
                ('client_identity', models.CharField(blank=True, max_length=121, null=True, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9_]{1,121}$', 'A client identity has letters, digits and underscores, 121 at most.')], verbose_name='browser identity')),
                ('pin', models.CharField(blank=True, editable=False, max_length=128, verbose_name='PIN')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='operator', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'operator',
                'verbose_name_plural': 'operators',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='OperatorState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator', models.CharField(max_length=255, verbose_name='operator')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('state', models.CharField(choices=[('ready', 'ready'), ('talking', 'talking'), ('wrap_up', 'wrap-up'), ('not_ready', 'not ready'), ('signed_out', 'signed out')], max_length=20, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=64, verbose_name='reason')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='operator_states', to='callcenter.call', verbose_name='leg')),
            ],
            options={
                'verbose_name': 'operator state',
                'verbose_name_plural': 'operator states',
                'ordering': ['-started_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='PhoneLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=16, unique=True, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{1,14}\\Z', 'Write the number with + and country code, such as +81312345678.')], verbose_name='number')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_default', models.BooleanField(default=False, help_text='Answers calls to numbers nobody has set up.', verbose_name='default line')),
                ('language', models.CharField(choices=[('ja', 'Japanese'), ('en', 'English')], default='ja', max_length=2, verbose_name='language')),
                ('fallback_number', models.CharField(blank=True, help_text='Dialled when MiniCC cannot answer; empty for an apology.', max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{1,14}\\Z', 'Write the number with + and country code, such as +81312345678.')], verbose_name='fallback number')),
                ('menu', models.ForeignKey(blank=True, help_text='Without one callers go straight to the queue.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='callcenter.menu', verbose_name='menu')),
                ('queue', models.ForeignKey(help_text='Where silence and repeated wrong keys lead.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='callcenter.queue', verbose_name='queue')),
            ],
            options={
                'verbose_name': 'phone line',
                'verbose_name_plural': 'phone lines',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('line', models.ForeignKey(blank=True, help_text='Empty for all lines.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='holidays', to='callcenter.phoneline', verbose_name='line')),
            ],
            options={
                'verbose_name': 'holiday',
                'verbose_name_plural': 'holidays',
                'ordering': ['-date'],
            },
        ),
        migrations.CreateModel(
            name='BusinessHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], verbose_name='weekday')),
                ('opens_at', models.TimeField(verbose_name='opens at')),
                ('closes_at', models.TimeField(help_text='00:00 is the end of the day.', verbose_name='closes at')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='callcenter.phoneline', verbose_name='line')),
            ],
            options={
                'verbose_name': 'business hours',
                'verbose_name_plural': 'business hours',
                'ordering': ['line', 'weekday', 'opens_at'],
            },
        ),
        migrations.CreateModel(
            name='Prompt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('main', 'the menu or message itself'), ('greeting', 'greeting of a line'), ('closed', 'out of hours, at a line'), ('waiting', 'entering a queue'), ('connecting', 'an operator takes the call')], default='main', max_length=20, verbose_name='moment')),
                ('language', models.CharField(choices=[('ja', 'Japanese'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('audio_url', models.URLField(blank=True, help_text='MP3 or WAV; heard before the text.', verbose_name='audio file')),
                ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='prompts', to='callcenter.phoneline', verbose_name='line')),
                ('menu', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='prompts', to='callcenter.menu', verbose_name='menu')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='prompts', to='callcenter.message', verbose_name='message')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='prompts', to='callcenter.queue', verbose_name='queue')),
            ],
            options={
                'verbose_name': 'prompt',
                'verbose_name_plural': 'prompts',
                'ordering': ['purpose', 'language'],
            },
        ),
        migrations.CreateModel(
            name='OperatorQueue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='serves', to='callcenter.operator', verbose_name='operator')),
                ('queue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='callcenter.queue', verbose_name='queue')),
            ],
            options={
                'verbose_name': 'queue of an operator',
                'verbose_name_plural': 'queues of an operator',
            },
        ),
        migrations.AddField(
            model_name='operator',
            name='queues',
            field=models.ManyToManyField(related_name='operators', through='callcenter.OperatorQueue', to='callcenter.queue', verbose_name='queues'),
        ),
        migrations.CreateModel(
            name='MenuOption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('input', models.CharField(choices=[('1', '1'), ('2', '2'), ('3', '3'), ('4', '4'), ('5', '5'), ('6', '6'), ('7', '7'), ('8', '8'), ('9', '9'), ('0', '0'), ('*', '*'), ('#', '#'), ('silence', 'no key'), ('wrong', 'any other key')], max_length=10, verbose_name='input')),
                ('action', models.CharField(choices=[('queue', 'queue'), ('menu', 'menu'), ('message', 'message'), ('end', 'end of the call')], max_length=10, verbose_name='action')),
                ('language', models.CharField(blank=True, choices=[('ja', 'Japanese'), ('en', 'English')], max_length=2, verbose_name='language from here on')),
                ('menu', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='callcenter.menu', verbose_name='menu')),
                ('next_menu', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='callcenter.menu', verbose_name='next menu')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='callcenter.message', verbose_name='message')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='callcenter.queue', verbose_name='queue')),
            ],
            options={
                'verbose_name': 'menu option',
                'verbose_name_plural': 'menu options',
                'ordering': ['menu', 'input'],
            },
        ),
        migrations.CreateModel(
            name='QueueEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visit', models.PositiveSmallIntegerField(verbose_name='visit')),
                ('queue', models.CharField(max_length=64, verbose_name='queue')),
                ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ('entered_quarter', models.PositiveIntegerField(editable=False)),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='left at')),
                ('wait_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='wait')),
                ('outcome', models.CharField(choices=[('waiting', 'waiting'), ('answered', 'answered'), ('abandoned', 'abandoned'), ('short_abandoned', 'short abandoned'), ('overflowed', 'overflowed'), ('blocked', 'blocked'), ('failed', 'failed'), ('unknown', 'unknown')], default='waiting', max_length=20, verbose_name='outcome')),
                ('overflow_reason', models.CharField(blank=True, choices=[('max_wait', 'maximum wait'), ('closed', 'closed'), ('key', 'key pressed'), ('voicemail', 'voicemail'), ('callback', 'callback'), ('external', 'moved from outside'), ('other', 'other')], max_length=20, verbose_name='overflow reason')),
                ('queue_result', models.CharField(blank=True, max_length=64, verbose_name="Twilio's result")),
                ('position', models.PositiveIntegerField(blank=True, null=True, verbose_name='position')),
                ('target_seconds', models.PositiveIntegerField(help_text='Seconds, as valid at entering.', verbose_name='service level threshold')),
                ('is_inferred', models.BooleanField(default=False, verbose_name='inferred')),
                ('is_lost_while_connecting', models.BooleanField(default=False, verbose_name='lost while connecting')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='queue_entries', to='callcenter.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'queue entry',
                'verbose_name_plural': 'queue entries',
                'ordering': ['-entered_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_call_sid', callcenter.models.fields.SidField(verbose_name='operator leg')),
                ('operator', models.CharField(blank=True, max_length=255, verbose_name='operator')),
                ('connected_at', models.DateTimeField(verbose_name='connected at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('talk_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='talk')),
                ('talk_source', models.CharField(blank=True, choices=[('dial', "operator's Dial action"), ('exit', 'moments of the requests')], max_length=20, verbose_name='source of talk time')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='connections', to='callcenter.queueentry', verbose_name='queue entry')),
            ],
            options={
                'verbose_name': 'connection',
                'verbose_name_plural': 'connections',
                'ordering': ['-connected_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='CallbackRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caller', models.CharField(blank=True, max_length=16, verbose_name='caller')),
                ('requested_at', models.DateTimeField(verbose_name='requested at')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='callback_request', to='callcenter.queueentry', verbose_name='queue entry')),
            ],
            options={
                'verbose_name': 'callback request',
                'verbose_name_plural': 'callback requests',
                'ordering': ['-requested_at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='abandonedcall',
            name='entry',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='abandoned_call', to='callcenter.queueentry', verbose_name='queue entry'),
        ),
        migrations.CreateModel(
            name='QueueThreshold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(help_text='Local day.', verbose_name='valid from')),
                ('target_seconds', models.PositiveIntegerField(default=20, help_text='Seconds.', verbose_name='service level threshold (T)')),
                ('short_abandon_seconds', models.PositiveIntegerField(default=5, help_text='Seconds.', verbose_name='short-abandon threshold (S)')),
                ('queue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='thresholds', to='callcenter.queue', verbose_name='queue')),
            ],
            options={
                'verbose_name': 'queue threshold',
                'verbose_name_plural': 'queue thresholds',
                'ordering': ['queue', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='Recording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recording_sid', callcenter.models.fields.SidField(verbose_name='recording SID')),
                ('recorded_at', models.DateTimeField(blank=True, null=True, verbose_name='recorded at')),
                ('duration_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='length')),
                ('source', models.CharField(blank=True, max_length=64, verbose_name='source')),
                ('url', models.TextField(blank=True, verbose_name='address')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recordings', to='callcenter.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'recording',
                'verbose_name_plural': 'recordings',
                'ordering': ['-recorded_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Voicemail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recording_sid', callcenter.models.fields.SidField(verbose_name='recording SID')),
                ('visit', models.PositiveSmallIntegerField(verbose_name='visit')),
                ('queue', models.CharField(max_length=64, verbose_name='queue')),
                ('left_at', models.DateTimeField(verbose_name='left at')),
                ('duration_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='length')),
                ('url', models.TextField(blank=True, verbose_name='address')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voicemails', to='callcenter.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'voicemail',
                'verbose_name_plural': 'voicemails',
                'ordering': ['-left_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='WebhookEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dedup_key', callcenter.models.fields.AsciiField(max_length=64, unique=True, verbose_name='repeat key')),
                ('token', models.CharField(blank=True, max_length=255, verbose_name='idempotency token')),
                ('received_at', models.DateTimeField(help_text='Earliest receipt of this request.', verbose_name='received at')),
                ('kind', models.CharField(choices=[('incoming', 'incoming call'), ('menu', 'menu input'), ('wait', 'waiting'), ('queue-exit', 'left the queue'), ('connect', 'operator takes the caller'), ('operator', 'operator asks for calls'), ('operator-done', "operator's conversation over"), ('client', 'browser call'), ('voicemail', 'voicemail left'), ('recording', 'recording state'), ('status', 'call status'), ('fallback', 'fallback'), ('internal', 'internal event')], max_length=20, verbose_name='kind')),
                ('path', models.TextField(verbose_name='path')),
                ('call_sid', callcenter.models.fields.SidField(blank=True, verbose_name='call SID')),
                ('other_sid', callcenter.models.fields.SidField(blank=True, verbose_name='other leg')),
                ('queue', models.CharField(blank=True, max_length=64, verbose_name='queue')),
                ('visit', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='visit')),
                ('menu', models.CharField(blank=True, max_length=64, verbose_name='menu')),
                ('step', models.PositiveIntegerField(blank=True, null=True, verbose_name='step')),
                ('input', models.CharField(blank=True, max_length=255, verbose_name='input')),
                ('position', models.PositiveIntegerField(blank=True, null=True, verbose_name='position')),
                ('queue_time_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='time in queue')),
                ('result', models.CharField(blank=True, max_length=64, verbose_name='result')),
                ('is_bridged', models.BooleanField(blank=True, null=True, verbose_name='bridged')),
                ('params', models.JSONField(default=dict, verbose_name='form')),
                ('decision', models.CharField(blank=True, max_length=255, verbose_name='decision')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('derived_at', models.DateTimeField(blank=True, null=True, verbose_name='derived at')),
                ('derivation_error', models.TextField(blank=True, verbose_name='derivation error')),
            ],
            options={
                'verbose_name': 'webhook event',
                'verbose_name_plural': 'webhook events',
                'ordering': ['-received_at', '-id'],
                'indexes': [models.Index(fields=['call_sid', 'kind', 'received_at'], name='event_call'), models.Index(fields=['other_sid', 'kind', 'received_at'], name='event_other_leg'), models.Index(fields=['received_at'], name='event_received_at'), models.Index(fields=['derived_at'], name='event_derived_at')],
            },
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_progress'), _negated=True), ('claimed_at__isnull', False), _connector='OR'), name='follow_up_in_progress_is_claimed'),
        ),
        migrations.AddIndex(
            model_name='ivrstep',
            index=models.Index(fields=['asked_at'], name='ivr_step_asked_at'),
        ),
        migrations.AddIndex(
            model_name='ivrstep',
            index=models.Index(fields=['menu', 'asked_at'], name='ivr_step_menu'),
        ),
        migrations.AddConstraint(
            model_name='ivrstep',
            constraint=models.UniqueConstraint(fields=('call', 'step'), name='ivr_step_is_one_of_a_call'),
        ),
        migrations.AddIndex(
            model_name='operatorstate',
            index=models.Index(fields=['operator', 'started_at'], name='state_operator'),
        ),
        migrations.AddIndex(
            model_name='operatorstate',
            index=models.Index(fields=['started_at'], name='state_started_at'),
        ),
        migrations.AddIndex(
            model_name='operatorstate',
            index=models.Index(fields=['ended_at', 'state'], name='state_open'),
        ),
        migrations.AddConstraint(
            model_name='operatorstate',
            constraint=models.UniqueConstraint(fields=('call', 'started_at'), name='state_starts_once_in_a_leg'),
        ),
        migrations.AddConstraint(
            model_name='operatorstate',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='state_ends_after_starting'),
        ),
        migrations.AddIndex(
            model_name='holiday',
            index=models.Index(fields=['date'], name='holiday_date'),
        ),
        migrations.AddConstraint(
            model_name='businesshours',
            constraint=models.UniqueConstraint(fields=('line', 'weekday', 'opens_at'), name='hours_open_once'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.UniqueConstraint(fields=('menu', 'purpose', 'language'), name='prompt_is_one_of_menu'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.UniqueConstraint(fields=('message', 'purpose', 'language'), name='prompt_is_one_of_message'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.UniqueConstraint(fields=('queue', 'purpose', 'language'), name='prompt_is_one_of_queue'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.UniqueConstraint(fields=('line', 'purpose', 'language'), name='prompt_is_one_of_line'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('audio_url', ''), _negated=True), _connector='OR'), name='prompt_is_heard', violation_error_message='Give a text or an audio file.'),
        ),
        migrations.AddConstraint(
            model_name='operatorqueue',
            constraint=models.UniqueConstraint(fields=('operator', 'queue'), name='operator_serves_a_queue_once'),
        ),
        migrations.AddConstraint(
            model_name='operator',
            constraint=models.CheckConstraint(condition=models.Q(('number__isnull', False), ('client_identity__isnull', False), _connector='OR'), name='operator_can_be_recognised', violation_error_message='Give a telephone number or a browser identity.'),
        ),
        migrations.AddConstraint(
            model_name='menuoption',
            constraint=models.UniqueConstraint(fields=('menu', 'input'), name='option_is_one_input_of_a_menu'),
        ),
        migrations.AddConstraint(
            model_name='menuoption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'queue'), ('queue__isnull', False)), models.Q(('action', 'menu'), ('next_menu__isnull', False)), models.Q(('action', 'message'), ('message__isnull', False)), ('action', 'end'), _connector='OR'), name='option_names_where_it_leads'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(fields=['entered_at'], name='entry_entered_at'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(fields=['queue', 'entered_at'], name='entry_queue'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(fields=['outcome', 'entered_at'], name='entry_outcome'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(fields=['entered_quarter', 'queue'], name='entry_quarter'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.UniqueConstraint(fields=('call', 'visit'), name='entry_is_one_visit_of_a_call'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(('left_at', None), ('left_at__gte', models.F('entered_at')), _connector='OR'), name='entry_leaves_after_entering'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', 'overflowed'), ('overflow_reason', ''), _connector='OR'), name='entry_has_a_reason_when_overflowed'),
        ),
        migrations.AddIndex(
            model_name='connection',
            index=models.Index(fields=['connected_at'], name='connection_connected_at'),
        ),
        migrations.AddIndex(
            model_name='connection',
            index=models.Index(fields=['operator', 'connected_at'], name='connection_operator'),
        ),
        migrations.AddIndex(
            model_name='connection',
            index=models.Index(fields=['operator_call_sid'], name='connection_leg'),
        ),
        migrations.AddConstraint(
            model_name='connection',
            constraint=models.UniqueConstraint(fields=('entry', 'operator_call_sid'), name='connection_is_one_leg_of_an_entry'),
        ),
        migrations.AddConstraint(
            model_name='connection',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('connected_at')), _connector='OR'), name='connection_ends_after_connecting'),
        ),
        migrations.AddIndex(
            model_name='callbackrequest',
            index=models.Index(fields=['requested_at'], name='callback_requested_at'),
        ),
        migrations.AddIndex(
            model_name='abandonedcall',
            index=models.Index(fields=['entered_at'], name='abandoned_entered_at'),
        ),
        migrations.AddIndex(
            model_name='abandonedcall',
            index=models.Index(fields=['abandoned_at'], name='abandoned_abandoned_at'),
        ),
        migrations.AddIndex(
            model_name='abandonedcall',
            index=models.Index(fields=['caller', 'abandoned_at'], name='abandoned_caller'),
        ),
        migrations.AddConstraint(
            model_name='abandonedcall',
            constraint=models.UniqueConstraint(fields=('call', 'visit'), name='abandoned_is_one_visit_of_a_call'),
        ),
        migrations.AddConstraint(
            model_name='abandonedcall',
            constraint=models.CheckConstraint(condition=models.Q(('recovered_at', None), ('recovered_at__gt', models.F('abandoned_at')), _connector='OR'), name='abandoned_is_recovered_afterwards'),
        ),
        migrations.AddConstraint(
            model_name='queuethreshold',
            constraint=models.UniqueConstraint(fields=('queue', 'valid_from'), name='threshold_changes_once_a_day'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['recorded_at'], name='recording_recorded_at'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.UniqueConstraint(fields=('recording_sid', 'call'), name='recording_is_one_of_a_call'),
        ),
        migrations.AddIndex(
            model_name='voicemail',
            index=models.Index(fields=['left_at'], name='voicemail_left_at'),
        ),
        migrations.AddConstraint(
            model_name='voicemail',
            constraint=models.UniqueConstraint(fields=('recording_sid', 'call'), name='voicemail_is_one_of_a_call'),
        ),
    ]
