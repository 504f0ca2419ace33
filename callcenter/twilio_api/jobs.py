"""The regular job that asks Twilio (settings.WORKER_JOBS)."""

import socket
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter.jobs import Job
from callcenter.reasons import Explained, parts
from callcenter.twilio_api.access import Access, NotConfigured, access

# So much of Twilio's call log is compared each time.
LOOKED_BACK = timedelta(days=1)
_CONNECT_SECONDS = 0.5


def _reconcile() -> None:
    """Compare the last day. Raises Explained where Twilio failed."""
    # Twilio's library takes memory, and processes that serve callers list the jobs too.
    from callcenter.twilio_api.reconcile import reconcile  # noqa: PLC0415

    now = timezone.now()
    run = reconcile(now - LOOKED_BACK, now)
    reason, detail = parts(run.error)
    if reason:
        raise Explained(reason, detail)


def _is_on() -> bool:
    """Whether there is a log to compare with.

    The account of the demo is none of Twilio's, and its stand-in has a log only while
    `simulate_calls` runs.
    """
    try:
        way = access()
    except NotConfigured:
        return False
    return _answers(way) if way.is_loopback else not settings.DEMO


def _answers(way: Access) -> bool:
    address = (way.base.hostname or "", way.base.port or 80)
    try:
        socket.create_connection(address, timeout=_CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


JOBS = (
    Job(
        "reconcile",
        _("Compare with Twilio's call log"),
        _reconcile,
        minute="*/15",
        is_on=_is_on,
    ),
)
