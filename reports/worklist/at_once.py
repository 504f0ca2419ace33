"""Ringing a caller at the desk at once: the work list's button was pressed just now.

An address alone must not make a browser ring, since anybody can send one. So the mark
is in the session, where only a form of ours sets it, and is good for one page.
"""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase

_KEY = "ring_at_once"
# The browser asks for the desk as soon as it has the answer.
_GOOD_FOR = timedelta(seconds=30)


def mark(session: SessionBase, row: int, now: datetime) -> None:
    """Note that the caller of a row of the work list is to be rung."""
    session[_KEY] = [row, now.timestamp()]


def take_mark(session: SessionBase, row: int, now: datetime) -> bool:
    """Whether the caller of a row is to be rung at once; true one time only."""
    if _KEY not in session:
        return False
    marked, at = session.pop(_KEY)
    age = timedelta(seconds=now.timestamp() - at)
    return bool(marked == row and timedelta(0) <= age < _GOOD_FOR)
