"""Loads what was kept in the spool while the database was away."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from tqdm import tqdm

from callcenter.events.spool import unloadable
from callcenter.management.command import SentenceCommand
from callcenter.upkeep.drain import drain
from callcenter.upkeep.intake import LoadResult


class Command(SentenceCommand):
    """Loads the spool by hand; serving processes and the worker do it by themselves.

    What a process holds that is serving now is left to it.
    """

    help = "Load the events that were kept in SPOOL_DIR while the database was away."

    def handle(self, **options: Any) -> str:
        with tqdm(unit="segment", disable=None) as bar:
            try:
                done = drain(lambda _path, _done: bar.update())
            except KeyboardInterrupt:
                raise CommandError(
                    "Stopped; run it again to go on: nothing is loaded twice."
                ) from None
        said = _said(done)
        if left := unloadable():
            names = ", ".join(path.name for path in left)
            raise CommandError(
                f"{said} These could not be opened, look at their rights: {names}."
            )
        return said


def _said(done: LoadResult) -> str:
    # It names the folder: a setting with a typing error would seem to be an empty one.
    return (
        f"Kept {done.kept} events of {settings.SPOOL_DIR}, {done.repeats} were known, "
        f"{done.rejected} lines rejected; derived {done.derived} calls."
    )
