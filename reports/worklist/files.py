"""The work list as a file: one row per caller of a tab, with what was done."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.models import AbandonedCall, FollowUp, FollowUpStep
from reports.definitions import columns
from reports.present import kinds, names
from reports.present.formats import masked_number
from reports.query.table import Column, Reading, Row
from reports.worklist.callers import Caller

# How the record of exports and JSON files name the list.
SLUG = "work-list"
TITLE = pgettext_lazy("page", "Callers to ring back")

State = AbandonedCall.State
Reason = AbandonedCall.Reason

COLUMNS = [
    columns.CALLER,
    Column("abandoned_calls", _("Times abandoned"), kinds.COUNT),
    Column("callback_requests", _("Call-backs asked for"), kinds.COUNT),
    Column("messages", _("Messages left"), kinds.COUNT),
    Column("first_call_at", _("First call at"), kinds.MOMENT),
    Column("last_call_at", _("Last call at"), kinds.MOMENT),
    columns.QUEUE,
    Column("longest_wait_seconds", _("Longest wait"), kinds.SECONDS),
    Column("state", _("State"), names=names.of(State)),
    Column("handled_by", pgettext_lazy("work list", "Handled by"), names=names.users),
    Column("attempts", _("Attempts"), kinds.COUNT),
    Column("last_attempt_at", _("Last rung back at"), kinds.MOMENT),
    Column("last_result", _("Last result"), names=names.of(FollowUpStep.Result)),
    Column("last_note", _("Last note")),
    Column("last_call_sid", _("SID of the last call")),
]


def reading(callers: Iterable[Caller], *, may_see_numbers: bool) -> Reading:
    """The callers as rows; numbers are masked unless `may_see_numbers` is set."""

    def rows() -> Iterator[Row]:
        for caller in callers:
            yield _row(caller, may_see_numbers=may_see_numbers)

    def totals() -> Row:
        return [None] * len(COLUMNS)

    return Reading(COLUMNS, rows(), totals, is_masked=not may_see_numbers)


def _row(caller: Caller, *, may_see_numbers: bool) -> Row:
    number, last = caller.number, caller.last
    waits = [
        call.wait_seconds for call in caller.calls if call.wait_seconds is not None
    ]
    attempt = caller.attempts[-1] if caller.attempts else None
    notes = [step.text for step in caller.steps if step.text]
    return [
        (number if may_see_numbers else masked_number(number)) or None,
        len(caller.calls_of(Reason.ABANDONED)),
        len(caller.calls_of(Reason.CALLBACK)),
        sum(len(caller.messages.get(call.pk, ())) for call in caller.calls),
        caller.first.abandoned_at,
        last.abandoned_at,
        last.queue,
        max((wait for wait in waits if wait is not None), default=None),
        caller.state,
        _user(caller.follow_up),
        len(caller.attempts),
        attempt.made_at if attempt else None,
        attempt.result if attempt else None,
        notes[-1] if notes else None,
        last.call.sid,
    ]


def _user(follow_up: FollowUp | None) -> str | None:
    """The log-in name of who has finished the work, or has claimed it."""
    user = follow_up and (follow_up.handled_by or follow_up.claimed_by)
    return user.get_username() if user else None
