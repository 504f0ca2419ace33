"""Takes event files in."""

import zlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from callcenter.upkeep import intake


class Command(BaseCommand):
    """Loads event files by the road of live requests; a second run adds nothing."""

    help = "Take in event files (JSON Lines, gzip too) and tell the calls in them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *, files: list[Path], **options: Any) -> str:
        for path in files:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.")
        total = intake.Taken()
        size = sum(path.stat().st_size for path in files)
        with tqdm(total=size, unit="B", unit_scale=True, disable=None) as bar:

            def reject(line: intake.Rejected) -> None:
                bar.write(f"{line.path}:{line.number}: {line.reason}", file=self.stderr)

            for path in files:
                try:
                    taken = intake.load(path, advanced=bar.update, rejected=reject)
                except KeyboardInterrupt:
                    raise CommandError(
                        "Stopped; run it again to go on: nothing is taken in twice."
                    ) from None
                except (OSError, EOFError, zlib.error) as error:
                    raise CommandError(f"{path} cannot be read: {error}") from error
                total.kept += taken.kept
                total.repeats += taken.repeats
                total.rejected += taken.rejected
                total.derived += taken.derived
        return (
            f"Kept {total.kept} events, {total.repeats} were known, "
            f"{total.rejected} lines rejected; derived {total.derived} calls."
        )
