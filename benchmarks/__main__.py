"""`make bench`: measures, prints, and writes benchmarks/results.md."""

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    bulk,
    exports,
    floods,
    lists,
    reports,
    served,
    traffic,
    webhooks,
)
from benchmarks.client import load
from benchmarks.line import Line
from minicc.tests import nginx, servers

RESULTS = Path(__file__).with_name("results.md")
CALLS_IN_FILE = 3000
CALLS_MARKED = 300
MANY = 1_000_000


def measure(vendor: str) -> Iterator[Line]:
    """Measure everything on one database; yields each line as soon as it is known."""
    workers = 2 if vendor == "mariadb" else 1
    with served.installation(vendor) as env, tempfile.TemporaryDirectory() as folder:
        yield from webhooks.measure(vendor, env, workers)
        path = Path(folder) / "calls.jsonl"
        bulk.write_file(path, CALLS_IN_FILE)
        rate = bulk.ask(env, "load", str(path))["per_second"]
        yield Line(
            "`load_events` with history",
            vendor,
            f"{rate:,.0f} events/s",
            ">= 1,500",
            rate >= 1500,
        )
        bulk.write_file(path, CALLS_IN_FILE)
        rate = bulk.ask(env, "drain", str(path))["per_second"]
        yield Line(
            "events of the spool loaded and derived",
            vendor,
            f"{rate:,.0f} events/s",
            ">= 2,500",
            rate >= 2500,
        )
        bulk.write_file(path, CALLS_MARKED)
        share = bulk.ask(env, "marks", str(path))["share"]
        yield Line(
            "of storing and deriving a request, the marks on its quarter hours",
            vendor,
            f"{share:.1%}",
            "<= 5%",
            share <= 0.05,
        )
        rate = bulk.ask(env, "rebuild")["per_second"]
        yield Line(
            "`rebuild_calls`", vendor, f"{rate:,.0f} calls/s", ">= 300", rate >= 300
        )
        yield from _floods(vendor, env)
        yield from _cost_of_age(vendor, env)
        yield from _lists(vendor, env)
        yield from _reports(vendor, env)
        yield from _files(vendor, env)


def _cost_of_age(vendor: str, env: dict[str, str]) -> Iterator[Line]:
    """Compare the same calls, one after another, with few and many stored events."""

    def median() -> float:
        with served.server(env, 1):
            load([traffic.calls(90)], 1.0)
            takes = [load([traffic.calls(91)], webhooks.SECONDS) for _ in range(3)]
        return statistics.median(take.percentile(50) for take in takes)

    young = median()
    bulk.ask(env, "fill", str(MANY))
    old = median()
    yield Line(
        f"a webhook with {MANY:,} stored events against one with few",
        vendor,
        f"{old / young:.2f} ({young:.1f} to {old:.1f} ms, median)",
        "<= 1.3",
        old / young <= 1.3,
    )


def _lists(vendor: str, env: dict[str, str]) -> Iterator[Line]:
    """Measure every list with its filters and searches; its slowest page counts."""
    is_limit = vendor == "mariadb"
    slowest: dict[str, tuple[float, str]] = {}
    for name, path, seconds in lists.measure(env):
        slowest[name] = max(slowest.get(name, (0.0, "")), (seconds, path))
    for name, (seconds, path) in slowest.items():
        is_ours = not name.startswith("stock")
        yield Line(
            f"list of {name} over {lists.ENTRIES:,} entries, the slowest of its pages",
            vendor,
            f"{seconds:.2f} s ({path.removeprefix('/admin')})",
            f"< {lists.LIMIT} s" if is_ours and is_limit else "reported",
            seconds < lists.LIMIT if is_ours and is_limit else None,
        )


def _reports(vendor: str, env: dict[str, str]) -> Iterator[Line]:
    """Measure the pages of reports over the entries that the lists have left."""
    served.manage(env, "count_intervals", "--all")
    slowest: dict[str, reports.Page] = {}
    for page in reports.pages(env):
        known = slowest.get(page.what)
        if known is None or page.seconds > known.seconds:
            slowest[page.what] = page
    for what, page in slowest.items():
        yield Line(
            f"{what}, the slowest of its pages",
            vendor,
            f"{page.seconds:.2f} s ({page.path.removeprefix('/admin')})",
            f"< {page.goal} s" if page.goal else "reported",
            page.seconds < page.goal if page.goal else None,
        )
    if vendor == "mariadb":
        ours, theirs = reports.against_duckdb(env)
        yield Line(
            "rows of a year by day, against DuckDB over the same entries in Parquet",
            vendor,
            f"{ours / theirs:.2f} x ({ours:.3f} s)",
            "<= 1 x",
            ours <= theirs,
        )


def _floods(vendor: str, env: dict[str, str]) -> Iterator[Line]:
    """Time webhooks under floods of people's requests, against quiet."""
    if lacks := nginx.missing():
        sys.stdout.write(f"NOT MEASURED under floods: this machine lacks {lacks}\n")
        return
    quiet: float | None = None
    # A database file of SQLite allows one writer, and so one process.
    processes = 2 if vendor == "mariadb" else 1
    for name, sample in floods.measure(env, processes):
        p99 = sample.percentile(99)
        quiet = quiet or p99
        slower = p99 / quiet
        most = floods.MOST_OF.get(name, floods.MOST_TIMES_SLOWER)
        goal = f"<= {most:.0f} x, none refused"
        yield Line(
            f"{floods.WEBHOOKS_A_SECOND} webhooks a second, {name}",
            vendor,
            f"median {sample.percentile(50):.0f} ms, p99 {p99:.0f} ms ({slower:.1f} x),"
            f" {sample.refused} of {sample.answers} refused",
            goal if processes > 1 else "reported",
            slower <= most and not sample.refused if processes > 1 else None,
        )


def _files(vendor: str, env: dict[str, str]) -> Iterator[Line]:
    """Measure exports of a list, and import-export's own export of far fewer rows."""
    rates: dict[str, float] = {}
    for download in exports.measure(env):
        rates[download.what] = download.rate
        is_ours = download.what.endswith("ours")
        yield Line(
            f"{download.rows:,} queue entries as {download.what}",
            vendor,
            str(download),
            "first byte <= 1 s, flat: <= +100 MiB" if is_ours else "reported",
            download.first <= 1 and download.peak - download.rest <= 100
            if is_ours
            else None,
        )
    if vendor == "mariadb":
        ratio = rates["csv, ours"] / exports.batch(env, exports.ENTRIES)
        yield Line(
            "rows a second as csv, against `mariadb --batch --quick` of the same rows",
            vendor,
            f"{ratio:.2f} x",
            ">= 0.4 x",
            ratio >= 0.4,
        )
        yield Line(
            "rows a second as xlsx",
            vendor,
            f"{rates['xlsx, ours']:,.0f}",
            ">= 25,000",
            rates["xlsx, ours"] >= 25_000,
        )
    for code in ("csv", "xlsx"):
        ratio = rates[f"{code}, ours"] / rates[f"{code}, import-export"]
        yield Line(
            f"rows a second as {code}, against import-export",
            vendor,
            f"{ratio:.1f} x",
            ">= 3 x",
            ratio >= 3,
        )


def _machine() -> str:
    packages = ("django", "granian", "twilio", "mysqlclient")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{date.today():%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()}"  # noqa: DTZ011 -- the day at the machine
        f" {platform.release()}, Python {platform.python_version()}, {versions}"
    )


def main() -> None:
    """Print each line when it is measured, and write the results at the end."""
    lines: list[Line] = []
    vendors = ["sqlite"] if servers.missing("mariadb") else ["mariadb", "sqlite"]
    vendors = [vendor for vendor in vendors if vendor in (sys.argv[1:] or vendors)]
    for lack in servers.missing("mariadb"):
        sys.stdout.write(f"NOT MEASURED on MariaDB: this machine lacks {lack}\n")
    for vendor in vendors:
        for line in measure(vendor):
            lines.append(line)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    _, has_notes, notes = text.partition("\n## ")
    table = "\n".join(map(str, lines))
    RESULTS.write_text(
        "# Results of `make bench`\n\n"
        f"{_machine()}.\n\n"
        "The server, the database and the client share the cores; peers are measured in"
        " turns, and the ratios are medians of the rounds. MariaDB with full durability"
        " and two web processes, SQLite (WAL, FULL) with one; 24 threads each.\n\n"
        "| What | Database | Value | Goal | Met |\n|---|---|---|---|---|\n"
        f"{table}\n" + (f"\n## {notes}" if has_notes else ""),
        encoding="utf-8",
    )
    sys.stdout.write(f"Measured {len(lines)} values; see {RESULTS.name}.\n")


if __name__ == "__main__":
    main()
