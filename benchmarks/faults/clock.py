"""A clock of a process that somebody else sets, while time goes on as ever.

What tells the time of day is moved (time-machine); how long one waits is not, as when
the clock of a machine is set. libfaketime moves both, and waits end with an error.
"""

import threading
import time
from datetime import timedelta
from pathlib import Path

import time_machine

_LOOKED_EVERY_SECONDS = 0.2


def follow(path: Path) -> None:
    """Let the clock of this process be off by as many seconds as the file says."""
    moved = time_machine.travel(time.time(), tick=True).start()

    def look() -> None:
        is_off = 0
        while True:
            wanted = int(path.read_text())
            if wanted != is_off:
                moved.shift(timedelta(seconds=wanted - is_off))
                is_off = wanted
            time.sleep(_LOOKED_EVERY_SECONDS)

    threading.Thread(target=look, name="clock", daemon=True).start()
