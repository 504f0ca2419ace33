"""What must hold of the tables, whatever has come in."""

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

# Leaves first.
_TOLD = (
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


def forget_everything() -> None:
    """An empty journal and no history, the setup as it is."""
    for model in _TOLD:
        rows: Any = model._default_manager.all()
        # One plain DELETE; Django's own would look for what hangs on each row.
        rows._raw_delete(rows.db)


def assert_all_holds(first: str, last: str, folder: Path, *, interval: str = "day"):
    """Reports print, the balance holds, and history is the same told once more."""
    for report in REPORTS:
        assert_balance(printed(report.slug, first, last, interval))
    assert_derived_again_is_the_same(folder)
    assert ERRORS.taken() == []


def printed(slug: str, first: str, last: str, interval: str) -> dict[str, Any]:
    """A report as JSON; as CSV it must be printable too."""
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
    """Entered is the sum of what became of it, in every row and in the total."""
    for row in [*report["rows"], report["totals"] or {}]:
        if "entered" in row:
            assert row["entered"] == sum(row[part] for part in _PARTS), row


def assert_derived_again_is_the_same(folder: Path) -> None:
    """Rebuilt in place, and from the events' file in empty tables."""
    derived = history_rows()
    rebuild_all(sids_to_rebuild(), _must_succeed)
    assert history_rows() == derived

    count = WebhookEvent.objects.count()
    file = folder / "dumped.jsonl"
    with file.open("w", encoding="utf-8") as out:
        dump(out)
    forget_everything()
    taken = load(file, on_rejected=_must_not_be)
    assert (taken.kept, taken.rejected) == (count, 0)
    assert history_rows() == derived
    TALLY["rebuilt"] += 1


def _must_succeed(sid: str, error: Exception | None) -> None:
    assert error is None, (sid, error)


def _must_not_be(line: object) -> None:
    raise AssertionError(line)
