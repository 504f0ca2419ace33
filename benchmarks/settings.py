"""The product's settings, with the peers' paths beside the product's."""

import os
from pathlib import Path

from benchmarks.faults import CLOCK_VARIABLE
from minicc.settings import *  # noqa: F403 -- everything as it is served

ROOT_URLCONF = "benchmarks.urls"

# `make faults` sets the clock of processes back.
if CLOCK_VARIABLE in os.environ:
    from benchmarks.faults import clock  # installed for tests alone

    clock.follow(Path(os.environ[CLOCK_VARIABLE]))
