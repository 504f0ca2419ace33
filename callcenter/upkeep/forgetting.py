"""Forgets callers: one by the number, or all whose calls are old enough. In batches.

The number goes from events, history, what people wrote and files; every count stays.
What is found where, and what is out of reach, is docs/forgetting.md. Safe to interrupt
and to run again; webhooks of the same calls wait for one batch at most.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from callcenter import access_log
from callcenter.days import midnight
from callcenter.forgotten import AFTER_PREFIX, PREFIX, Forgetting
from callcenter.locking import try_again_when_locked
from callcenter.models import (
    Call,
    Connection,
    HalfForgotten,
    Operator,
    OperatorState,
    PhoneLine,
    WebhookEvent,
)
from callcenter.models.history import CallQuerySet
from callcenter.numbers import e164, is_withheld, typed_number
from callcenter.paging import in_pages
from callcenter.signals import numbers_forgotten
from callcenter.upkeep import drain, forgetting_texts
from callcenter.upkeep.forgetting_calls import forget_calls, forget_late, pseudonym_of

# Small, as a request of one of these calls waits for their locks.
_CALLS_AT_ONCE = 20
_LATE_AT_ONCE = 500
# A call whose end was not received is over after so long (upkeep.pruning).
_QUIET = timedelta(days=2)

OnBatch = Callable[[int], object]


class NotForgotten(ValueError):
    """The number cannot be forgotten; the text says why."""


@dataclass(slots=True)
class Forgotten:
    """How much was forgotten, or would be."""

    # Calls that have lost their caller, and events that were changed.
    calls: int = 0
    events: int = 0
    # Rows with the number in a text, such as notes.
    texts: int = 0
    # Lines of files of the spool, and other files that were removed.
    lines: int = 0
    files: int = 0
    # Segments of the spool that serving processes hold, or have held meanwhile.
    held: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was found."""
        found = self.calls or self.events or self.texts or self.lines or self.files
        return not found


def caller_to_forget(typed: str) -> str:
    """The number in international form that somebody typed.

    Raises NotForgotten where it cannot be read, for a number of ours, and for what
    stands in place of the numbers of all who withhold theirs.
    """
    number = e164(typed_number(typed))
    if not number:
        raise NotForgotten(
            f"{typed!r} is no telephone number: write 03-1234-5678 or +81312345678."
        )
    if is_withheld(number):
        raise NotForgotten(
            f"{number} is nobody's number: it stands for callers who withhold theirs."
        )
    if _ours([number]):
        raise NotForgotten(
            f"{number} is or was the number of an operator or of a line of ours:"
            " only callers are forgotten."
        )
    return number


def steps_of(number: str) -> int:
    """How many calls and tables `forget_caller` has to look at."""
    calls = Call.objects.filter(caller=number).count()
    return calls + len(forgetting_texts.tables())


def forget_caller(
    number: str,
    *,
    really: bool,
    by: str = "",
    on_batch: OnBatch = lambda _calls: None,
) -> Forgotten:
    """Forgets the caller of a number, from `caller_to_forget`.

    Unless `really`, only counts: `texts` are then all rows with the number. `by` is who
    does it, for the record of access. Calls `on_batch` after each batch with the number
    of its calls, and with 1 after each table, as `steps_of` counts them.
    """
    done = Forgotten()
    if really:
        drain.drain()
    # Also what others load while we look: nobody knows whether we have seen it.
    done.held = forgetting_texts.held_segments()
    sids = list(
        Call.objects.filter(caller=number).order_by("pk").values_list("sid", flat=True)
    )
    forgetting = Forgetting(number, pseudonym_of(number, really=really))
    try:
        for start in range(0, len(sids), _CALLS_AT_ONCE):
            _batch(sids[start : start + _CALLS_AT_ONCE], done, really=really)
            on_batch(len(sids[start : start + _CALLS_AT_ONCE]))
        done.texts = forgetting_texts.forget_in_tables(
            forgetting, really=really, on_each=on_batch
        )
        done.lines = forgetting_texts.forget_in_spool(forgetting, really=really)
        done.held = max(done.held, forgetting_texts.held_segments())
        if really:
            _tidy()
    finally:
        # Also where it is stopped on the way. And where nothing is found any more:
        # a run that was killed may have left the files.
        if really:
            _remove_files(done)
            _note(done, access_log.Kind.CALLER_FORGOTTEN, by)
    return done


def forget_old_numbers(
    now: datetime,
    *,
    days: int | None = None,
    really: bool = True,
    by: str = "",
    most: int | None = None,
    on_batch: OnBatch = lambda _calls: None,
) -> Forgotten:
    """Forgets the callers of calls that ended more than so many days before `now`.

    `days` is KEEP_NUMBERS_DAYS unless given; without either nothing is forgotten. Whole
    local days are, so that calls of one day keep together. Of a caller who also has
    newer calls only the old ones are forgotten. With `most`, at most about so many
    calls: run it again for the others. Numbers in late events of sealed calls go too.
    """
    done = Forgotten()
    days = settings.KEEP_NUMBERS_DAYS if days is None else days
    if days is None:
        return done
    before = _first_day_kept(now, days)
    try:
        for page in in_pages(old_calls(before), by="started_at", size=_CALLS_AT_ONCE):
            ours = _ours({call.caller for call in page})
            sids = [one.sid for one in page if one.caller not in ours]
            _batch(sids, done, really=really)
            on_batch(len(page))
            if most is not None and done.calls >= most:
                break
        late = WebhookEvent.objects.late().filter(received_at__lt=before)
        for events in in_pages(late, by="pk", size=_LATE_AT_ONCE):
            done.events += forget_late(events, really=really)
        if really:
            _tidy()
    finally:
        # Also where it is stopped on the way.
        if really and not done.is_nothing:
            _remove_files(done)
            _note(done, access_log.Kind.NUMBERS_FORGOTTEN, by)
    return done


def old_calls(before: datetime) -> CallQuerySet:
    """The calls with a number that ended before a moment."""
    # As ranges of the index by caller, which are short where numbers are forgotten.
    known = Q(caller__gt="", caller__lt=PREFIX) | Q(caller__gte=AFTER_PREFIX)
    quiet = Q(ended_at=None, heard_at__lt=before - _QUIET)
    return (
        Call.objects.filter(known, Q(ended_at__lt=before) | quiet)
        .filter(started_at__lt=before)
        .exclude(kind=Call.Kind.OPERATOR)
    )


def old_calls_of(now: datetime, days: int) -> int:
    """How many calls `forget_old_numbers` has to look at."""
    return old_calls(_first_day_kept(now, days)).count()


def _first_day_kept(now: datetime, days: int) -> datetime:
    zone = timezone.get_default_timezone()
    today = timezone.localdate(now, zone)
    return midnight(today - timedelta(days=days), zone)


def _ours(numbers: Collection[str]) -> set[str]:
    """Those of the numbers that are or were of operators or lines of ours."""
    places: tuple[tuple[QuerySet[Any], str], ...] = (
        (Operator.objects.all(), "number"),
        (PhoneLine.objects.all(), "number"),
        (PhoneLine.objects.all(), "fallback_number"),
        (Connection.objects.all(), "operator"),
        (OperatorState.objects.all(), "operator"),
        (Call.objects.customers(), "line"),
    )
    found: set[str] = set()
    for rows, column in places:
        same = rows.order_by().filter(**{f"{column}__in": list(numbers)})
        found |= set(same.values_list(column, flat=True).distinct())
    return found & set(numbers)


def _batch(sids: Sequence[str], done: Forgotten, *, really: bool) -> None:
    if not really:
        done.calls += len(sids)
        done.events += WebhookEvent.objects.filter(call_sid__in=sids).count()
    elif sids:
        calls, events = try_again_when_locked(partial(forget_calls, sids))
        done.calls += calls
        done.events += events


def _tidy() -> None:
    """Ends what joins the calls of callers of whom no call has the number any more."""
    has_calls = Exists(Call.objects.filter(caller=OuterRef("caller")))
    HalfForgotten.objects.filter(~has_calls).delete()


def _remove_files(done: Forgotten) -> None:
    """Lets others remove their files."""
    answers = numbers_forgotten.send(sender=Forgotten)
    done.files = sum(int(answer) for _receiver, answer in answers if answer)


def _note(done: Forgotten, kind: access_log.Kind, by: str) -> None:
    """Records what was done: without the number."""
    if not done.is_nothing:
        said = ", ".join(f"{name}: {count}" for name, count in asdict(done).items())
        access_log.note(kind, username=by, subject=said)
