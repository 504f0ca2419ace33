"""Which reports are due, of which days, and what becomes of a delivery in time."""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from callcenter import jobs
from reports.daily.spans import Kind, Span
from reports.delivery import times
from reports.models import Delivery, ScheduledReport
from reports.models.schedules import SENT_TO
from reports.pages.schedule_link import DAILY_REPORT
from reports.query.named_periods import days_named

State = Delivery.State
SEND = "send-reports"
# What is being sent for so long was interrupted: a server has a few answers to give,
# and each of them takes 20 s at most.
SENDING_FOR = timedelta(minutes=10)
# How long the pages show what was sent.
KEPT_FOR = timedelta(days=90)
# Which period of the daily report a named period is.
_KINDS = {"week": Kind.WEEK, "month": Kind.MONTH}


def plan(now: datetime) -> None:
    """Add the deliveries that have become due, each once whoever asks.

    Of the times that were missed only the last one, and that not when it is too old.
    Raises django.db.Error.
    """
    zone = timezone.get_default_timezone()
    for schedule in ScheduledReport.objects.filter(is_active=True):
        due = times.last_time(schedule.frequency, schedule.hour, zone, now)
        if due <= schedule.since or not times.is_worth_it(schedule.frequency, due, now):
            continue
        first, last = days_of(schedule, due.astimezone(zone).date())
        Delivery.objects.get_or_create(
            schedule=schedule,
            planned_at=due,
            defaults={"first": first, "last": last, "next_at": now},
        )
    Delivery.objects.filter(planned_at__lt=now - KEPT_FOR).delete()


def send_now(schedule: ScheduledReport, now: datetime) -> Delivery:
    """Let a report be sent at once, beside its times; one that waits is hurried up."""
    zone = timezone.get_default_timezone()
    waiting = schedule.deliveries.filter(state=State.WAITING).first()
    if waiting is not None:
        Delivery.objects.filter(pk=waiting.pk, state=State.WAITING).update(next_at=now)
    else:
        first, last = days_of(schedule, now.astimezone(zone).date())
        waiting = Delivery.objects.create(
            schedule=schedule, planned_at=now, first=first, last=last, next_at=now
        )
    jobs.ask_soon(SEND)
    return waiting


def again(delivery: Delivery, now: datetime) -> bool:
    """Let one that is over be tried again, for those who have not got it.

    False if it is not over yet.
    """
    answers = {
        address: said for address, said in delivery.answers.items() if said == SENT_TO
    }
    changed = Delivery.objects.filter(
        Q(state=State.FAILED) | Q(state=State.SENT), pk=delivery.pk
    ).update(
        state=State.WAITING,
        next_at=now,
        tries=0,
        asked_at=now,
        problem="",
        said="",
        answers=answers,
    )
    jobs.ask_soon(SEND)
    return changed == 1


def due(now: datetime) -> QuerySet[Delivery]:
    """The deliveries to be tried now, and those whose sending was interrupted."""
    is_open = Q(state__in=(State.WAITING, State.SENDING))
    return Delivery.objects.filter(is_open, next_at__lte=now)


def days_of(schedule: ScheduledReport, today: date) -> tuple[date, date]:
    """The first and the last day of the report, seen from a day."""
    if schedule.report == DAILY_REPORT:
        first, _last = days_named(schedule.period, today)
        span = span_of(schedule.period, first)
        return span.first, span.last
    return days_named(schedule.period, today)


def kind_of(period: str) -> Kind:
    """Whether the daily report of a named period is that of a day, week or month."""
    return _KINDS.get(period.rpartition("-")[2], Kind.DAY)


def span_of(period: str, first: date) -> Span:
    """The period of the daily report that has a name, and begins with a day."""
    return Span.of(kind_of(period), first)
