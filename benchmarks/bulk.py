"""Measurements inside a Django process: event files, rebuilding, a million events.

`python -m benchmarks.bulk load FILE`, `rebuild`, `delay` or `fill N` prints one JSON
object with the result.
"""

import json
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


def write_file(path: Path, calls: int) -> int:
    """Write an event file of so many calls, a third abandoned; returns its lines."""
    lines = 0
    with path.open("w", encoding="utf-8") as file:
        for number in range(calls):
            if number % CALLS_IN_A_SHIFT == 0:
                leg = _sid()
            at = _START + timedelta(seconds=number * 7)
            for event in _call(number, at, leg):
                file.write(json.dumps(event) + "\n")
                lines += 1
    return lines


def _call(number: int, at: datetime, leg: str) -> list[dict[str, Any]]:
    call, caller = _sid(), f"+8190{number:08d}"

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

    events = [
        event(0, "incoming/", "menu:main"),
        event(5, "menu/main/?step=1", "enqueue:support/1", Digits="1"),
        event(5.3, "wait/support/1/?step=2", "hold", QueueTime="0"),
        event(25, "wait/support/1/?step=2", "hold", QueueTime="20"),
        event(45, "wait/support/1/?step=2", "hold", QueueTime="40"),
    ]
    exit_path = "queue-exit/support/1/?step=2"
    if number % 3:
        talked = {"QueueResult": "bridged", "QueueTime": "44"}
        done = {
            "DialCallSid": call,
            "DialCallStatus": "completed",
            "DialCallDuration": "60",
            "DialBridged": "true",
        }
        events += [
            event(49, "connect/", "announce", QueueTime="44", DequeingCallSid=leg),
            event(110, exit_path, "end", **talked),
            event(
                110.1,
                "operator/done/?queue=support",
                "wrap_up",
                sid=leg,
                number="+815000000201",
                **done,
            ),
        ]
    else:
        gave_up = {"QueueResult": "hangup", "QueueTime": "55"}
        events.append(event(60, exit_path, "end", **gave_up))
    end = {"CallStatus": "completed", "CallDuration": "111"}
    return [*events, event(111, "status/", **end)]


def _sid() -> str:
    return "CA" + uuid.uuid4().hex


def _load(path: str) -> dict[str, float]:
    from callcenter.upkeep.intake import load  # noqa: PLC0415 -- needs Django set up

    begin = time.perf_counter()
    taken = load(Path(path))
    return {"per_second": taken.kept / (time.perf_counter() - begin)}


def _rebuild() -> dict[str, float]:
    from callcenter.upkeep.rebuild import (  # noqa: PLC0415 -- needs Django set up
        rebuild_all,
        sids_to_rebuild,
    )

    sids = sids_to_rebuild()[:2000]
    begin = time.perf_counter()
    done = len(list(rebuild_all(sids)))
    return {"per_second": done / (time.perf_counter() - begin)}


def _delay() -> dict[str, float]:
    """Seconds from receipt of events to their derivation, and how many are pending."""
    from callcenter.models import WebhookEvent  # noqa: PLC0415 -- needs Django set up

    events = WebhookEvent.objects.exclude(path="/plain/")
    rows = events.values_list("received_at", "derived_at")
    delays = sorted((derived - at).total_seconds() for at, derived in rows if derived)
    return {
        "median": delays[len(delays) // 2],
        "p99": delays[len(delays) * 99 // 100],
        "longest": delays[-1],
        "pending": events.pending().count(),
    }


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


if __name__ == "__main__":
    django.setup()
    match sys.argv[1:]:
        case ["load", name]:
            result = _load(name)
        case ["rebuild"]:
            result = _rebuild()
        case ["delay"]:
            result = _delay()
        case ["fill", count]:
            result = _fill(int(count))
        case _:
            sys.exit("load FILE, rebuild, delay, or fill N")
    json.dump(result, sys.stdout)
