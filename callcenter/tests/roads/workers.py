"""Several workers at once, what delays them, and the rows they should have made."""

import random
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.db import OperationalError, connection, connections, transaction

from callcenter.history.setup import forget_rules
from callcenter.models import Call, WebhookEvent
from callcenter.tests.history_rows import history_rows
from callcenter.upkeep.intake import dump, load

ResultT = TypeVar("ResultT")
RoundT = TypeVar("RoundT")
Rows = dict[str, list[tuple[Any, ...]]]

# What a transaction can be chosen for as a deadlock's victim, or made to wait.
_LOCKING = re.compile(r"^(INSERT|UPDATE|DELETE)|FOR UPDATE$")


def at_once(workers: int, work: Callable[[int], ResultT]) -> list[ResultT]:
    """The work of every worker by number, all starting at the same moment."""
    start = threading.Barrier(workers)

    def run(number: int) -> ResultT:
        try:
            start.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(workers)))


def round_by_round(
    workers: int, rounds: Sequence[RoundT], work: Callable[[int, RoundT], ResultT]
) -> list[ResultT]:
    """The work of every worker in each round; each begins in all at the same moment."""
    start = threading.Barrier(workers, timeout=10)

    def run(number: int) -> list[ResultT]:
        done = []
        for one in rounds:
            start.wait()
            done.append(work(number, one))
        return done

    return [one for each in at_once(workers, run) for one in each]


@contextmanager
def pausing(before: str, until: threading.Event) -> Iterator[threading.Event]:
    """This worker stops for a moment before the first such statement.

    It goes on when the given event happens, or after half a second. Returns the event
    that it has come so far.
    """
    is_there = threading.Event()

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(before) and not is_there.is_set():
            is_there.set()
            until.wait(0.5)
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        yield is_there


@contextmanager
def held(*sids: str, all_calls: bool = False) -> Iterator[Callable[[], None]]:
    """Somebody else holds the rows of these calls, until the given function is called.

    Comes back with the locks in place; they end with the block at the latest.
    """
    calls = Call.objects.all() if all_calls else Call.objects.filter(sid__in=sids)
    has_them, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                list(calls.select_for_update())
                has_them.set()
                let_go.wait(10)
        finally:
            has_them.set()
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        has_them.wait(10)
        try:
            yield let_go.set
        finally:
            let_go.set()
            holding.result()


class Trouble:
    """Deadlocks and lock waits at random, as the server would report them."""

    def __init__(self, seed: int, share: float) -> None:
        self.made = 0
        self._chance = random.Random(seed)
        self._share = share

    @contextmanager
    def here(self) -> Iterator[None]:
        """Within it this worker's statements that lock may fail."""
        with connection.execute_wrapper(self._execute):
            yield

    def _execute(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if _LOCKING.search(sql) and self._chance.random() < self._share:
            self.made += 1
            error = self._chance.choice(
                [
                    (1213, "Deadlock found when trying to get lock"),
                    (1205, "Lock wait timeout exceeded"),
                ]
            )
            raise OperationalError(*error)
        return execute(sql, *rest)


def quiet_rows(folder: Path) -> Rows:
    """What one worker alone makes of the stored events; the history is made anew."""
    file = folder / "quiet.jsonl"
    with file.open("w", encoding="utf-8") as out:
        dump(out)
    Call.objects.all().delete()
    WebhookEvent.objects.all().delete()
    forget_rules()
    load(file)
    return history_rows()
