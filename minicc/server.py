"""What granian serves: the WSGI application, in a process that is watched."""

from minicc import watchdog
from minicc.wsgi import application

__all__ = ["application"]

watchdog.start()
