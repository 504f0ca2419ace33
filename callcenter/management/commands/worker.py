"""Does what is done beside answering calls, until it is stopped."""

import os
import signal
import threading
import time
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from callcenter import patience
from callcenter.management.command import SentenceCommand
from callcenter.worker import Worker

# No statement of the worker hangs for longer when the database does.
_STATEMENT_SECONDS = 60


class Command(SentenceCommand):
    """The worker; Ctrl-C, TERM and the end of `--parent` stop it within seconds."""

    help = (
        "Bring history up to date every few seconds (spool, pending events, calls that"
        " ended without their exit), and do the regular jobs. One is enough for an"
        " installation; two do no harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--parent",
            type=int,
            metavar="PID",
            help="stop when the process that has started this one ends",
        )

    def handle(self, *, parent: int | None, **options: Any) -> str:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if parent is not None:
            if os.getppid() != parent:
                raise CommandError(f"Process {parent} has not started this one.")
            threading.Thread(target=_watch, args=(parent, stop), daemon=True).start()
        patience.give_up_statements_soon(_STATEMENT_SECONDS)
        worker = Worker()
        began = time.monotonic()
        worker.work(stop)
        worked = timedelta(seconds=round(time.monotonic() - began))
        return f"The worker stops after {worked}; it looked {worker.passes} times."


def _watch(parent: int, stop: threading.Event) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    stop.set()
