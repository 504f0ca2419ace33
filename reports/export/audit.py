"""The record of exports, written before a file's first byte and after its last."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.models import User
from django.utils import timezone

from reports.models import ExportAudit
from reports.present import masking
from reports.present.links import PARAMETERS

State = ExportAudit.State
_SEARCH = PARAMETERS["search"]
# Whoever may add an export to the record may make one.
PERMISSION = "reports.add_exportaudit"


def begin(
    user: User, subject: str, query: str, file_format: str, *, is_masked: bool
) -> ExportAudit:
    """Record that a user begins an export.

    Of numbers that were searched for the record has the last digits only.
    """
    return ExportAudit.objects.create(
        started_at=timezone.now(),
        user=user,
        username=user.get_username(),
        subject=subject,
        query=without_numbers(query),
        file_format=file_format,
        is_masked=is_masked,
    )


def interrupt(audit: ExportAudit) -> None:
    """Record that an export ended before its first row."""
    _end(audit, 0, State.INTERRUPTED)


def without_numbers(query: str) -> str:
    """The query with masked numbers in its search: lines and operators are ours."""
    asked = parse_qsl(query, keep_blank_values=True)
    masked = [
        (name, masking.without_numbers(value) if name == _SEARCH else value)
        for name, value in asked
    ]
    return query if masked == asked else urlencode(masked, safe="*")


def watched(
    audit: ExportAudit, pieces: Iterator[bytes], count: Callable[[], int]
) -> Iterator[bytes]:
    """The same pieces; when they end, the number of rows and the state are recorded.

    A download that is cancelled or that fails is recorded as interrupted.
    """
    state = State.INTERRUPTED
    try:
        yield from pieces
        state = State.COMPLETE
    finally:
        _end(audit, count(), state)


def _end(audit: ExportAudit, count: int, state: State) -> None:
    ExportAudit.objects.filter(pk=audit.pk).update(
        ended_at=timezone.now(), row_count=count, state=state
    )
