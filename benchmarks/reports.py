"""Report pages over a long history, against DuckDB and against a short history.

`python -m benchmarks.reports ENTRIES` measures them alone; ten million entries take an
hour to fill.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

from benchmarks import lists, served

TRIES = 5
# So many days have the same seed of calls, whatever the number of entries is.
DAYS = 2048
PATHS = {
    "queue-interval by day over a year": ("queue-interval", 365, "day", 0.3),
    "30-minute rows over 30 days": ("queue-interval", 30, "30", 0.2),
    "heat map of four weeks": ("heat-map", 28, "", 0.2),
}
LIST_REPORTS = (
    *("calls", "queue-entries", "abandoned-calls"),
    *("connections", "ivr-steps", "legs"),
)
LIST_SECONDS = 0.3
# Reports without a goal of their own, over a month.
OTHERS = (
    *("queue-summary", "wait-distribution", "service-level-variants", "operators"),
    *("lines", "ivr-paths", "ivr-menus", "completeness", "repeat-callers"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a report: what it is, the median seconds it takes, and its goal."""

    what: str
    path: str
    seconds: float
    goal: float | None = None


def pages(env: dict[str, str]) -> Iterator[Page]:
    """Every page, from a server of its own."""
    found: dict[str, str] = json.loads(lists.run_module(env, "benchmarks.lists"))
    last = date.fromisoformat(found["last_day"])

    def measured(what: str, path: str, goal: float | None) -> Page:
        return Page(what, path, lists.seconds(path, found["session"], TRIES), goal)

    def address(slug: str, days: int, **more: str) -> str:
        asked = {"first": last - timedelta(days=days - 1), "last": last} | more
        return f"/admin/reports/{slug}/?{urlencode(asked)}"

    with served.server(env, 1):
        for what, (slug, days, interval, goal) in PATHS.items():
            more = {"interval": interval} if interval else {}
            yield measured(what, address(slug, days, **more), goal)
        yield measured("dashboard", "/admin/", 0.2)
        yield measured("daily report", f"/admin/reports/daily/?day={last}", None)
        for slug in LIST_REPORTS:
            for days in (1, 31, 365):
                for more in ({}, *_filters(slug, found)):
                    yield measured(
                        f"list {slug}", address(slug, days, **more), LIST_SECONDS
                    )
        for slug in OTHERS:
            yield measured(slug, address(slug, 30), None)
        yield measured("operators over a year", address("operators", 365), None)


def _filters(slug: str, found: dict[str, str]) -> Iterator[dict[str, str]]:
    """What a list report may be filtered by, one at a time."""
    yield {"queue": "support"}
    yield {"queue": "sales"}
    yield {"line": found["line"]}
    yield {"operator": "+815000000201"}
    if slug == "queue-entries":
        yield {"weekday": "2"}


def against_duckdb(env: dict[str, str]) -> tuple[float, float]:
    """Seconds of a year by day: our rows, and DuckDB's over the same entries."""
    with tempfile.TemporaryDirectory() as folder:
        said = lists.run_module(env, "benchmarks.reports", "duckdb", folder)
    ours, theirs = json.loads(said)
    return ours, theirs


_ENTRIES = """
SELECT entry.queue, entry.entered_quarter, entry.outcome, entry.wait_seconds,
  entry.target_seconds, connection.talk_seconds
FROM callcenter_queueentry AS entry
LEFT JOIN callcenter_connection AS connection ON connection.entry_id = entry.id
"""
_BY_DAY = """
SELECT (entered_quarter + 36) // 96 AS day, queue,
  count(*), count(*) FILTER (outcome = 'answered'),
  count(*) FILTER (outcome = 'abandoned'),
  count(*) FILTER (outcome = 'short_abandoned'),
  count(*) FILTER (outcome = 'overflowed'),
  count(*) FILTER (outcome = 'blocked'), count(*) FILTER (outcome = 'failed'),
  count(*) FILTER (outcome = 'waiting'), count(*) FILTER (outcome = 'unknown'),
  count(*) FILTER (outcome = 'answered' AND wait_seconds <= target_seconds),
  sum(wait_seconds) FILTER (outcome = 'answered'),
  sum(wait_seconds) FILTER (outcome = 'abandoned'), max(wait_seconds),
  quantile_disc(wait_seconds, [0.5, 0.9]) FILTER (outcome = 'answered'),
  sum(talk_seconds), count(talk_seconds)
FROM '{parquet}' WHERE entered_quarter BETWEEN {start} AND {end}
GROUP BY day, queue ORDER BY day, queue
"""


def _compare(folder: Path) -> tuple[float, float]:
    """What `against_duckdb` gives, in a process with Django."""
    # The imports need Django set up; DuckDB is installed for benchmarks alone.
    import duckdb  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    from callcenter.models import QueueEntry  # noqa: PLC0415
    from reports.definitions.queues import QueueIntervalReport  # noqa: PLC0415
    from reports.query.selection import Selection  # noqa: PLC0415

    newest = QueueEntry.objects.order_by("-entered_at")[0]
    last = newest.entered_at.date()
    asked = Selection(last - timedelta(days=364), last, interval="day")
    tsv, parquet = folder / "entries.tsv", folder / "entries.parquet"
    with tsv.open("wb") as out:
        query(settings.DATABASES["default"], _ENTRIES, out)
    base = duckdb.connect()
    base.execute(
        f"COPY (SELECT * FROM read_csv('{tsv}', delim='\t', header=true,"
        f" nullstr='NULL')) TO '{parquet}' (FORMAT parquet)"
    )
    start, end = (int(at.timestamp()) // 900 for at in asked.period.bounds())
    by_day = _BY_DAY.format(parquet=parquet, start=start, end=end - 1)
    report = QueueIntervalReport()
    ours, theirs = [], []
    for _ in range(TRIES + 1):
        begin = time.perf_counter()
        rows = list(report.read(asked).rows())
        ours.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        found = base.execute(by_day).fetchall()
        theirs.append(time.perf_counter() - begin)
    ours_counted = sorted((row[1], row[2], row[4]) for row in rows if row[2])
    if ours_counted != sorted(row[1:4] for row in found):
        raise RuntimeError("DuckDB and the report count differently")
    return statistics.median(ours[1:]), statistics.median(theirs[1:])


def query(database: dict[str, Any], sql: str, out: Any) -> None:
    """Run a query with MariaDB's own client, as fast as it can write text."""
    socket = database["OPTIONS"]["unix_socket"]
    command = ["mariadb", "--no-defaults", "-uroot", f"--socket={socket}"]
    command += ["--batch", "--quick", database["NAME"], "-e", sql]
    subprocess.run(command, stdout=out, check=True)


def fill(env: dict[str, str], entries: int) -> None:
    """So many entries over the same days, with their sums counted."""
    seed = str(-(-entries // DAYS))
    lists.run_module(env, "benchmarks.fill", str(entries), seed)
    served.manage(env, "count_intervals", "--all")


def main(entries: int) -> None:
    """Print every page, DuckDB's time, and each page of a hundredth of the entries."""
    few: dict[str, float] = {}
    for count in (entries // 100, entries):
        with served.installation("mariadb") as env:
            begin = time.perf_counter()
            fill(env, count)
            taken = time.perf_counter() - begin
            sys.stdout.write(f"{count:,} entries, filled in {taken:.0f} s\n")
            for page in pages(env):
                growth = ""
                if page.path in few:
                    growth = f" ({page.seconds / few[page.path]:.1f} x)"
                few.setdefault(page.path, page.seconds)
                sys.stdout.write(
                    f"{page.seconds:.3f} s{growth}  {page.what}  {page.path}\n"
                )
                sys.stdout.flush()
            ours, theirs = against_duckdb(env)
            sys.stdout.write(f"a year by day {ours:.3f} s, DuckDB {theirs:.3f} s\n")


if __name__ == "__main__":
    if sys.argv[1] == "duckdb":
        django.setup()
        json.dump(_compare(Path(sys.argv[2])), sys.stdout)
    else:
        main(int(sys.argv[1]))
