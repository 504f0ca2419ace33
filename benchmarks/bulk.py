"""Measurements inside a Django process: event files, rebuilding, a million events.

`python -m benchmarks.bulk load FILE`, `drain FILE`, `marks FILE`, `rebuild`, `delay` or
`fill N` prints one JSON object with the result.
"""

import json
import shutil
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

_FORM = {"Direction": "inbound", "To": "+815000000101", "CallStatus": "in-progress"}
# How many callers one operator's leg is given.
CALLS_IN_A_SHIFT = 80
# Not all queues of the demo: a report or list of one without calls is measured too.
QUEUES = ("support", "billing", "orders")
_START = datetime(2026, 10, 5, tzinfo=UTC)
_DOUBLING = """
INSERT INTO callcenter_webhookevent (dedup_key, call_sid, {columns})
SELECT {key}, {sid}, {columns}
FROM callcenter_webhookevent LIMIT {rows}
"""
# SQL for values that no two rows may share.
_NEW = {
    "mysql": {
        "key": "SHA2(CONCAT(UUID(), RAND()), 256)",
        "sid": "CONCAT('CA', MD5(CONCAT(UUID(), RAND())))",
    },
    "sqlite": {
        "key": "lower(hex(randomblob(32)))",
        "sid": "'CA' || lower(hex(randomblob(16)))",
    },
}


def write_file(path: Path, calls: int, apart: float = 7) -> int:
    """Write an event file of so many calls, a third abandoned; returns its lines.

    They begin so many seconds after each other.
    """
    lines = 0
    with path.open("w", encoding="utf-8") as file:
        for number in range(calls):
            if number % CALLS_IN_A_SHIFT == 0:
                leg = _sid()
            at = _START + timedelta(seconds=number * apart)
            for event in _call(number, at, leg):
                file.write(json.dumps(event) + "\n")
                lines += 1
    return lines


def _call(number: int, at: datetime, leg: str) -> list[dict[str, Any]]:
    call, caller = _sid(), f"+8190{number:08d}"
    # A third of the calls of each queue is abandoned.
    queue = QUEUES[number // 3 % len(QUEUES)]

    def event(
        seconds: float,
        path: str,
        decision: str = "",
        *,
        sid: str = call,
        number: str = caller,
        **params: str,
    ) -> dict[str, Any]:
        moment = at + timedelta(seconds=seconds)
        return {
            "at": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "path": f"/twilio/{path}",
            "params": _FORM | {"CallSid": sid, "From": number} | params,
            "decision": decision,
            "token": str(uuid.uuid4()),
        }

    waited = 5 + number * 37 % 200
    left = 5 + waited
    held = (
        event(5.3 + seconds, f"wait/{queue}/1/?step=2", "hold", QueueTime=str(seconds))
        for seconds in (0, 20, 40)
        if seconds <= waited
    )
    events = [
        event(0, "incoming/", "menu:main"),
        event(5, "menu/main/?step=1", f"enqueue:{queue}/1", Digits="1"),
        *held,
    ]
    exit_path, wait = f"queue-exit/{queue}/1/?step=2", {"QueueTime": str(waited)}
    talk = 0
    if number % 3:
        talk = 30 + number * 13 % 300
        done = {
            "DialCallSid": call,
            "DialCallStatus": "completed",
            "DialCallDuration": str(talk),
            "DialBridged": "true",
        }
        events += [
            event(left, "connect/", "announce", DequeingCallSid=leg, **wait),
            event(left + talk, exit_path, "end", QueueResult="bridged", **wait),
            event(
                left + talk + 0.1,
                f"operator/done/?queue={queue}",
                "wrap_up",
                sid=leg,
                number="+815000000201",
                **done,
            ),
        ]
    else:
        events.append(event(left, exit_path, "end", QueueResult="hangup", **wait))
    seconds = left + talk + 1
    end = {"CallStatus": "completed", "CallDuration": str(seconds)}
    return [*events, event(seconds, "status/", **end)]


def _sid() -> str:
    return "CA" + uuid.uuid4().hex


def _load(path: str) -> dict[str, float]:
    from callcenter.upkeep.intake import load  # noqa: PLC0415 -- needs Django set up

    begin = time.perf_counter()
    taken = load(Path(path))
    return {"per_second": taken.kept / (time.perf_counter() - begin)}


def _drain(path: str) -> dict[str, float]:
    """Load an event file as a segment that an outage has left in the spool."""
    from django.conf import settings  # noqa: PLC0415 -- needs Django set up

    from callcenter.upkeep.drain import drain  # noqa: PLC0415 -- the same

    folder = Path(settings.SPOOL_DIR)
    folder.mkdir(exist_ok=True)
    shutil.copy(path, folder / "events-1-1.jsonl")
    begin = time.perf_counter()
    done = drain()
    return {"per_second": done.kept / (time.perf_counter() - begin)}


def _rebuild() -> dict[str, float]:
    from callcenter.upkeep.rebuild import (  # noqa: PLC0415 -- needs Django set up
        rebuild_all,
        sids_to_rebuild,
    )

    sids = sids_to_rebuild()[:2000]
    begin = time.perf_counter()
    done = len(list(rebuild_all(sids)))
    return {"per_second": done / (time.perf_counter() - begin)}


def _delay(since: str = "0") -> dict[str, float]:
    """Seconds from receipt of events to their derivation, and how many are pending.

    Only of events received since a moment (seconds of the epoch).
    """
    from callcenter.models import WebhookEvent  # noqa: PLC0415 -- needs Django set up

    begin = datetime.fromtimestamp(float(since), UTC)
    events = WebhookEvent.objects.filter(received_at__gte=begin)
    events = events.exclude(path="/plain/")
    rows = events.values_list("received_at", "derived_at")
    delays = sorted((derived - at).total_seconds() for at, derived in rows if derived)
    return {
        "median": delays[len(delays) // 2],
        "p99": delays[len(delays) * 99 // 100],
        "longest": delays[-1],
        "pending": events.pending().count(),
    }


def _marks(path: str) -> dict[str, float]:
    """What share of taking in requests, one at a time, goes into marking intervals."""
    from callcenter.events.eventfile import event_of_line  # noqa: PLC0415 -- the same
    from callcenter.events.record import record  # noqa: PLC0415 -- the same
    from callcenter.history.changed_quarters import ChangedQuarters  # noqa: PLC0415 -- the same
    from callcenter.history.store import derive_event  # noqa: PLC0415 -- the same

    marking, mark = 0.0, ChangedQuarters.mark

    def timed(changes: ChangedQuarters) -> None:
        nonlocal marking
        begin = time.perf_counter()
        mark(changes)
        marking += time.perf_counter() - begin

    ChangedQuarters.mark = timed  # type: ignore[assignment, method-assign]
    lines = Path(path).read_text().splitlines()
    begin = time.perf_counter()
    for line in lines:
        kept = record(event_of_line(line))
        if kept:
            derive_event(kept)
    return {"share": marking / (time.perf_counter() - begin), "requests": len(lines)}


def _fill(rows: int) -> dict[str, float]:
    """Copy stored events, under new SIDs, until there are so many."""
    from django.db import connection  # noqa: PLC0415 -- needs Django set up

    from callcenter.models import WebhookEvent  # noqa: PLC0415 -- needs Django set up

    columns = ", ".join(
        str(field.column)
        for field in WebhookEvent._meta.concrete_fields
        if field.column not in ("id", "dedup_key", "call_sid")
    )
    have = WebhookEvent.objects.count()
    while have < rows:
        with connection.cursor() as cursor:
            more = min(have, rows - have, 100_000)
            cursor.execute(
                _DOUBLING.format(rows=more, columns=columns, **_NEW[connection.vendor])
            )
        have += more
    return {"rows": have}


def ask(env: dict[str, str], *arguments: str) -> dict[str, float]:
    """The result of one of these measurements, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bulk", *arguments],
        cwd=Path(__file__).resolve().parent.parent,
        env=env,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    django.setup()
    match sys.argv[1:]:
        case ["load", name]:
            result = _load(name)
        case ["marks", name]:
            result = _marks(name)
        case ["rebuild"]:
            result = _rebuild()
        case ["delay", *since]:
            result = _delay(*since)
        case ["drain", name]:
            result = _drain(name)
        case ["fill", count]:
            result = _fill(int(count))
        case _:
            sys.exit("load FILE, drain FILE, marks FILE, rebuild, delay, or fill N")
    json.dump(result, sys.stdout)
