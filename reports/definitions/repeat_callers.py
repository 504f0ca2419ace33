"""Callers who had to call more than once, or whom nobody served."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call
from reports.definitions.columns import CALLER
from reports.definitions.sums import Sums, count, fraction, mean
from reports.present import kinds
from reports.present.formats import masked_number
from reports.query.measures import rate
from reports.query.repeat_contact import Caller, Contacts, callers, contacts
from reports.query.selection import Selection
from reports.query.table import (
    DAYS_BY_THE_CLOCK,
    Behind,
    Column,
    Figure,
    Reading,
    Row,
    Table,
)

_REPEAT_RATE = fraction(
    "repeat_rate",
    _("Repeat caller rate"),
    ("repeated", "mature"),
    _(
        "Answered calls after which the same caller called again within 24 hours."
        " Younger calls and withheld callers are left out. It knows numbers, not"
        " problems."
    ),
)
_NET_ABANDONMENT = fraction(
    "net_abandonment",
    _("Net abandonment"),
    ("lost", "decided"),
    _(
        "Lost callers, of all callers offered to operators. Who may still be reached"
        " today is left out; each withheld call is a caller of its own."
    ),
)
_TOO_YOUNG = count(
    "too_young",
    _("Too young to judge"),
    _("Answered calls of the last 24 hours: their callers may still call again."),
)
_UNDECIDED = count(
    "undecided",
    _("Not lost yet"),
    _("Callers who gave up today and may still be reached before the day ends."),
)
_FIGURES = (_REPEAT_RATE, _TOO_YOUNG, _NET_ABANDONMENT, _UNDECIDED)
_OUTCOMES = {"calls": "", "answered": "answered", "abandoned": "abandoned"}


class CallerRow(tuple[object, ...]):
    """The values of a caller's row, which may be masked, and one of the calls."""

    # The SID of a call by which an address names the caller; empty if withheld.
    sid: str = ""


class RepeatCallersReport(Table):
    """One row per caller who called more than once or gave up; most calls first.

    A withheld caller who gave up has a row of that call alone.
    """

    slug = "repeat-callers"
    title = _("Repeat callers")
    unit = _(
        "Counts inbound calls, by when they began, of callers who called more than once"
        " or gave up."
    )
    opens = _("Every number that is a link opens the calls it counts.")
    reads_each = True
    fields = ("line", *DAYS_BY_THE_CLOCK)
    columns = [
        CALLER,
        count("calls", _("Calls"), _("All inbound calls of the caller.")),
        count("answered", _("Answered"), _("Calls connected to an operator.")),
        count(
            "abandoned",
            _("Abandoned"),
            _(
                "Calls never answered whose caller hung up while waiting at last; short"
                " abandoned ones are left out."
            ),
        ),
        Column("first_call_at", _("First call at"), kinds.MOMENT),
        Column("last_call_at", _("Last call at"), kinds.MOMENT),
        count(
            "redials_before_answer",
            _("Redials before answer"),
            _("Abandoned attempts in the 30 minutes before an answered call."),
        ),
        count(
            "lost",
            _("Lost"),
            _(
                "Callers who gave up and spoke with nobody later that day, neither by"
                " calling again nor by being rung back. Empty while the day lasts."
            ),
        ),
        mean(
            "recovery_seconds",
            _("Recovery time"),
            ("recovery", "recoveries"),
            _("Mean time from giving up until the caller was reached, however late."),
        ),
    ]
    parts = [
        Column("recovery", _("time until reached"), kinds.SECONDS),
        Column("recoveries", _("abandoned attempts recovered"), kinds.COUNT),
        Column("repeated", _("answered calls repeated"), kinds.COUNT),
        Column("mature", _("answered calls a day old"), kinds.COUNT),
        Column("decided", _("callers offered"), kinds.COUNT),
    ]

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; the rates are of all callers, not only of those with a row."""
        now = timezone.now()
        found = list(callers(asked, now))
        total = _total(found, contacts(asked, now))
        numbers = str if may_see_numbers else masked_number
        return Reading(
            self.columns,
            (_row(caller, numbers(caller.number)) for caller in found),
            lambda: [_value(each, total) for each in self.columns],
            is_masked=not may_see_numbers,
            sums=lambda: total,
            figures=[Figure(each, _value(each, total)) for each in _FIGURES],
        )

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The calls of a caller, whom one of them names."""
        if not isinstance(row, CallerRow) or not row.sid or code not in _OUTCOMES:
            return None
        of_caller = replace(
            asked,
            kind=Call.Kind.CUSTOMER,
            caller_of=row.sid,
            outcome=_OUTCOMES[code],
        )
        return Behind(Call, of_caller)


def _value(column: Column, total: Sums) -> Any:
    return column.value(total) if column.value else None


def _row(caller: Caller, number: str) -> CallerRow:
    attempts = caller.attempts
    row = CallerRow(
        (
            number or None,
            caller.calls,
            caller.answered,
            caller.abandoned,
            caller.first_call_at,
            caller.last_call_at,
            attempts.redials,
            None if attempts.is_lost is None else int(attempts.is_lost),
            rate(sum(attempts.recoveries), len(attempts.recoveries)),
        )
    )
    row.sid = caller.sid if caller.number else ""
    return row


def _total(found: Iterable[Caller], known: Contacts) -> Sums:
    total = Sums(
        repeated=known.repeated,
        mature=known.mature,
        too_young=known.immature,
        decided=known.offered,
    )
    for caller in found:
        attempts = caller.attempts
        total.update(
            calls=caller.calls,
            answered=caller.answered,
            abandoned=caller.abandoned,
            redials_before_answer=attempts.redials,
            lost=int(attempts.is_lost or False),
            undecided=int(attempts.is_lost is None),
            decided=-int(attempts.is_lost is None),
            recovery=sum(attempts.recoveries),
            recoveries=len(attempts.recoveries),
        )
    return total
