"""Writes stored events as an event file."""

import os
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from callcenter.management.arguments import moment
from callcenter.management.command import SentenceCommand
from callcenter.private_files import write_text
from callcenter.upkeep import intake


class Command(SentenceCommand):
    """Writes the events of a period to a file that `load_events` reads.

    Only its owner may read the file; a symbolic link in its place is refused.
    """

    help = "Write stored events as JSON Lines, by time of receipt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=moment, help="first day or moment")
        parser.add_argument(
            "--until", type=moment, help="day or moment before which to end"
        )
        parser.add_argument(
            "--output", type=Path, help="file (default: standard output)"
        )

    def handle(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        output: Path | None,
        **options: Any,
    ) -> None:
        if since and until and since >= until:
            raise CommandError("--since must be before --until.")
        with tqdm(unit="event", disable=None) as bar:
            dump = partial(intake.dump, since=since, until=until, on_each=bar.update)
            if output is None:
                try:
                    count = dump(sys.stdout)
                    sys.stdout.flush()
                except OSError as error:
                    # Else Python would try to write the rest at exit, and complain.
                    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                    raise CommandError(
                        f"The output was closed before the end: {error}"
                    ) from None
            else:
                try:
                    with write_text(output) as file:
                        count = dump(file)
                except OSError as error:
                    raise CommandError(f"{output} cannot be written: {error}") from None
        # Not to standard output, which may be the file.
        self.stderr.write(f"Wrote {count} events.")
