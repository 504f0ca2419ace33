"""Measures what docs/scale.md calculates with: how big calls are, what a cluster costs.

`python -m benchmarks.scale [DAYS]` prints one JSON object for a database server alone,
and one for a node of a Galera cluster of three on the same machine, with a past of so
many days of the demo.
"""

import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import django

from benchmarks import served
from minicc.tests import clusters, servers

DAYS = 10
_COMMITS, _GROUPS, _IN_A_GROUP, _READS, _CALLS = 300, 40, 50, 500, 500
_EVENTS = "callcenter_webhookevent"


def main(arguments: list[str]) -> None:
    """Measure one server, then a cluster; `here` measures the database it is told."""
    if arguments[:1] == ["here"]:
        django.setup()
        sys.stdout.write(json.dumps(_sizes() | _costs(), indent=1) + "\n")
        return
    days = arguments[0] if arguments else str(DAYS)
    with tempfile.TemporaryDirectory() as folder:
        for name, start in (("one server", _one), ("a node of three", _three)):
            with ExitStack() as stack:
                url = start(stack)
                servers.run_sql(url, "CREATE DATABASE minicc CHARACTER SET utf8mb4")
                env = served.environment(url, folder)
                served.manage(env, "migrate", "-v0")
                served.manage(env, "demo", f"--days={days}", "--seed=1")
                sys.stdout.write(f"{name}: ")
                sys.stdout.flush()
                command = [sys.executable, "-m", "benchmarks.scale", "here"]
                subprocess.run(command, env=env, cwd=served.ROOT, check=True)


def _one(stack: ExitStack) -> str:
    server = servers.Server("mariadb", servers.DURABLE)
    stack.callback(server.kill)
    return server.url


def _three(stack: ExitStack) -> str:
    cluster = clusters.Cluster(options=servers.DURABLE)
    stack.callback(cluster.kill)
    return cluster.nodes[0].url


def _sizes() -> dict[str, Any]:
    """How many requests a call makes, and how many bytes it takes with its indexes."""
    from django.db import connection  # noqa: PLC0415 -- needs Django set up

    from callcenter.models import Call, QueueEntry, WebhookEvent  # noqa: PLC0415

    calls = Call.objects.customers().count()
    sent = _status("wsrep_replicated_bytes")
    with connection.cursor() as cursor:
        cursor.execute("SHOW TABLES LIKE 'callcenter_%'")
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute(f"ANALYZE TABLE {', '.join(names)}")
        cursor.fetchall()
        cursor.execute(
            "SELECT table_name, data_length + index_length FROM"
            " information_schema.tables WHERE table_schema = DATABASE()"
        )
        sizes: dict[str, int] = dict(cursor.fetchall())
    history = sum(sizes[name] for name in names if name != _EVENTS)
    events = WebhookEvent.objects.count()
    lengths = Call.objects.customers().values_list("duration_seconds", flat=True)
    known = [seconds for seconds in lengths if seconds is not None]
    return {
        "calls": calls,
        "entries": QueueEntry.objects.count(),
        "events": events,
        "events a call": round(events / calls, 1),
        "mean seconds of a call": round(sum(known) / len(known)),
        "bytes of an event": round(sizes[_EVENTS] / events),
        "bytes of events a call": round(sizes[_EVENTS] / calls),
        "bytes of history a call": round(history / calls),
        "bytes sent to the other nodes a call": round(sent / calls),
    }


def _status(name: str) -> int:
    from django.db import connection  # noqa: PLC0415 -- needs Django set up

    with connection.cursor() as cursor:
        cursor.execute(f"SHOW GLOBAL STATUS LIKE '{name}'")
        found = cursor.fetchone()
    return int(found[1]) if found else 0


def _costs() -> dict[str, Any]:
    """What storing, reading and deriving take, in milliseconds of this machine."""
    from django.db import connection  # noqa: PLC0415 -- needs Django set up

    from callcenter.events.record import keep, keep_all  # noqa: PLC0415
    from callcenter.history.store import in_groups, rebuild  # noqa: PLC0415
    from callcenter.models import Call  # noqa: PLC0415

    sids = list(Call.objects.customers().values_list("sid", flat=True)[:_CALLS])
    groups = list(in_groups(sids))
    single = _each(_COMMITS, lambda: keep(_event()))
    many = _each(_GROUPS, lambda: keep_all([_event() for _one in range(_IN_A_GROUP)]))
    costs = {
        "ms to store an event": single,
        "events a second, one by one": round(1000 / single),
        "events a second, in groups of 50": round(1000 * _IN_A_GROUP / many),
        "ms of a read": _each(_READS, lambda: Call.objects.values("pk").first()),
        "ms to derive a call again, by fifties": round(
            _each(10, lambda: rebuild(groups.pop())) * 10 / _CALLS, 2
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute("SHOW VARIABLES LIKE 'wsrep_on'")
        if cursor.fetchone()[1] == "ON":
            cursor.execute("SET SESSION wsrep_sync_wait = 0")
            costs["ms of a read that does not wait"] = _each(
                _READS, lambda: Call.objects.values("pk").first()
            )
    return costs


def _each(times: int, work: Callable[[], object]) -> float:
    """Milliseconds that it takes, in the mean."""
    begun = time.perf_counter()
    for _time in range(times):
        work()
    return round((time.perf_counter() - begun) / times * 1000, 2)


def _event() -> Any:
    from django.utils import timezone  # noqa: PLC0415 -- needs Django set up

    from callcenter.models import WebhookEvent  # noqa: PLC0415

    return WebhookEvent(
        dedup_key=uuid.uuid4().hex * 2,
        token=uuid.uuid4().hex,
        received_at=timezone.now(),
        kind=WebhookEvent.Kind.STATUS,
        path="/twilio/status/",
        call_sid="CA" + uuid.uuid4().hex,
        params={
            "CallStatus": "completed",
            "CallDuration": "60",
            "From": "+81312345678",
        },
    )


if __name__ == "__main__":
    main(sys.argv[1:])
