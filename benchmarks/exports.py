"""Queue entries as files, against import-export's own: first byte, rate, memory.

`python -m benchmarks.exports ENTRIES [mariadb|sqlite]` measures them alone.
"""

import http.client
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import lists, served

ENTRIES = 1_000_000
# Its memory grows by 1.7 KiB a row, and its time with it: a million is not for a bench.
PEER_ROWS = 30_000
OURS = "/admin/callcenter/queueentry/export/"
PEER = "/peer-export/"


@dataclass(frozen=True, slots=True)
class Download:
    """How one file came: seconds, bytes, and the server's peak of memory in MiB."""

    what: str
    rows: int
    first: float
    whole: float
    size: int
    peak: float
    # Memory of the same process before it.
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
    """Each file from a server of its own, so that its memory is known."""
    said = lists._run(env, "benchmarks.fill", str(entries))
    have = int("".join(letter for letter in said if letter.isdecimal()))
    found: dict[str, str] = json.loads(lists._run(env, "benchmarks.lists"))
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


def _download(
    env: dict[str, str], what: str, path: str, rows: int, session: str
) -> Download:
    with served.server(env, 1) as pid:
        # Imports and caches are no part of it.
        _read("/admin/callcenter/queueentry/export/json/?q=000", session)
        rest = served.resident_mib(pid)
        first, whole, size = _read(path, session)
        peak = served.resident_mib(pid, peak=True)
    return Download(what, rows, first, whole, size, peak, rest)


def _read(path: str, session: str) -> tuple[float, float, int]:
    """Seconds to the first byte and to the last, and how many there were."""
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
