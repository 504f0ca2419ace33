"""Loads what processes have kept in the spool while the database was away."""

import logging
import zlib
from collections.abc import Callable
from pathlib import Path

from django.db import DataError, IntegrityError

from callcenter.events.spool import left_segments
from callcenter.upkeep import intake
from callcenter.upkeep.textfile import plain_lines

logger = logging.getLogger(__name__)


def drain(
    on_segment: Callable[[Path, intake.LoadResult], object] = lambda _path, _done: None,
) -> intake.LoadResult:
    """Load every segment that no process holds, and remove it.

    Lines that are no events, such as one that was cut off when the machine failed, are
    kept beside it in a file `.rejected`. Raises django.db.Error while the database is
    away, and, once all others are loaded, the OSError of the first file that cannot be
    read or removed; what is not loaded stays.
    """
    total = intake.LoadResult()
    problem: OSError | None = None
    for path in left_segments():
        try:
            done = _load(path)
        except OSError as error:
            problem = problem or error
            continue
        on_segment(path, done)
        total += done
    if problem:
        raise problem
    return total


def _load(path: Path) -> intake.LoadResult:
    try:
        # We have written it: a line that is not in UTF-8 is damaged, no encoding.
        done = intake.load(path, lines_of=plain_lines)
    except (DataError, IntegrityError, EOFError, zlib.error):
        # It must not stand in the way of the others for ever.
        aside = intake.file_of_rejects(path)
        logger.exception("%s cannot be loaded and is kept as %s", path, aside.name)
        path.rename(aside)
        return intake.LoadResult()
    path.unlink()
    if done.rejected:
        logger.error(
            "%d lines of the spool are no events: %s",
            done.rejected,
            intake.file_of_rejects(path),
        )
    return done
