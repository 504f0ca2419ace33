"""Ends a process that hangs, so that the server starts another in its place.

A thread of the process winds up a clock every few seconds. The clock is of C
(faulthandler) and runs without the interpreter: when something keeps all threads from
running, such as a regular expression without end, the process writes to the log where
it stands, and ends.
"""

import faulthandler
import os
import sys
import threading
import time

from callcenter.webhooks import under_way

# So long may the interpreter stand still; Twilio hangs up after 15 s.
STANDSTILL_SECONDS = 20
# So long may one answer to Twilio take; it waits for the database for some seconds.
LONGEST_ANSWER_SECONDS = 60
_WOUND_EVERY_SECONDS = 5


def start() -> None:
    """Watch this process from now on."""
    threading.Thread(target=_watch, name="watchdog", daemon=True).start()


def _watch() -> None:
    while True:
        faulthandler.dump_traceback_later(STANDSTILL_SECONDS, exit=True)
        if under_way.longest() > LONGEST_ANSWER_SECONDS:
            sys.stderr.write("MiniCC: an answer to Twilio hangs; the process ends.\n")
            faulthandler.dump_traceback(all_threads=True)
            os._exit(1)
        time.sleep(_WOUND_EVERY_SECONDS)
