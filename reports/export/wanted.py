"""An export that somebody asks for: written into the answer, or by the worker.

Whoever asks, a page or the worker, makes the same `Wanted` of the same address; so the
file of the worker has the rows and the bytes of a download.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from reports.export import audit, background, downloads
from reports.export.downloads import Format, Taken
from reports.export.sheet import Numbers
from reports.models import ExportAudit

# A file of so many rows is still streamed: five seconds at 20,000 rows a second.
MOST_STREAMED = 100_000
# Of what has to read so many entries for each row that is written in the same time.
ENTRIES_A_ROW = 5
# The parameter that asks for the file itself, however large.
AT_ONCE = "at_once"


class Unreadable(ValueError):
    """The address asks for what cannot be read; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, by whom; nothing has been read yet."""

    user: User
    # As in the record of exports, and the query that it keeps.
    subject: str
    recorded: str
    # The query by which it can be asked for again, but for the form of numbers.
    query: str
    file_format: Format
    numbers: Numbers
    take: Callable[[], Taken]
    # Whether the file takes longer than some seconds; asked before anything is read.
    is_large: Callable[[], bool]
    # How many rows there will be; None where nobody knows before they are read.
    count: Callable[[], int | None]


def split(query: QueryDict) -> tuple[QueryDict, bool]:
    """The query without the wish for the file at once, and whether it had it."""
    rest = query.copy()
    return rest, bool(rest.pop(AT_ONCE, None))


def answer(
    request: HttpRequest, wanted: Wanted, *, at_once: bool = False
) -> HttpResponseBase:
    """The file as a streamed response; of a large one the page of its progress."""
    if not at_once and wanted.is_large():
        job = background.ask(
            user=wanted.user,
            subject=wanted.subject,
            query=wanted.query,
            file_format=wanted.file_format.code,
            numbers=wanted.numbers.value,
        )
        if job is None:
            text = gettext(
                "%(count)d files of yours are still to be written: wait for one of"
                " them, or cancel it."
            )
            messages.error(request, text % {"count": background.MOST_OPEN})
            return redirect(background.LIST)
        return redirect(reverse(background.PAGE, args=[job.pk]))
    taken = wanted.take()
    return downloads.response(request, taken, wanted.file_format, begin(wanted, taken))


def begin(wanted: Wanted, taken: Taken) -> ExportAudit:
    """Record that the export begins."""
    return audit.begin(
        wanted.user,
        wanted.subject,
        wanted.recorded,
        wanted.file_format.code,
        is_masked=taken.reading.is_masked,
    )
