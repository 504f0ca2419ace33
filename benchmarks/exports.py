"""Exports of queue entries, ours and import-export's: first byte, rate, memory.

`python -m benchmarks.exports ENTRIES [mariadb|sqlite]` measures only these.
"""

import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from benchmarks import lists, reports, served

ENTRIES = 1_000_000
# import-export's memory grows by 1.7 KiB a row: a million rows would take too long.
PEER_ROWS = 30_000
OURS = "/admin/callcenter/queueentry/export/"
PEER = "/peer-export/"


@dataclass(frozen=True, slots=True)
class Download:
    """One file: seconds to its first and last byte, bytes, server memory in MiB."""

    what: str
    rows: int
    first: float
    whole: float
    size: int
    peak: float
    # Memory of the same process before the download.
    rest: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.whole

    def __str__(self) -> str:
        return (
            f"first byte {self.first:.2f} s, {self.rate:,.0f} rows/s,"
            f" peak {self.peak:.0f} MiB ({self.peak - self.rest:+.0f})"
        )


def measure(env: dict[str, str], entries: int = ENTRIES) -> Iterator[Download]:
    """Download each file from a server of its own, so that its memory is known."""
    said = lists.run_module(env, "benchmarks.fill", str(entries))
    have = int("".join(letter for letter in said if letter.isdecimal()))
    found: dict[str, str] = json.loads(lists.run_module(env, "benchmarks.lists"))
    for code in ("csv", "xlsx"):
        yield _download(env, f"{code}, ours", f"{OURS}{code}/", have, found["session"])
        rows = min(PEER_ROWS, have)
        yield _download(
            env,
            f"{code}, import-export",
            f"{PEER}?format={code}&rows={rows}",
            rows,
            found["session"],
        )


# The columns that our file has, of the tables as they are.
_COLUMNS = """
SELECT c.sid, e.visit, e.queue, e.entered_at, e.left_at, e.wait_seconds, e.outcome,
  e.overflow_reason, e.queue_result, e.position, k.operator, k.operator_call_sid,
  k.talk_seconds, k.talk_source, e.is_inferred, e.is_lost_while_connecting,
  e.target_seconds, c.line, c.caller, c.ivr_path
FROM callcenter_queueentry AS e
STRAIGHT_JOIN callcenter_call AS c ON c.id = e.call_id
LEFT JOIN callcenter_connection AS k ON k.entry_id = e.id
ORDER BY e.entered_at DESC, e.id DESC
"""


def batch(env: dict[str, str], rows: int) -> float:
    """Rows a second of MariaDB's own client, which writes the same rows as text."""
    # The settings are read by a process with this environment.
    url = urlsplit(env["DATABASE_URL"])
    database = {
        "NAME": url.path.lstrip("/"),
        "OPTIONS": {"unix_socket": parse_qs(url.query)["unix_socket"][0]},
    }
    begin = time.perf_counter()
    with open(os.devnull, "wb") as nothing:
        reports.query(database, f"{_COLUMNS} LIMIT {rows}", nothing)
    return rows / (time.perf_counter() - begin)


def _download(
    env: dict[str, str], what: str, path: str, rows: int, session: str
) -> Download:
    with served.server(env, 1) as pid:
        # A small file first: imports and caches are not to be measured.
        _read("/admin/callcenter/queueentry/export/json/?q=000", session)
        rest = served.resident_mib(pid)
        first, whole, size = _read(path, session)
        peak = served.resident_mib(pid, peak=True)
    return Download(what, rows, first, whole, size, peak, rest)


def _read(path: str, session: str) -> tuple[float, float, int]:
    """Download a path: seconds to the first byte, seconds to the last, bytes."""
    link = http.client.HTTPConnection("127.0.0.1", 8077, timeout=3600)
    begin = time.perf_counter()
    link.request("GET", path, headers={"Cookie": f"sessionid={session}"})
    answer = link.getresponse()
    if answer.status != 200:
        raise RuntimeError(
            f"{path}: {answer.status} {answer.getheader('Location', '')}"
        )
    size = len(answer.read(1))
    first = time.perf_counter() - begin
    while part := answer.read(1 << 16):
        size += len(part)
    return first, time.perf_counter() - begin, size


if __name__ == "__main__":
    entries, vendor = int(sys.argv[1]), (sys.argv[2:] or ["mariadb"])[0]
    with served.installation(vendor) as environment:
        for download in measure(environment, entries):
            sys.stdout.write(f"{download.what}: {download.rows:,} rows, {download}\n")
            sys.stdout.flush()
