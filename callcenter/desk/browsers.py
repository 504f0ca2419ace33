"""Which browser is an operator's desk: two would take two callers at once.

The tabs of one browser settle it among themselves (reports/static/reports/desk); here
the browsers of one operator on several machines do. A browser is known by the name that
the page has given it.
"""

import re
import secrets
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from callcenter import patience
from callcenter.models import Desk, desk_sid

# A page asks every two seconds; whatever has been silent for so long gives way.
SILENT_AFTER = timedelta(seconds=10)
_NAME = re.compile(r"[0-9a-f]{32}")


class Elsewhere(Exception):
    """Another browser is the desk of this operator."""


def new_name() -> str:
    """The name of a browser that has none yet."""
    return secrets.token_hex(16)


def name_in(text: str) -> str:
    """The text if it is the name of a browser, else empty."""
    return text if _NAME.fullmatch(text) else ""


def take(operator: str, browser: str, now: datetime, *, from_others: bool) -> None:
    """Make a browser the desk of an operator, who is named as in history.

    Raises Elsewhere if another one is and was heard of lately, unless the operator
    wants the desk `from_others`. Without a database any browser may be the desk.
    """

    def work() -> bool:
        sid = desk_sid(operator)
        Desk.objects.get_or_create(sid=sid, defaults={"operator": operator})
        desk = Desk.objects.filter(sid=sid) if from_others else _of(sid, browser, now)
        return bool(desk.update(browser=browser, heard_at=now))

    if not patience.ask(work, True):
        raise Elsewhere


def hear(operator: str, browser: str, now: datetime) -> None:
    """Note that the page is there. Raises Elsewhere if another browser is the desk."""

    def work() -> bool:
        sid = desk_sid(operator)
        heard = _of(sid, browser, now).update(browser=browser, heard_at=now)
        return bool(heard) or not Desk.objects.filter(sid=sid).exists()

    if not patience.ask(work, True):
        raise Elsewhere


def leave(operator: str, browser: str) -> None:
    """Let any browser be the desk of an operator who has left it in this one."""
    desk = Desk.objects.filter(sid=desk_sid(operator), browser=browser)
    patience.later(lambda: desk.update(browser=""))


def _of(sid: str, browser: str, now: datetime) -> QuerySet[Desk]:
    """The desk, unless another browser is it."""
    is_silent = Q(heard_at=None) | Q(heard_at__lt=now - SILENT_AFTER)
    return Desk.objects.filter(Q(browser__in=("", browser)) | is_silent, sid=sid)
