"""Writes stored events as an event file."""

import os
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from callcenter.upkeep import intake


def moment(text: str) -> datetime:
    """A local day (its midnight), or a moment as ISO 8601, in TIME_ZONE without zone.

    Raises ValueError, which argparse reports.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    if len(text) == len("YYYY-MM-DD"):
        return datetime.combine(date.fromisoformat(text), time.min, zone)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


class Command(BaseCommand):
    """Writes the events of a period; `load_events` gives them back."""

    help = "Write stored events as JSON Lines, by time of receipt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=moment, help="day or moment, included")
        parser.add_argument("--until", type=moment, help="day or moment, left out")
        parser.add_argument("--output", type=Path, help="file; else standard output")

    def handle(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        output: Path | None,
        **options: Any,
    ) -> None:
        with tqdm(unit="event", disable=None) as bar:
            if output is None:
                try:
                    count = intake.dump(
                        sys.stdout, since=since, until=until, wrote=bar.update
                    )
                    sys.stdout.flush()
                except OSError as error:
                    # Python would try once more to write what is left, and complain.
                    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                    raise CommandError(
                        f"The output was closed before its end: {error}"
                    ) from None
            else:
                try:
                    with output.open("w", encoding="utf-8") as file:
                        count = intake.dump(
                            file, since=since, until=until, wrote=bar.update
                        )
                except OSError as error:
                    raise CommandError(f"{output} cannot be written: {error}") from None
        # Standard output is the file, so the closing line stands beside it.
        self.stderr.write(f"Wrote {count} events.")
