"""Which browser is an operator's desk: two would take two callers at once.

The tabs of one browser settle it among themselves (reports/static/reports/desk); here
the browsers of one operator on several machines do. A browser is known by its session.
"""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from callcenter import patience
from callcenter.models import Desk, desk_sid

# A page asks every two seconds; whatever has been silent for so long gives way.
SILENT_AFTER = timedelta(seconds=10)


class Elsewhere(Exception):
    """Another browser is the desk of this operator."""


def browser_of(session_key: str) -> str:
    """The name of the browser with this session; tells nothing about the session."""
    return hashlib.blake2b(session_key.encode(), digest_size=16).hexdigest()


def take(operator: str, browser: str, now: datetime, *, from_others: bool) -> None:
    """Make a browser the desk of an operator, who is named as in history.

    Raises Elsewhere if another one is and was heard of lately, unless the operator
    wants the desk `from_others`. Without a database any browser may be the desk.
    """

    def work() -> bool:
        sid = desk_sid(operator)
        Desk.objects.get_or_create(sid=sid, defaults={"operator": operator})
        rows = Desk.objects.filter(sid=sid)
        if not from_others:
            is_silent = Q(heard_at=None) | Q(heard_at__lt=now - SILENT_AFTER)
            rows = rows.filter(Q(browser__in=("", browser)) | is_silent)
        return bool(rows.update(browser=browser, heard_at=now))

    if not patience.ask(work, True):
        raise Elsewhere


def hear(operator: str, browser: str, now: datetime) -> None:
    """Note that the page is there. Raises Elsewhere if another browser is the desk."""

    def work() -> bool:
        heard = _of(operator, browser).update(heard_at=now)
        return bool(heard) or not _is_known(operator)

    if not patience.ask(work, True):
        raise Elsewhere


def check(operator: str, browser: str) -> None:
    """Raise Elsewhere if another browser is the desk of the operator."""

    def work() -> bool:
        return _of(operator, browser).exists() or not _is_known(operator)

    if not patience.ask(work, True):
        raise Elsewhere


def leave(operator: str, browser: str) -> None:
    """Let any browser be the desk of an operator who has left it in this one."""
    patience.later(lambda: _of(operator, browser).update(browser=""))


def _of(operator: str, browser: str) -> QuerySet[Desk]:
    """The desk of the operator, unless another browser is it."""
    return Desk.objects.filter(sid=desk_sid(operator), browser__in=("", browser))


def _is_known(operator: str) -> bool:
    return Desk.objects.filter(sid=desk_sid(operator)).exists()
