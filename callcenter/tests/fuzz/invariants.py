"""What must hold of the tables after any input."""

import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command

from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
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

# Events and history; rows that refer to others come first.
_TABLES = (
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
        assert_balance(printed(report.slug, first, last, interval))
    assert_derived_again_is_the_same(folder)
    assert ERRORS.pop() == []


def printed(slug: str, first: str, last: str, interval: str) -> dict[str, Any]:
    """Print a report as CSV and as JSON; returns the latter."""
    shown = {}
    for form in ("csv", "json"):
        out = io.StringIO()
        call_command(
            "report",
            slug,
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
