"""The state as numbers for Prometheus, read when it asks.

A process counts nothing for it: what several processes have counted would have to be
added up, and the numbers of calls are reports' affair.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from callcenter.health.condition import Condition, Part


def gauges(found: Condition | None) -> bytes:
    """All numbers in the text format; `found` is None where the database is away."""
    registry = CollectorRegistry()
    registry.register(_Gauges(found))
    return generate_latest(registry)


class _Gauges(Collector):
    def __init__(self, found: Condition | None) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        found = self._found
        yield _gauge("database_up", "Whether the database answers.", found is not None)
        if found is None:
            return
        up = GaugeMetricFamily(
            "minicc_part_ok", "Whether a part does its work.", labels=["part"]
        )
        for part in Part:
            up.add_metric([part], part not in found.failing)
        yield up
        yield _gauge(
            "events_pending", "Events that are stored and not derived.", found.pending
        )
        if found.oldest_pending_at:
            age = (found.now - found.oldest_pending_at).total_seconds()
            yield _gauge("oldest_pending_seconds", "Age of the oldest of them.", age)
        yield _gauge(
            "spool_bytes", "Events in the spool of this host.", found.spool.size
        )
        if found.worker_seen_at:
            yield _gauge(
                "worker_seen_timestamp_seconds",
                "Last sign of life of a worker.",
                found.worker_seen_at.timestamp(),
            )
        done = GaugeMetricFamily(
            "minicc_job_done_timestamp_seconds",
            "When a regular job was last done.",
            labels=["job"],
        )
        for job in found.jobs:
            if job.row and job.row.done_at:
                done.add_metric([job.name], job.row.done_at.timestamp())
        yield done


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"minicc_{name}", help_text, value=value)
