"""The service level targets of queues: goals of people, which change no count."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from callcenter.models import QueueThreshold


class Targets:
    """The targets of all queues, in per cent, read in one query."""

    def __init__(self) -> None:
        rows = QueueThreshold.objects.order_by("valid_from").values_list(
            "queue__slug", "valid_from", "service_level_target"
        )
        self._known: defaultdict[str, list[tuple[date, int | None]]] = defaultdict(list)
        for queue, valid_from, target in rows:
            self._known[queue].append((valid_from, target))

    def of(self, queue: str, day: date) -> int | None:
        """The target of a queue on a local day; None without one."""
        known = self._known.get(queue, [])
        place = bisect_right(known, day, key=lambda row: row[0])
        return known[place - 1][1] if place else None

    def shared(self, queues: Iterable[str], day: date) -> int | None:
        """The target that all these queues have on a day; None where they differ."""
        found = {self.of(queue, day) for queue in queues}
        return found.pop() if len(found) == 1 else None
