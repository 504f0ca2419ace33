"""The recorded calls in `data`, and a comparison of the tables with their rows."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    IvrStep,
    QueueEntry,
    Voicemail,
)

CALLS = Path(__file__).parent / "data"
NAMES = sorted(path.stem for path in CALLS.glob("*.jsonl"))
_CLOSE = timedelta(seconds=2)


def file_of(name: str) -> Path:
    """The event file of a recorded call."""
    return CALLS / f"{name}.jsonl"


def expected(name: str) -> dict[str, Any]:
    """The rows of history that the file must give."""
    content: dict[str, Any] = json.loads((CALLS / f"{name}.expected.json").read_text())
    return content


def assert_history(name: str, *, moments: bool = True) -> None:
    """Assert that the tables hold exactly the expected rows.

    A column that an expected row does not name may have any value; with `moments` off,
    moments may have any value.
    """
    want = expected(name)
    _assert_rows("calls", want["calls"], _calls(), ["sid"], moments)
    others = {call.sid: call.kind for call in Call.objects.exclude(kind="customer")}
    for leg in want.get("other_legs", []):
        assert others[leg["sid"]] == leg["kind"]
    key = ["call", "visit"]
    _assert_rows(
        "queue_entries", want.get("queue_entries", []), _entries(), key, moments
    )
    _assert_rows(
        "connections",
        want.get("connections", []),
        _connections(),
        [*key, "operator_leg"],
        moments,
    )
    _assert_rows(
        "ivr_steps", want.get("ivr_steps", []), _steps(), ["call", "step"], moments
    )
    _assert_rows(
        "abandoned_calls", want.get("abandoned_calls", []), _abandoned(), key, moments
    )
    _assert_rows("voicemails", want.get("voicemails", []), _voicemails(), key, moments)


def _assert_rows(
    table: str,
    want: list[dict[str, Any]],
    have: list[dict[str, Any]],
    key: list[str],
    moments: bool,
) -> None:
    def by_key(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {tuple(row[name] for name in key): row for row in rows}

    wanted, found = by_key(want), by_key(have)
    assert len(found) == len(have), f"{table}: a key twice"
    assert found.keys() == wanted.keys(), table
    for row_key, row in wanted.items():
        for name, value in row.items():
            is_moment = isinstance(found[row_key][name], datetime)
            if moments or not is_moment:
                assert _fits(value, found[row_key][name]), (
                    f"{table} {row_key} {name}: {found[row_key][name]!r}, not {value!r}"
                )


def _fits(want: Any, have: Any) -> bool:
    if isinstance(want, dict) and "any_of" in want:
        return any(_fits(one, have) for one in want["any_of"])
    if isinstance(want, dict):
        return have is not None and abs(have - want["about"]) <= want["within"]
    if isinstance(have, datetime):
        return want is not None and abs(have - datetime.fromisoformat(want)) <= _CLOSE
    if want is None:
        return have is None or have == ""
    return bool(want == have)


def _calls() -> list[dict[str, Any]]:
    return [
        {
            "sid": call.sid,
            "direction": call.direction,
            "from": call.caller,
            "line": call.line,
            "started_at": call.started_at,
            "ended_at": call.ended_at,
            "duration_seconds": call.duration_seconds,
            "entries": call.entry_count,
            "connections": call.connection_count,
            "ivr_steps": call.ivr_step_count,
            "ivr_path": call.ivr_path,
        }
        for call in Call.objects.customers()
    ]


def _entries() -> list[dict[str, Any]]:
    return [
        {
            "call": entry.call.sid,
            "visit": entry.visit,
            "queue": entry.queue,
            "entered_at": entry.entered_at,
            "left_at": entry.left_at,
            "wait_seconds": entry.wait_seconds,
            "outcome": entry.outcome,
            "overflow_reason": entry.overflow_reason,
            "operator_leg": next(
                (row.operator_call_sid for row in entry.connections.all()), None
            ),
            "inferred": entry.is_inferred,
            "lost_while_connecting": entry.is_lost_while_connecting,
            "queue_result": entry.queue_result,
        }
        for entry in QueueEntry.objects.select_related("call")
    ]


def _connections() -> list[dict[str, Any]]:
    return [
        {
            "call": row.entry.call.sid,
            "visit": row.entry.visit,
            "operator_leg": row.operator_call_sid,
            "operator": row.operator,
            "talk_seconds": row.talk_seconds,
        }
        for row in Connection.objects.select_related("entry__call")
    ]


def _steps() -> list[dict[str, Any]]:
    return [
        {"call": row.call.sid, "step": row.step, "menu": row.menu, "input": row.input}
        for row in IvrStep.objects.select_related("call")
    ]


def _abandoned() -> list[dict[str, Any]]:
    return [
        {
            "call": row.call.sid,
            "visit": row.visit,
            "queue": row.queue,
            "caller": row.caller,
            "abandoned_at": row.abandoned_at,
            "wait_seconds": row.wait_seconds,
            "position": row.position,
            "state": row.state,
            "recovered_at": row.recovered_at,
            "ivr_path": row.ivr_path,
        }
        for row in AbandonedCall.objects.with_state().select_related("call")
    ]


def _voicemails() -> list[dict[str, Any]]:
    return [
        {
            "call": row.call.sid,
            "visit": row.visit,
            "queue": row.queue,
            "recording_sid": row.recording_sid,
            "seconds": row.duration_seconds,
        }
        for row in Voicemail.objects.select_related("call")
    ]
