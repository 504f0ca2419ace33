"""Which audio is to be deleted at Twilio: by age, by wish, or because of a caller."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from callcenter.days import midnight
from callcenter.models import Call, Recording, Voicemail

Row = Recording | Voicemail

_UNTOUCHED = Q(deleted_at=None, deletion_asked_at=None)


@dataclass(frozen=True, slots=True)
class Kept:
    """From which moments on the audio is kept; None: all of it."""

    recordings: datetime | None = None
    voicemail: datetime | None = None


def days_before(now: datetime, days: int) -> datetime:
    """The midnight so many local days before today."""
    zone = timezone.get_default_timezone()
    return midnight(timezone.localdate(now, zone) - timedelta(days=days), zone)


def kept_by_settings(now: datetime) -> Kept:
    """What the settings say: whole local days before today are kept."""
    recordings, voicemail = settings.KEEP_RECORDINGS_DAYS, settings.KEEP_VOICEMAIL_DAYS
    return Kept(
        None if recordings is None else days_before(now, recordings),
        None if voicemail is None else days_before(now, voicemail),
    )


def by_age(kept: Kept, most: int) -> list[Row]:
    """At most so many rows whose audio is older than what is kept.

    Not those that somebody wants deleted anyway.
    """
    recordings = _recordings(kept).order_by("recorded_at", "pk")
    messages = _messages(kept).order_by("left_at", "pk")
    return list(chain[Row](recordings[:most], messages[:most]))[:most]


def count_by_age(kept: Kept) -> int:
    """How many recordings and messages `by_age` finds."""
    return _recordings(kept).count() + _messages(kept).count()


def by_wish(most: int | None = None) -> list[Row]:
    """Rows whose audio somebody wants deleted, at most so many."""
    wanted = Q(deleted_at=None, deletion_asked_at__isnull=False)
    order = ("deletion_asked_at", "pk")
    messages = Voicemail.objects.filter(wanted).order_by(*order)
    recordings = Recording.objects.filter(wanted).order_by(*order)
    return _each_once(chain(messages[:most], recordings[:most]))[:most]


def of_calls(sids: Sequence[str]) -> list[Row]:
    """The rows with audio in which the callers of these calls are heard."""
    messages = Voicemail.objects.filter(call__sid__in=sids, deleted_at=None)
    recordings = Recording.objects.filter(
        Q(call__sid__in=sids) | Q(caller_sid__in=sids), deleted_at=None
    )
    return _each_once(chain(messages, recordings))


def of_caller(number: str) -> list[Row]:
    """The rows with audio in which the caller of a number is heard."""
    sids = Call.objects.filter(caller=number).values_list("sid", flat=True)
    return of_calls(list(sids))


def key_of(row: Row) -> tuple[str, int]:
    """What two rows of the same audio have in common: a message has one of each."""
    return row.recording_sid, row.call_id


def _each_once(rows: Iterable[Row]) -> list[Row]:
    found: dict[tuple[str, int], Row] = {}
    for row in rows:
        found.setdefault(key_of(row), row)
    return list(found.values())


def _recordings(kept: Kept) -> QuerySet[Recording]:
    rows = Recording.objects.filter(_UNTOUCHED)
    if kept.recordings is None:
        return rows.none()
    # That of a message has its own time.
    message = Voicemail.objects.filter(
        recording_sid=OuterRef("recording_sid"), call=OuterRef("call")
    )
    return rows.filter(~Exists(message), recorded_at__lt=kept.recordings)


def _messages(kept: Kept) -> QuerySet[Voicemail]:
    rows = Voicemail.objects.filter(_UNTOUCHED)
    if kept.voicemail is None:
        return rows.none()
    return rows.filter(left_at__lt=kept.voicemail)
