"""Tells calls again from the stored events."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from callcenter.upkeep.rebuild import rebuild, sids_to_rebuild, tell_untold


class Command(BaseCommand):
    """Tells history again; rows that are right already stay untouched."""

    help = "Tell calls, queue entries and connections again from the stored events."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", type=date.fromisoformat, help="first local day, YYYY-MM-DD"
        )
        parser.add_argument(
            "--untold",
            action="store_true",
            help="only calls whose events have not been told yet",
        )

    def handle(self, *, since: date | None, untold: bool, **options: Any) -> str:
        if since and untold:
            raise CommandError("--since and --untold are two ways: choose one.")
        if untold:
            with tqdm(unit="call", disable=None) as bar:
                events, calls = tell_untold(bar.update)
            return f"Told {calls} calls again, for {events} untold events."
        start = None
        if since:
            zone = ZoneInfo(settings.TIME_ZONE)
            start = datetime.combine(since, time.min, zone)
        sids = sids_to_rebuild(start)
        failed = 0
        with tqdm(total=len(sids), unit="call", disable=None) as bar:

            def told(sid: str, error: Exception | None) -> None:
                nonlocal failed
                if error is not None:
                    failed += 1
                    bar.write(f"{sid}: {error}", file=self.stderr)
                bar.update()

            try:
                rebuild(sids, told)
            except KeyboardInterrupt:
                raise CommandError(
                    f"Stopped after {bar.n:.0f} of {len(sids)} calls; run it again."
                ) from None
        if failed:
            raise CommandError(f"Told {len(sids) - failed} calls, {failed} failed.")
        return f"Told {len(sids)} calls again."
