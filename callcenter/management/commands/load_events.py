"""Loads event files."""

import zlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from callcenter.management.command import SentenceCommand
from callcenter.private_files import NotOurs
from callcenter.upkeep import intake
from callcenter.upkeep.textfile import UnreadableText


class Command(SentenceCommand):
    """Loads event files as if they came in live; a second run adds nothing.

    Raises CommandError at the end if lines were rejected.
    """

    help = "Load event files (JSON Lines, gzip too) and derive the calls in them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *, files: list[Path], **options: Any) -> str:
        for path in files:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.")
        total = intake.LoadResult()
        # In the order of the files, each once.
        leftovers: dict[Path, None] = {}
        size = sum(path.stat().st_size for path in files)
        with tqdm(total=size, unit="B", unit_scale=True, disable=None) as bar:

            def reject(line: intake.Rejected) -> None:
                leftovers[intake.file_of_rejects(line.path)] = None
                bar.write(f"{line.path}:{line.number}: {line.reason}", file=self.stderr)

            for path in files:
                try:
                    total += intake.load(path, on_bytes=bar.update, on_rejected=reject)
                except KeyboardInterrupt:
                    raise CommandError(
                        "Stopped; run it again to go on: nothing is loaded twice."
                    ) from None
                except NotOurs as error:
                    raise CommandError(f"{error}.") from None
                except (OSError, EOFError, zlib.error, UnreadableText) as error:
                    raise CommandError(f"{path} cannot be read: {error}") from error
        summary = (
            f"Kept {total.kept} events, {total.repeats} were known, "
            f"{total.rejected} lines rejected; derived {total.derived} calls."
        )
        if total.rejected:
            kept_in = ", ".join(map(str, leftovers))
            raise CommandError(f"{summary} The rejected lines are in {kept_in}.")
        return summary
