"""How fast webhooks are acknowledged, against a view that does nothing, and peers."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from benchmarks import bulk, php, served, traffic
from benchmarks.client import ADDRESS, Sample, load
from benchmarks.line import Line

ROUNDS = 5
SECONDS = 3.0
FEW, MANY = 8, 32
SUSTAINED_SECONDS = 60.0
# Of what the no-op view answers, so much is sent for a minute.
SUSTAINED_SHARE = 0.25

_REST_SECONDS = 2.0

Streams = list[Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Peer:
    """What is sent, a stream a connection, and to whom."""

    streams: Streams
    address: tuple[str, int] = ADDRESS


def measure(vendor: str, env: dict[str, str], workers: int) -> Iterator[Line]:
    """Load the server with few and with many connections, and for a minute."""
    is_server = vendor == "mariadb"
    with served.server(env, workers) as pid:
        goal = 0.10 if is_server else 0.3
        yield from _compared(vendor, pid, FEW, _peers(FEW), goal)
    yield _delay(vendor, bulk.ask(env, "delay"))
    if not is_server:
        return
    with ExitStack() as stack:
        peers = _peers(MANY)
        if lacks := php.missing():
            sys.stdout.write(f"NOT MEASURED against PHP: this machine lacks {lacks}\n")
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            where = stack.enter_context(php.serving(env["DATABASE_URL"], folder))
            peers["php"] = Peer(_same(MANY, php.PATH), where)
        pid = stack.enter_context(served.server(env, workers))
        yield from _compared(vendor, pid, MANY, peers, 0.5)
        yield from _sustained(vendor, env)


def _peers(connections: int) -> dict[str, Peer]:
    return {
        "noop": Peer(_same(connections, "/noop/")),
        "plain": Peer([traffic.heartbeats() for _ in range(connections)]),
        "webhook": Peer(
            [traffic.calls(connections + number) for number in range(connections)]
        ),
    }


def _same(connections: int, path: str) -> Streams:
    request = traffic.request(path, traffic.sid(), "+819000000000")
    return [repeat(request) for _ in range(connections)]


def _compared(
    vendor: str, pid: int, connections: int, peers: dict[str, Peer], goal: float
) -> Iterator[Line]:
    samples: dict[str, list[Sample]] = {name: [] for name in peers}
    for peer in peers.values():
        load(peer.streams, 1.0, peer.address)
        time.sleep(_REST_SECONDS)
    memory = [served.resident_mib(pid)]
    for _ in range(ROUNDS):
        for name, peer in peers.items():
            samples[name].append(load(peer.streams, SECONDS, peer.address))
            # Events of this load must be derived before the next load begins: that of
            # a peer leaves no processor time for it.
            time.sleep(_REST_SECONDS)
        memory.append(served.resident_mib(pid))
    # The last requests must be derived, too.
    time.sleep(_REST_SECONDS)
    if any(sample.refused for several in samples.values() for sample in several):
        raise RuntimeError("a request was refused: nothing to compare")

    def ratio(to: str) -> float:
        pairs = zip(samples["webhook"], samples[to], strict=True)
        return statistics.median(one.rate / other.rate for one, other in pairs)

    def p99(name: str) -> float:
        return statistics.median(sample.percentile(99) for sample in samples[name])

    rates = ", ".join(
        f"{name} {statistics.median(sample.rate for sample in several):,.0f}/s"
        f" p99 {p99(name):.0f} ms"
        for name, several in samples.items()
    )
    yield Line(f"{connections} connections: {rates}", vendor, "", "")
    at = f"at {connections} connections"
    of_noop = ratio("noop")
    yield Line(
        f"webhooks acknowledged (and derived meanwhile), against a no-op view, {at}",
        vendor,
        f"{of_noop:.2f}",
        f">= {goal}",
        of_noop >= goal,
    )
    slower = p99("webhook") / p99("noop")
    most = {FEW: 8, MANY: 3}[connections] if vendor == "mariadb" else None
    yield Line(
        f"their p99 against the no-op's, {at}",
        vendor,
        f"{slower:.1f} x",
        f"<= {most} x" if most else "reported",
        slower <= most if most else None,
    )
    of_plain = ratio("plain")
    yield Line(
        f"against a plain view that stores the event and derives nothing, {at}",
        vendor,
        f"{of_plain:.2f}",
        ">= 0.7",
        of_plain >= 0.7,
    )
    if "php" in samples:
        of_php = ratio("php")
        yield Line(
            f"against PHP-FPM with one INSERT and no signature, {at}",
            vendor,
            f"{of_php:.2f}",
            ">= 1.0",
            of_php >= 1,
        )
    half, last = memory[ROUNDS // 2 + 1], memory[-1]
    yield Line(
        f"resident memory of a web process afterwards, {at}",
        vendor,
        f"{last:.0f} MiB; second half {last - half:+.1f} MiB",
        "< 150 MiB, no growth",
        last < 150 and last - half < 3,
    )


def _delay(vendor: str, delay: dict[str, float]) -> Line:
    return Line(
        "from receipt to derived history, under this load",
        vendor,
        f"median {delay['median']:.2f} s, p99 {delay['p99']:.2f} s, longest"
        f" {delay['longest']:.2f} s, {delay['pending']:.0f} pending",
        "within 1 s",
        delay["p99"] <= 1 and not delay["pending"],
    )


def _sustained(vendor: str, env: dict[str, str]) -> Iterator[Line]:
    """Send for a minute, at a share of the no-op's pace, and see what is derived."""
    noop = load(_same(MANY, "/noop/"), SECONDS).rate
    streams: Streams = [traffic.calls(3 * MANY + number) for number in range(MANY)]
    begun = time.time()
    sample = load(streams, SUSTAINED_SECONDS, rate=SUSTAINED_SHARE * noop)
    time.sleep(_REST_SECONDS)
    delay = bulk.ask(env, "delay", str(begun))
    share = sample.rate / noop
    yield Line(
        f"sent for {SUSTAINED_SECONDS:.0f} s at {SUSTAINED_SHARE} of the no-op's pace:"
        " answered, and derived",
        vendor,
        f"{share:.2f} of it ({sample.rate:,.0f}/s), history after median"
        f" {delay['median']:.2f} s, p99 {delay['p99']:.2f} s,"
        f" {delay['pending']:.0f} pending",
        f">= {SUSTAINED_SHARE}, within 1 s",
        share >= 0.98 * SUSTAINED_SHARE and delay["p99"] <= 1 and not delay["pending"],
    )
