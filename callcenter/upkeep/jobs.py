"""The regular jobs of callcenter (settings.WORKER_JOBS)."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter import access_log
from callcenter.days import midnight
from callcenter.jobs import Job
from callcenter.upkeep.forgetting import forget_old_numbers
from callcenter.upkeep.pruning import prune


def _prune_events() -> None:
    if settings.KEEP_EVENTS_DAYS is None:
        return
    zone = timezone.get_default_timezone()
    today = timezone.localdate(timezone=zone)
    first = today - timedelta(days=settings.KEEP_EVENTS_DAYS)
    prune(midnight(first, zone), really=True)


def _forget_numbers() -> None:
    forget_old_numbers(timezone.now())


JOBS = (
    Job(
        "forget-numbers",
        _("Forget old callers' numbers"),
        _forget_numbers,
        minute="5",
        hour="3",
        is_on=lambda: settings.KEEP_NUMBERS_DAYS is not None,
    ),
    Job(
        "prune-events",
        _("Delete old requests"),
        _prune_events,
        minute="20",
        hour="3",
        is_on=lambda: settings.KEEP_EVENTS_DAYS is not None,
    ),
    Job(
        "forget-access",
        _("Delete old records of access"),
        access_log.forget_old,
        minute="50",
        hour="3",
    ),
)
