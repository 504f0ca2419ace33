"""Writes the record of access; what cannot be written goes to the log instead.

What is refused is one row a minute, however often it is repeated from one address:
nobody fills the database from outside.
"""

import logging
import threading
import time
from collections.abc import Hashable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import Error, transaction
from django.http import HttpRequest
from django.utils import timezone

from callcenter.addresses import client_address
from callcenter.models import AccessRecord

logger = logging.getLogger(__name__)

Kind = AccessRecord.Kind

# One row in so many seconds for the same thing, and at most so many things at once.
_QUIET_SECONDS = 60
_MOST_KNOWN = 1000

_lock = threading.Lock()
# When a thing was written last, and how often it has happened since.
_written: dict[Hashable, tuple[float, int]] = {}


def note(
    kind: Kind,
    request: HttpRequest | None = None,
    *,
    user: User | AnonymousUser | None = None,
    username: str = "",
    subject: str = "",
) -> None:
    """Record that something happened; raises nothing. `subject` holds no secrets."""
    _write(kind, request, user=user, username=username, subject=subject, count=1)


def note_sparingly(
    kind: Kind,
    request: HttpRequest,
    *,
    user: User | AnonymousUser | None = None,
    username: str = "",
    subject: str = "",
) -> None:
    """Record, once a minute at most, what may be repeated as often as one likes."""
    who = user.pk if user else username
    thing = (kind, client_address(request), who, subject)
    count = _due(thing, time.time())
    if count:
        _write(
            kind, request, user=user, username=username, subject=subject, count=count
        )


def forget_old() -> int:
    """Delete records older than ACCESS_LOG_DAYS; returns how many."""
    oldest = timezone.now() - timedelta(days=settings.ACCESS_LOG_DAYS)
    deleted, _by_table = AccessRecord.objects.filter(at__lt=oldest).delete()
    return deleted


def forget() -> None:
    """Forget what was written lately, as a new process would; for tests."""
    with _lock:
        _written.clear()


def _write(
    kind: Kind,
    request: HttpRequest | None,
    *,
    user: User | AnonymousUser | None,
    username: str = "",
    subject: str,
    count: int,
) -> None:
    known = user if user is not None and user.is_authenticated else None
    row = AccessRecord(
        at=timezone.now(),
        kind=kind,
        user=known,
        username=(known.get_username() if known else username)[:150],
        address=(client_address(request) or "") if request else "",
        subject=subject[:255],
        count=count,
    )
    try:
        # A transaction of its own: a refused statement must not spoil the caller's.
        with transaction.atomic():
            row.save(force_insert=True)
    except Error:
        logger.warning("not recorded: %s", row, exc_info=True)


def _due(thing: Hashable, now: float) -> int:
    """How often it happened since it was written; 0 while it is not to be written."""
    with _lock:
        last, count = _written.get(thing, (None, 0))
        if last is not None and now - last < _QUIET_SECONDS:
            _written[thing] = (last, count + 1)
            return 0
        if last is None and len(_written) >= _MOST_KNOWN:
            # Many addresses at once: those written long ago are forgotten; while there
            # are none, new ones only go to the log.
            for other, (moment, _count) in list(_written.items()):
                if now - moment >= _QUIET_SECONDS:
                    del _written[other]
            if len(_written) >= _MOST_KNOWN:
                return 0
        _written[thing] = (now, 0)
        return count + 1
