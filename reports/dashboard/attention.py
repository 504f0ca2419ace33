"""What somebody has to see to now, worst first, each with the page that shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from callcenter import presence
from callcenter.models import OperatorState, QueueEntry, WebhookEvent
from callcenter.presence import Waiting
from reports.models import Delivery, ScheduledReport
from reports.pages import schedule_link
from reports.present import formats, names
from reports.present.links import list_url, report_url
from reports.present.meters import state
from reports.present.names import Names
from reports.query.at_work import queues_by_operator
from reports.query.measures import rate
from reports.query.selection import Selection
from reports.query.tally import Tally
from reports.query.targets import Targets
from reports.query.thresholds import threshold_by_queue

State = OperatorState.State
MOST = 5
# How often the service level threshold a caller waits before it is said.
TOO_LONG = 3
# Of fewer entries a service level says little.
FEW = 10
# Requests that are derived within this time are only under way.
UNDER_WAY = timedelta(minutes=1)
# Requests are stored with the numbers of callers.
_SEES_REQUESTS = ("callcenter.view_webhookevent", "callcenter.view_numbers")


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to see to: what it is, more about it, and where it is seen."""

    text: str
    note: str
    url: str
    is_bad: bool


def matters(
    user: User | AnonymousUser,
    now: datetime,
    waiting: Mapping[str, Waiting],
    to_ring_back: int,
    today: Mapping[str, Tally],
    targets: Targets,
) -> list[Matter]:
    """So many at most; `waiting` is who waits in which queue, by `presence`.

    `today` is what the entries of each queue add up to.
    """
    named = names.queues()
    found = [
        *_queues(user, now, waiting, named),
        *_callers(to_ring_back),
        *_levels(now, today, targets, named),
        *_lost_ends(now),
        *(_pending(now) if user.has_perms(_SEES_REQUESTS) else ()),
        *(_not_sent() if user.has_perm(schedule_link.PERMISSION) else ()),
    ]
    return sorted(found, key=lambda each: not each.is_bad)[:MOST]


def _queues(
    user: User | AnonymousUser,
    now: datetime,
    waiting: Mapping[str, Waiting],
    named: Names,
) -> Iterator[Matter]:
    """Queues whose callers wait for nobody, or for long."""
    today = now.date()
    thresholds = threshold_by_queue(Selection(first=today, last=today))
    ready = _ready(now) if user.has_perm("callcenter.view_operatorstate") else None
    for queue, here in sorted(waiting.items(), key=lambda item: item[1].since):
        waited = int((now - here.since).total_seconds())
        has_nobody = ready is not None and queue not in ready
        is_long = waited > TOO_LONG * thresholds[queue]
        if not has_nobody and not is_long:
            continue
        texts = {
            "queue": named.get(queue, queue),
            "callers": formats.count(here.callers),
        }
        text = gettext("%(queue)s: %(callers)s waiting") % texts
        if has_nobody:
            text = gettext("%(queue)s: %(callers)s waiting, nobody ready") % texts
        note = gettext("waiting for %(wait)s, threshold %(seconds)s s") % {
            "wait": formats.duration(waited),
            "seconds": formats.count(thresholds[queue]),
        }
        asked = Selection(queue=queue, now=True)
        yield Matter(text, note, list_url(QueueEntry, asked), is_bad=True)


def _levels(
    now: datetime, today: Mapping[str, Tally], targets: Targets, named: Names
) -> Iterator[Matter]:
    """Queues whose service level is far below its target today."""
    day = now.date()
    for queue, tally in sorted(today.items()):
        level = rate(tally.answered_within, tally.offered)
        target = targets.of(queue, day)
        if tally.offered < FEW or level is None or state(level, target) != "bad":
            continue
        texts = {
            "queue": named.get(queue, queue),
            "level": formats.percent(level),
            "percent": target,
        }
        url = f"{report_url('queue-interval')}?first={day}&last={day}"
        yield Matter(
            gettext("%(queue)s: service level %(level)s today") % texts,
            gettext("The target is %(percent)s%%.") % texts,
            f"{url}&{urlencode({'queue': queue})}",
            is_bad=False,
        )


def _ready(now: datetime) -> set[str]:
    """The queues for which somebody is ready."""
    served = queues_by_operator()
    ready = presence.operators(now)[State.READY]
    return {queue for operator in ready for queue in served.get(operator, ())}


def _callers(count: int) -> Iterator[Matter]:
    if count:
        text = ngettext(
            "%(count)s caller to ring back", "%(count)s callers to ring back", count
        )
        yield Matter(
            text % {"count": formats.count(count)},
            gettext("Nobody has reached them since they called."),
            reverse("admin:worklist"),
            is_bad=True,
        )


def _lost_ends(now: datetime) -> Iterator[Matter]:
    """Entries of today of which nobody said how they ended."""
    day = now.date()
    asked = Selection(first=day, last=day, outcome=QueueEntry.Outcome.UNKNOWN)
    count = asked.entries().count()
    if count:
        text = ngettext(
            "%(count)s queue entry without an end",
            "%(count)s queue entries without an end",
            count,
        )
        yield Matter(
            text % {"count": formats.count(count)},
            gettext("The request that says how it ended has not arrived."),
            list_url(QueueEntry, asked),
            is_bad=False,
        )


def _pending(now: datetime) -> Iterator[Matter]:
    """Requests that are stored and not derived."""
    pending = WebhookEvent.objects.pending().filter(received_at__lte=now - UNDER_WAY)
    if pending.exists():
        yield Matter(
            gettext("Requests that are not in the history yet"),
            gettext("Their next request derives them, or rebuild_calls --pending."),
            f"{list_url(WebhookEvent)}?derivation=pending",
            is_bad=False,
        )


def _not_sent() -> Iterator[Matter]:
    """Scheduled reports the last of which could not be sent."""
    last = Delivery.objects.filter(schedule=OuterRef("pk")).order_by("-planned_at")
    failed = ScheduledReport.objects.filter(is_active=True).alias(
        last=Subquery(last.values("state")[:1])
    )
    count = failed.filter(last=Delivery.State.FAILED).count()
    if count:
        text = ngettext(
            "%(count)s scheduled report was not sent",
            "%(count)s scheduled reports were not sent",
            count,
        )
        yield Matter(
            text % {"count": formats.count(count)},
            gettext("It is not tried any more; the page says why."),
            reverse("admin:scheduled_reports"),
            is_bad=False,
        )
