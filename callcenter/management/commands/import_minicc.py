"""Takes over the data of Twilio-MiniCC v2."""

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from callcenter.management.command import SentenceCommand
from callcenter.models import Queue
from callcenter.predecessor.mysqldump import TableRow, UnreadableDump, rows_of_dump
from callcenter.predecessor.mysqlserver import SCHEMES, NoServer, rows_of_server
from callcenter.predecessor.rows import TABLES, Reading
from callcenter.predecessor.tables import OldTables
from callcenter.predecessor.takeover import count_gaps, make_operators, take_over
from callcenter.private_files import NotOurs, write_text

QUEUE_OF_2014 = "support"


class RefusedFile:
    """The file of rows that cannot be taken over; created with the first one.

    Only its owner may read it. Without a path, for a dry run, nothing is written.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def write(self, row: TableRow) -> None:
        """Adds a row as a line of JSON: its table, why it is refused, its columns."""
        if self.path is None:
            return
        self._file = self._file or write_text(self.path)
        fields = {"table": row.table, "reason": row.problem, "row": row.values}
        self._file.write(json.dumps(fields, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Closes the file, if there is one."""
        if self._file:
            self._file.close()


class Command(SentenceCommand):
    """Takes the predecessor's rows over as events; a second run adds nothing.

    Raises CommandError at the end if rows were refused.
    """

    help = (
        "Take over the calls and operators of Twilio-MiniCC v2 from its database"
        " (mysql://user:password@host/database) or from a dump of it (gzip too)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="URL|DUMP", help="where the tables are")
        parser.add_argument(
            "--zone",
            default=settings.TIME_ZONE,
            help="the zone of the old server's clock (default: %(default)s)",
        )
        parser.add_argument(
            "--queue",
            help="code of the queue that callers were in, unless a row names the SID of"
            " a queue that is set up here (default: the only queue there is, else"
            f" {QUEUE_OF_2014})",
        )
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FILE",
            help="file for rows that cannot be taken over (default: DUMP.rejected, for"
            " a database minicc2.rejected in this folder)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would be taken over"
        )

    def handle(
        self,
        *,
        source: str,
        zone: str,
        queue: str | None,
        rejected: Path | None,
        dry_run: bool,
        **options: Any,
    ) -> str:
        is_server = source.startswith(SCHEMES)
        if not is_server and not Path(source).is_file():
            raise CommandError(f"There is no file {source}; a URL is mysql://...")
        reading = Reading(_zone(zone), _queue(queue), _queues_by_sid())
        beside = "minicc2.rejected" if is_server else f"{source}.rejected"
        refused = RefusedFile(None if dry_run else rejected or Path(beside))
        try:
            with closing(OldTables(reading, refused.write)) as tables:
                with closing(refused):
                    for row in _rows(source, is_server):
                        tables.add(row)
                self._say_what_was_found(tables, refused.path)
                if dry_run:
                    summary = "Dry run: nothing was taken over."
                else:
                    summary = self._take_over(tables)
            if tables.found.refused and dry_run:
                raise CommandError(f"{summary} Rows would be refused, see above.")
            if tables.found.refused:
                raise CommandError(f"{summary} The refused rows are in {refused.path}.")
            return summary
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped; run it again to go on: nothing is taken over twice."
            ) from None
        except NotOurs as error:
            raise CommandError(f"{error}.") from None
        except (OSError, EOFError, zlib.error, UnreadableDump) as error:
            raise CommandError(f"{source} cannot be read: {error}") from error
        except NoServer as error:
            raise CommandError(f"The database cannot be read: {error}") from error

    def _say_what_was_found(self, tables: OldTables, refused: Path | None) -> None:
        found, reading = tables.found, tables.reading
        if not found.rows:
            raise CommandError(f"There are no rows of {', '.join(TABLES)}.")
        rows = ", ".join(f"{table} {found.rows[table]}" for table in TABLES)
        self.stdout.write(f"Rows: {rows}; queue {reading.queue}.")
        if found.first and found.last:
            first, last = (
                at.astimezone(reading.zone).isoformat(" ", "seconds")
                for at in (found.first, found.last)
            )
            self.stdout.write(f"From {first} to {last} ({reading.zone}).")
        with tqdm(total=tables.count(), unit="call", disable=None) as bar:
            gaps = count_gaps(tables.calls(), bar.update)
        written = f", and written to {refused}" if refused else ""
        self._list(f"Refused{written}:", found.refused)
        self._list("Taken over, with gaps:", gaps)

    def _list(self, heading: str, reasons: Counter[str]) -> None:
        if reasons:
            self.stdout.write(heading)
        for reason, count in sorted(reasons.items()):
            self.stdout.write(f"{count:8}  {reason}")

    def _take_over(self, tables: OldTables) -> str:
        made = make_operators(tables.operators)
        if made:
            self.stderr.write(
                f"{made} operators were created, inactive and without a PIN: the old"
                " system let them in by their number alone. Give each a name, a PIN and"
                " queues in the admin, and activate them."
            )
        with tqdm(unit="B", unit_scale=True, disable=None) as bar:

            def on_bytes(done: int, size: int) -> None:
                bar.total = size
                bar.update(done)

            loaded = take_over(tables.calls(), on_bytes)
        refused = tables.found.refused.total()
        return (
            f"Took over {tables.found.rows.total() - refused} rows, refused {refused};"
            f" created {made} operators; kept {loaded.kept} events, {loaded.repeats}"
            f" were known; derived {loaded.derived} calls."
        )


def _rows(source: str, is_server: bool) -> Iterator[TableRow]:
    """The rows of the old tables, with a progress bar: of bytes for a dump."""
    if is_server:
        with tqdm(unit="row", disable=None) as bar:
            for row in rows_of_server(source, TABLES):
                bar.update()
                yield row
        return
    path = Path(source)
    size = path.stat().st_size
    with tqdm(total=size, unit="B", unit_scale=True, disable=None) as bar:
        yield from rows_of_dump(path, TABLES, bar.update)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise CommandError(
            f"There is no time zone {name}; a zone has a name like Asia/Tokyo."
        ) from None


def _queue(named: str | None) -> str:
    if named is not None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", named):
            raise CommandError(f"{named} cannot be the code of a queue.")
        return named
    slugs = list(Queue.objects.order_by("slug").values_list("slug", flat=True))
    if len(slugs) == 1:
        return slugs[0]
    if slugs and QUEUE_OF_2014 not in slugs:
        raise CommandError(f"Which queue were callers in? --queue {'|'.join(slugs)}")
    return QUEUE_OF_2014


def _queues_by_sid() -> dict[str, str]:
    queues = Queue.objects.exclude(twilio_sid="")
    return dict(queues.values_list("twilio_sid", "slug"))
