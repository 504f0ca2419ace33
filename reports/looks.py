"""Looks at what is guarded, for the record of access: raw requests, numbers, audio."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from callcenter.access_log import Kind, note, note_sparingly
from callcenter.models import AccessRecord, Recording, Voicemail, WebhookEvent
from reports.present import formats
from reports.present.formats import DIGITS_LEFT

# A player asks for a recording in parts, and for some again after a pause.
_PAUSE = timedelta(minutes=1)


def at_raw_request(request: HttpRequest, event: WebhookEvent) -> None:
    """Record that somebody has opened a request with its form."""
    note_sparingly(Kind.RAW_REQUEST, request, user=request.user, subject=event.call_sid)


def for_number(request: HttpRequest, where: str, term: str) -> None:
    """Record that a list was searched for a number, if for more than its last digits.

    `term` is a search term as `query.search.normal` makes it.
    """
    if len(term) > DIGITS_LEFT:
        subject = f"{where}: {formats.masked_number(term)}"
        note_sparingly(Kind.NUMBER_SEARCH, request, user=request.user, subject=subject)


def at_caller(request: HttpRequest, number: str) -> None:
    """Record that somebody has opened the page of a caller."""
    subject = formats.masked_number(number)
    note_sparingly(Kind.CALLER_PAGE, request, user=request.user, subject=subject)


def at_audio(request: HttpRequest, row: Recording | Voicemail) -> None:
    """Record that somebody listens to a recording: once, however many parts it has.

    Who hears it again later than that takes, listens again.
    """
    is_message = isinstance(row, Voicemail)
    kind = Kind.VOICEMAIL_PLAYED if is_message else Kind.RECORDING_PLAYED
    user, subject = request.user, recording(row)
    since = timezone.now() - timedelta(seconds=row.duration_seconds or 0) - _PAUSE
    known = AccessRecord.objects.filter(
        kind=kind, at__gte=since, username=user.get_username(), subject=subject
    )
    if not known.exists():
        note(kind, request, user=user, subject=subject)


def recording(row: Recording | Voicemail) -> str:
    """What the record of access says of a recording: its SID and that of its leg."""
    return f"{row.recording_sid} {row.call.sid}"
