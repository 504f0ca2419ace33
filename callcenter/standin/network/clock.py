"""Call time: real time, faster than that, or virtual (it jumps from event to event)."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Clock:
    """Call time: UTC moments that pass `speed` times as fast as the loop's clock."""

    def __init__(self, speed: float = 1.0, start: datetime | None = None) -> None:
        """Begin at `start` (aware; now if not given) when first asked inside a loop."""
        if speed <= 0:
            raise ValueError("a clock must run forward")
        self.speed = speed
        self.start = start or datetime.now(UTC)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = 0.0

    def now(self) -> datetime:
        """Give the moment, aware, in UTC."""
        return self.start + timedelta(seconds=self.seconds())

    def seconds(self) -> float:
        """Give the call seconds since the start."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._began = self._loop.time()
        return (self._loop.time() - self._began) * self.speed

    def in_real_time(self, moment: datetime) -> datetime:
        """Give the moment in real time for one in call time."""
        return self.start + (moment - self.start) / self.speed

    async def sleep(self, seconds: float) -> None:
        """Let call seconds pass."""
        self.seconds()
        await asyncio.sleep(seconds / self.speed)

    @contextmanager
    def timer(self, seconds: float) -> "Iterator[asyncio.Future[object]]":
        """Give a future that is done when so many call seconds have passed."""
        self.seconds()
        loop = asyncio.get_running_loop()
        timer: asyncio.Future[object] = loop.create_future()
        handle = loop.call_later(seconds / self.speed, _set, timer)
        try:
            yield timer
        finally:
            handle.cancel()


def _set(timer: "asyncio.Future[object]") -> None:
    if not timer.done():
        timer.set_result(None)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer whenever nothing is ready.

    While work runs in threads of `run_in_executor`, time stands still: an answer that
    takes the machine a second takes the calls none.
    """

    def __init__(self) -> None:
        self._seconds = 0.0
        self._threads = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Give the seconds passed, all of them jumped."""
        return self._seconds

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds += seconds

    @property
    def is_held(self) -> bool:
        """Whether a thread works, for which time has to wait."""
        return self._threads > 0

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> "asyncio.Future[T]":
        """Run in a thread, and hold the time until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._threads += 1
        future.add_done_callback(self._release)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads at the end, in real time."""
        self._threads += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._threads -= 1

    def _release(self, future: "asyncio.Future[T]") -> None:
        self._threads -= 1


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if self._loop.is_held:
            return super().select(timeout if timeout == 0 else None)
        if timeout == 0:
            return []
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise RuntimeError("everybody waits and nothing will happen any more")
        self._loop.jump(timeout)
        return []


def run_virtual(work: Coroutine[Any, Any, T]) -> T:
    """Run it in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
