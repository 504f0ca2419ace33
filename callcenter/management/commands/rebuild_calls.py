"""Derives calls again from the stored events."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from callcenter.days import midnight
from callcenter.history.desks import rebuild_desks
from callcenter.management.arguments import day
from callcenter.management.command import SentenceCommand
from callcenter.upkeep.rebuild import derive_pending, rebuild_all, sids_to_rebuild


class Command(SentenceCommand):
    """Derives history again; rows that are right already stay untouched."""

    help = "Derive calls, queue entries and connections again from the stored events."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=day, help="first local day, YYYY-MM-DD")
        parser.add_argument(
            "--pending",
            action="store_true",
            help="only calls with events that are not derived yet",
        )

    def handle(self, *, since: date | None, pending: bool, **options: Any) -> str:
        if since and pending:
            raise CommandError("--since and --pending cannot be combined.")
        # Not the bar's own count: it stays 0 where there is no terminal.
        done = 0
        if pending:
            with tqdm(unit="call", disable=None) as bar:

                def count() -> None:
                    nonlocal done
                    done += 1
                    bar.update()

                try:
                    events, calls = derive_pending(count)
                except KeyboardInterrupt:
                    raise CommandError(
                        f"Stopped after {done} calls; run it again."
                    ) from None
            return f"Derived {calls} calls again, for {events} pending events."
        zone = timezone.get_default_timezone()
        moment = midnight(since, zone) if since else None
        sids = sids_to_rebuild(moment)
        failed = 0
        with tqdm(total=len(sids), unit="call", disable=None) as bar:
            try:
                for sid, error in rebuild_all(sids):
                    if error is not None:
                        failed += 1
                        bar.write(f"{sid}: {error}", file=self.stderr)
                    done += 1
                    bar.update()
                rebuild_desks(moment)
                # Few calls, and right by now: this marks the events that wait for them.
                derive_pending(since=moment)
            except KeyboardInterrupt:
                raise CommandError(
                    f"Stopped after {done} of {len(sids)} calls; run it again."
                ) from None
        if failed:
            raise CommandError(f"Derived {len(sids) - failed} calls, {failed} failed.")
        return f"Derived {len(sids)} calls again."
