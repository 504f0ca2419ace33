"""The requests of a leg that stand behind no line yet. No database."""

from collections.abc import Callable, Iterable

from callcenter.history.evidence import copies_of_requests
from callcenter.models import WebhookEvent

# The copies of one request, the earliest first.
Copies = list[WebhookEvent]


class Pool:
    """Requests by receipt; each is taken by one line, with all its stored copies."""

    def __init__(self, events: Iterable[WebhookEvent]) -> None:
        self._left: list[Copies] = copies_of_requests(events)

    def take(self, event: WebhookEvent | None) -> Copies:
        """A request with its copies; empty without one, or when it has been taken."""
        if event is None:
            return []
        return self.take_first(lambda one: one.dedup_key == event.dedup_key)

    def take_first(self, fits: Callable[[WebhookEvent], bool]) -> Copies:
        """The first request that fits, with its copies; empty where none does."""
        for number, copies in enumerate(self._left):
            if fits(copies[0]):
                return self._left.pop(number)
        return []

    def take_all(self, fits: Callable[[WebhookEvent], bool]) -> list[Copies]:
        """All requests that fit."""
        taken = [copies for copies in self._left if fits(copies[0])]
        self._left = [copies for copies in self._left if not fits(copies[0])]
        return taken
