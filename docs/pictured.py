"""What is in the pictures: a working day of the demo that is under way at MOMENT.

An operator talks in the browser, others talk or wait by telephone, callers wait, and
people have worked through the callers who gave up. Needs the settings.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from callcenter import jobs
from callcenter.demo.past.days import Past, PastDay
from callcenter.demo.past.load import load_past
from callcenter.demo.setup.installation import LINE
from callcenter.demo.setup.second_line import add_second_line
from callcenter.desk import acts
from callcenter.events.eventfile import event_of_request
from callcenter.flow.plan import Plan
from callcenter.followup.acts import attempt
from callcenter.history.desk_states import Act
from callcenter.models import (
    AbandonedCall,
    Connection,
    FollowUpStep,
    Operator,
    Queue,
    QueueAtTwilio,
    WebhookEvent,
    WorkerJob,
    WorkerProcess,
)
from callcenter.upkeep.intake import load_events
from reports.models import WallScreen

# Half past two in Tokyo on a Tuesday.
MOMENT = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)
DAYS, SEED = 15, 1
# Played on, so that at MOMENT nobody hangs up because the past is about to end.
_PLAYED_ON = timedelta(minutes=20)
# A Friday; the day before MOMENT was a holiday.
REPORTED_DAY = MOMENT.date() - timedelta(days=4)

BOSS, SITTER = "kato", "agent_01"
PASSWORD = "for-pictures-only"  # noqa: S105 -- of a temporary database

_TEXTS = {
    "en": {
        "boss": "Kato",
        "wall": "MiniCC customer center",
        "now": "The invoice for November has not arrived. Same mail address.",
        "then": "Asked how to log in. Sent the link.",
    },
    "ja": {
        "boss": "加藤",
        "wall": "ミニCC お客様センター",
        "now": "11月分の請求書が届いていない。登録メールは変更なし。",
        "then": "ログイン方法のお問い合わせ。案内メールを送付。",
    },
}
_CALLER_LEG, _OPERATOR_LEG = "CA" + "c" * 32, "CA" + "a" * 32


class _UnderWay(Past):
    """A past of which only what came until MOMENT is known."""

    def played(self, plan: Plan) -> Iterator[PastDay]:
        for day in super().played(plan):
            known = [event for event in day.events if event.received_at <= MOMENT]
            yield replace(day, events=known)


def fill() -> None:
    """Make the installation, its accounts, its past and what is under way."""
    call_command("migrate", verbosity=0)
    until = MOMENT + _PLAYED_ON
    past = _UnderWay(SEED, DAYS, until, ZoneInfo(settings.TIME_ZONE))
    add_second_line(past.holidays)
    # The past shares its callers among all accounts: the operator's comes later.
    User.objects.create_superuser(BOSS, password=PASSWORD, first_name=text("boss"))
    load_past(past)
    sitter = _account_of_operator()
    caller = _known_caller()
    _talk(caller)
    _two_wait()
    _work_on_another(sitter, caller)
    _let_worker_have_worked()


def text(name: str) -> str:
    """One of the texts that people of this installation have written."""
    return _TEXTS[settings.LANGUAGE_CODE][name]


def address_of_wall() -> str:
    """The address of a new wall screen, in dark colours."""
    last = MOMENT.date() + timedelta(days=365)
    language = settings.LANGUAGE_CODE
    screen = WallScreen(name=text("wall"), language=language, expires_on=last)
    token = screen.renew()
    screen.save()
    return f"/wall/{token}/?theme=dark"


def _account_of_operator() -> User:
    operator = Operator.objects.get(client_identity=SITTER)
    sitter = User.objects.create_user(
        SITTER, password=PASSWORD, is_staff=True, first_name=operator.name
    )
    sitter.groups.set(Group.objects.filter(name="Operator"))
    operator.user = sitter
    operator.save()
    return sitter


def _known_caller() -> str:
    """Who gave up today, and had been answered before."""
    answered = Connection.objects.filter(connected_at__lt=MOMENT - timedelta(days=1))
    known = answered.values("entry__call__caller")
    to_do = AbandonedCall.objects.to_ring_back().filter(caller__in=known)
    return to_do.order_by("-abandoned_at")[0].caller


def _talk(caller: str) -> None:
    """The operator in the browser has taken the caller 161 s ago and notes why."""
    operator = Operator.objects.get(client_identity=SITTER)
    name = acts.name_of(operator)
    for seconds, act in ((1600, Act.SIGNED_IN), (900, Act.READY)):
        acts.keep_act(name, act, MOMENT - timedelta(seconds=seconds))
    leg = {"CallSid": _OPERATOR_LEG, "From": name, "To": ""}
    waits = [_wait("support", ago, _CALLER_LEG, caller, 237) for ago in (237, 200, 166)]
    load_events(
        [
            _event(900, "client/", "operator", **leg),
            _event(899, "operator/?step=1", "dial:support", **leg),
            *_arrival("support", "1", 237, _CALLER_LEG, caller),
            *waits,
            _event(
                161,
                "connect/?queue=support",
                "announce",
                CallSid=_CALLER_LEG,
                From=caller,
                QueueTime="76",
                DequeingCallSid=_OPERATOR_LEG,
            ),
        ]
    )
    before = Connection.objects.filter(entry__call__caller=caller)
    earlier, now = before.order_by("connected_at")[0], before.get(operator=name)
    _note(earlier, "question", text("then"), earlier.ended_at or MOMENT)
    _note(now, "invoice", text("now"), MOMENT - timedelta(seconds=20))


def _note(talk: Connection, code: str, note: str, at: datetime) -> None:
    call, leg = talk.entry.call.sid, talk.operator_call_sid
    acts.keep_wrap_up(call, leg, code, note, at)


def _two_wait() -> None:
    """Two callers wait in a queue whose operators all talk."""
    events = []
    for number, since in ((1, 96), (2, 22)):
        sid, caller = "CA" + f"{number}" * 32, f"+81500000030{number}"
        events += _arrival("sales", "3", since, sid, caller)
        events += [_wait("sales", ago, sid, caller, since) for ago in (since, 4)]
    load_events(events)


def _arrival(
    queue: str, key: str, ago: int, sid: str, caller: str
) -> list[WebhookEvent]:
    leg = {"CallSid": sid, "From": caller}
    return [
        _event(ago + 12, "incoming/", "menu:main", CallStatus="ringing", **leg),
        _event(ago + 1, "menu/main/?step=1", f"enqueue:{queue}/1", Digits=key, **leg),
    ]


def _wait(queue: str, ago: int, sid: str, caller: str, since: int) -> WebhookEvent:
    return _event(
        ago,
        f"wait/{queue}/1/?step=2",
        "hold",
        CallSid=sid,
        From=caller,
        QueueTime=str(since - ago),
        QueuePosition="1",
    )


def _event(ago: int, path: str, decision: str, **params: str) -> WebhookEvent:
    """What Twilio asked so many seconds before MOMENT."""
    form: dict[str, Any] = {
        "To": LINE,
        "Direction": "inbound",
        "CallStatus": "in-progress",
    }
    return event_of_request(
        path=f"/twilio/{path}",
        form=form | params,
        received_at=MOMENT - timedelta(seconds=ago),
        decision=decision,
    )


def _work_on_another(sitter: User, caller: str) -> None:
    """The operator has tried to ring back the oldest other caller of today."""
    today = MOMENT - timedelta(hours=5)
    to_do = AbandonedCall.objects.to_ring_back().filter(abandoned_at__gt=today)
    other = to_do.exclude(caller=caller).order_by("abandoned_at")[0].caller
    attempt(other, sitter, FollowUpStep.Result.NO_ANSWER)


def _let_worker_have_worked() -> None:
    """As if a worker had run: none does, as it would do its jobs at its own times."""
    begun, seen = MOMENT - timedelta(days=2, hours=3), MOMENT - timedelta(seconds=4)
    WorkerProcess.objects.create(name="cc1:4711", started_at=begun, seen_at=seen)
    for place, job in enumerate(job for job in jobs.all_jobs() if job.is_on()):
        ago = timedelta(hours=10) if job.is_daily else timedelta(seconds=20 + place)
        WorkerJob.objects.create(
            name=job.name, done_at=MOMENT - ago, seconds=0.1 * (place + 1)
        )
    for queue in Queue.objects.all():
        QueueAtTwilio.objects.create(queue=queue, checked_at=seen)
