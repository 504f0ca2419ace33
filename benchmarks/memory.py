"""Measures the memory of web processes over a million webhooks.

`python -m benchmarks.memory [WEBHOOKS]` takes about twenty minutes, and prints the row
of the results. On MariaDB, with two web processes.
"""

import sys
from collections.abc import Iterator

from tqdm import tqdm

from benchmarks import served, traffic
from benchmarks.client import load
from benchmarks.line import Line

WEBHOOKS = 1_000_000
CONNECTIONS = 8
MOST_MIB, MOST_GROWTH_MIB = 130, 3
_TAKE_SECONDS = 10.0


def measure(webhooks: int) -> Iterator[Line]:
    """Send so many, and compare the memory after half of them with that at the end."""
    streams = [traffic.calls(number) for number in range(CONNECTIONS)]
    with served.installation("mariadb") as env, served.server(env, 2) as pid:
        sent, half = 0, 0.0
        with tqdm(total=webhooks, unit="webhook", disable=None) as bar:
            while sent < webhooks:
                sample = load(streams, _TAKE_SECONDS)
                if sample.refused:
                    raise RuntimeError("a request was refused")
                sent += sample.answers
                bar.update(sample.answers)
                if not half and sent >= webhooks / 2:
                    half = served.resident_mib(pid)
        last, peak = served.resident_mib(pid), served.resident_mib(pid, peak=True)
    growth = last - half
    yield Line(
        f"resident memory of a web process after {sent:,} webhooks",
        "mariadb",
        f"{last:.0f} MiB, peak {peak:.0f}; second half {growth:+.1f} MiB",
        f"< {MOST_MIB} MiB, no growth",
        peak < MOST_MIB and growth < MOST_GROWTH_MIB,
    )


if __name__ == "__main__":
    for line in measure(int(sys.argv[1]) if sys.argv[1:] else WEBHOOKS):
        sys.stdout.write(f"{line}\n")
