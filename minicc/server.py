"""What granian serves: the WSGI application, in a process that is watched."""

import sys
from multiprocessing.util import Finalize

from minicc import log, watchdog
from minicc.wsgi import application

# isort: split
# It has models, so Django has to be set up first.
from callcenter.webhooks import serving

__all__ = ["application"]

# The thread that commits needs the interpreter for a moment after each statement, and
# waits for it as long as another thread may keep it: 5 ms, if nothing is said.
sys.setswitchinterval(0.001)
log.write_in_a_thread()
# Of a lower priority than what stops, so that it runs last: that has something to say.
Finalize(None, log.flush, exitpriority=0)
serving.start()
watchdog.start()
