"""Looks at what is guarded, for the record of access: raw requests, whole numbers."""

from django.http import HttpRequest

from callcenter.access_log import Kind, note_sparingly
from callcenter.models import WebhookEvent
from reports.present import formats
from reports.present.formats import DIGITS_LEFT


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
