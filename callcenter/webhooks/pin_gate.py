"""How many PINs may be tried for an operator before signing in pauses, and closes.

A caller ID can be forged, so what is counted is the operator's and not the caller's.
"""

import logging
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from callcenter import access_log, patience
from callcenter.flow.operator import is_proven, types_pin
from callcenter.flow.plan import OperatorPlan
from callcenter.flow.step import Step
from callcenter.locking import try_again_when_locked
from callcenter.models import Operator, WebhookEvent, WrongPins
from callcenter.models.pins import CLOSES_AT, PAUSES_FROM

logger = logging.getLogger(__name__)

_lock = threading.Lock()
# Wrong PINs by number in this process, counted while the database cannot.
_without_database: Counter[str] = Counter()


def is_locked(operator: OperatorPlan, step: Step, event: WebhookEvent) -> bool:
    """Whether no PIN is right at the moment, whatever was typed; counts wrong ones.

    Nothing is locked where no PIN was typed, and nothing is counted; nor for a request
    that was stored before, which is answered as it was then.
    """
    if not types_pin(operator, step):
        return False
    guess = patience.ask(lambda: _guess(operator.number, event), None)
    if guess is None:
        guess = _Guess(_begin_without_database(operator.number))
    if guess.is_repeat:
        return False
    count = guess.count
    if count is None:
        logger.warning("PIN of %s refused: signing in is locked", operator.name)
        _note_wrong(operator)
        return True
    if is_proven(operator, step):
        _forget(operator.number)
        return False
    _note_wrong(operator)
    if count >= PAUSES_FROM:
        closes = ": signing in is closed" if count >= CLOSES_AT else ""
        logger.warning("%d wrong PINs of %s in a row%s", count, operator.name, closes)
    return False


def forget() -> None:
    """Forget what this process has counted, as a new one would; for tests."""
    with _lock:
        _without_database.clear()


@dataclass(frozen=True, slots=True)
class _Guess:
    """How many wrong PINs in a row this one makes, should it be wrong; None: locked."""

    count: int | None
    is_repeat: bool = False


def _guess(number: str, event: WebhookEvent) -> _Guess:
    if WebhookEvent.objects.filter(dedup_key=event.dedup_key).exists():
        return _Guess(None, is_repeat=True)
    now = event.received_at
    return _Guess(try_again_when_locked(lambda: _begin(number, now)))


def _note_wrong(operator: OperatorPlan) -> None:
    wrong = access_log.Kind.WRONG_PIN
    patience.later(lambda: access_log.note(wrong, subject=operator.name))


def _begin(number: str, now: datetime) -> int | None:
    """How many wrong PINs this one makes, should it be wrong; None if locked."""
    operator = Operator.objects.filter(number=number).first()
    if operator is None:
        return 1  # deleted since the plan was read
    row = WrongPins.begin_guess(operator, now)
    return row.count if row else None


def _begin_without_database(number: str) -> int | None:
    with _lock:
        if _without_database[number] >= PAUSES_FROM:
            return None
        _without_database[number] += 1
        return _without_database[number]


def _forget(number: str) -> None:
    with _lock:
        _without_database.pop(number, None)
    counted = WrongPins.objects.filter(operator__number=number)
    patience.ask(lambda: try_again_when_locked(counted.delete), None)
