"""What must hold of the tables after any input."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command

from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    ChangedQuarter,
    Connection,
    IvrStep,
    OperatorState,
    QueueEntry,
    Recording,
    Voicemail,
    WebhookEvent,
)
from callcenter.tests.fuzz.checked import ERRORS
from callcenter.tests.fuzz.tally import TALLY
from callcenter.tests.history_rows import history_rows
from callcenter.upkeep.intake import dump, load
from callcenter.upkeep.rebuild import rebuild_all, sids_to_rebuild
from reports.definitions import REPORTS
from reports.models import OperatorDay, QueueDay, QueueQuarter
from reports.query.entry_tallies import Tallies, entry_tallies
from reports.query.intervals.answer import stored_tallies
from reports.query.periods import DAY
from reports.query.selection import Selection
from reports.query.table import Table
from reports.query.tally import WAITS
from reports.tests.query.intervals.questions import of_operator_days, of_operator_rows

# Events, history and its sums; rows that refer to others come first.
_TABLES = (
    OperatorDay,
    QueueDay,
    QueueQuarter,
    ChangedQuarter,
    Voicemail,
    Recording,
    CallbackRequest,
    OperatorState,
    Connection,
    AbandonedCall,
    IvrStep,
    QueueEntry,
    Call,
    WebhookEvent,
)
_PARTS = ["answered", "abandoned", "short_abandoned", "overflowed", "waiting"]
_PARTS += ["unknown"]


def delete_all_rows() -> None:
    """Delete all events and all history; the setup stays."""
    for model in _TABLES:
        rows: Any = model._default_manager.all()
        # One plain DELETE: Django's own would look for the rows that refer to each.
        rows._raw_delete(rows.db)


def assert_invariants(first: str, last: str, folder: Path, *, interval: str = "day"):
    """Assert that reports print, the balance holds, and a rebuild changes nothing."""
    for report in REPORTS:
        assert_balance(printed(report, first, last, interval))
    assert_sums_are_those_of_the_rows(first, last)
    assert_derived_again_is_the_same(folder)
    assert_sums_are_those_of_the_rows(first, last)
    assert ERRORS.pop() == []


def assert_sums_are_those_of_the_rows(first: str, last: str) -> None:
    """Assert that the stored sums say of the days what the rows say."""
    asked = Selection(date.fromisoformat(first), date.fromisoformat(last))
    stored: Tallies[None] | None = stored_tallies(asked, None, WAITS)
    entries = asked.entries()
    assert stored == entry_tallies(entries, waits=WAITS, talks=entries)
    assert of_operator_days(asked) == of_operator_rows(asked)


def printed(report: Table, first: str, last: str, interval: str) -> dict[str, Any]:
    """Print a report as CSV and as JSON; returns the latter."""
    shown = {}
    if report.most_days:
        latest = date.fromisoformat(first) + (report.most_days - 1) * DAY
        last = min(last, latest.isoformat())
    if report.intervals and interval not in report.intervals:
        interval = report.intervals[-1]
    for form in ("csv", "json"):
        out = io.StringIO()
        call_command(
            "report",
            report.slug,
            first=first,
            last=last,
            interval=interval,
            format=form,
            totals=True,
            stdout=out,
        )
        shown[form] = out.getvalue()
        TALLY["reports"] += 1
    parsed: dict[str, Any] = json.loads(shown["json"])
    return parsed


def assert_balance(report: dict[str, Any]) -> None:
    """Assert that `entered` is the sum of its parts, in every row and in the total.

    Of a report that has all of them.
    """
    for row in [*report["rows"], report["totals"] or {}]:
        if row.keys() >= {"entered", *_PARTS}:
            assert row["entered"] == sum(row[part] for part in _PARTS), row


def assert_derived_again_is_the_same(folder: Path) -> None:
    """Assert equal rows after a rebuild in place, and from a dump into empty tables."""
    derived = history_rows()
    for sid, error in rebuild_all(sids_to_rebuild()):
        assert error is None, (sid, error)
    assert history_rows() == derived

    count = WebhookEvent.objects.count()
    file = folder / "dumped.jsonl"
    with file.open("w", encoding="utf-8") as out:
        dump(out)
    delete_all_rows()
    taken = load(file, on_rejected=_must_not_be)
    assert (taken.kept, taken.rejected) == (count, 0)
    assert history_rows() == derived
    TALLY["rebuilt"] += 1


def _must_not_be(line: object) -> None:
    raise AssertionError(line)
