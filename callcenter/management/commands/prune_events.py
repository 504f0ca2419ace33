"""Deletes old events; the history derived from them stays."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from callcenter.days import midnight
from callcenter.management.arguments import day, days
from callcenter.management.command import SentenceCommand
from callcenter.models import WebhookEvent
from callcenter.upkeep.pruning import begun_before, prune


class Command(SentenceCommand):
    """Says what would be deleted and, with --yes, deletes it, whole calls at a time."""

    help = (
        "Delete the events of calls that are over, and seal those calls: their history"
        " stays and is never derived again. Without --yes, only say what would happen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--before",
            type=day,
            metavar="DAY",
            help="first local day whose events stay, YYYY-MM-DD",
        )
        what.add_argument(
            "--keep-days",
            type=days,
            metavar="N",
            help="keep the events of the N days before today",
        )
        what.add_argument(
            "--late",
            action="store_true",
            help="list events that came after their call was over or sealed",
        )
        parser.add_argument("--yes", action="store_true", help="delete and seal")

    def handle(
        self,
        *,
        before: date | None,
        keep_days: int | None,
        late: bool,
        yes: bool,
        **options: Any,
    ) -> str:
        if late:
            return self._list_late()
        zone = timezone.get_default_timezone()
        today = timezone.localdate(timezone=zone)
        first = before or today - timedelta(days=keep_days or 0)
        if first > today:
            raise CommandError(f"{first} has not begun yet.")
        moment = midnight(first, zone)
        # Not the bar's own count: it stays 0 where there is no terminal.
        done = 0
        with tqdm(total=begun_before(moment), unit="call", disable=None) as bar:

            def count(calls: int) -> None:
                nonlocal done
                done += calls
                bar.update(calls)

            try:
                pruned = prune(moment, really=yes, on_batch=count)
            except KeyboardInterrupt:
                raise CommandError(
                    f"Stopped after {done} calls; run it again."
                ) from None
        return (
            f"{'Sealed' if yes else 'Would seal'} {pruned.calls} calls and"
            f" {'deleted' if yes else 'delete'} {pruned.events} events"
            f" ({pruned.bytes} bytes) from before {first};"
            f" {pruned.unfinished} calls stay because they or their operators' legs"
            f" went on after that, {pruned.pending} because of events not derived yet."
            + ("" if yes else " Nothing is done without --yes.")
        )

    def _list_late(self) -> str:
        count = 0
        for event in WebhookEvent.objects.late().order_by("pk").iterator():
            at = timezone.localtime(event.received_at).isoformat()
            self.stdout.write(f"{at} {event.call_sid} {event.path}")
            count += 1
        return f"{count} events came after their call was over or sealed."
