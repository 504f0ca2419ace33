"""What a response holds until the server has closed it: a thread's slot, a turn."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Held:
    """The body of a response, which gives something back when the server closes it."""

    def __init__(self, body: Iterable[bytes], give_back: Callable[[], None]) -> None:
        self._body = body
        self._give_back: Callable[[], None] | None = give_back

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def __del__(self) -> None:
        """A server may drop a response that it has not begun to send."""
        self.close()

    def close(self) -> None:
        """Close the body, also one that was not read; a second time does nothing."""
        give_back, self._give_back = self._give_back, None
        if give_back is None:
            return
        try:
            close: Any = getattr(self._body, "close", None)
            if close:
                close()
        finally:
            give_back()
