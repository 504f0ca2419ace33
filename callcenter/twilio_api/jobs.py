"""The regular job that asks Twilio (settings.WORKER_JOBS)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter.jobs import Job
from callcenter.models import ReconciliationRun
from callcenter.reasons import Explained, parts
from callcenter.twilio_api.access import NotConfigured, access, answers

# So much of Twilio's call log is compared each time: calls last hours, and the log may
# be late.
LOOKED_BACK = timedelta(days=1)
# After a long time without a worker; `manage.py reconcile` compares what is older.
LONGEST_GAP = timedelta(days=31)
# The name of the job, for those who ask for it out of turn.
QUEUES = "twilio-queues"


def _reconcile() -> None:
    """Compare the last day, or since the last time. Raises Explained."""
    # Twilio's library takes memory, and processes that serve callers list the jobs too.
    from callcenter.twilio_api.reconcile import reconcile  # noqa: PLC0415

    now = timezone.now()
    run = reconcile(_since(now), now)
    reason, detail = parts(run.error)
    if reason:
        raise Explained(reason, detail)


def _keep_queues_equal() -> None:
    """Make the queues at Twilio what ours are. Raises TwilioFailure."""
    from callcenter.twilio_api.queues import keep_equal  # noqa: PLC0415 -- as above

    keep_equal()


def _since(now: datetime) -> datetime:
    """A day before the end of what is compared already, or before now."""
    complete = ReconciliationRun.objects.filter(error="", ended_at__isnull=False)
    last = complete.aggregate(until=Max("until"))["until"] or now
    return max(min(last, now) - LOOKED_BACK, now - LONGEST_GAP)


def _is_on() -> bool:
    """Whether there is a log to compare with.

    The account of the demo is none of Twilio's, and its stand-in has a log only while
    `simulate_calls` runs.
    """
    try:
        way = access()
    except NotConfigured:
        return False
    return answers(way) if way.is_loopback else not settings.DEMO


JOBS = (
    Job(
        "reconcile",
        _("Compare with Twilio's call log"),
        _reconcile,
        minute="*/15",
        is_on=_is_on,
    ),
    Job(
        QUEUES,
        _("Keep queues equal with Twilio"),
        _keep_queues_equal,
        minute="*/5",
        is_on=_is_on,
    ),
)
