"""Counts the sums of intervals, from which reports are made."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from callcenter.management.command import SentenceCommand
from callcenter.models import ChangedQuarter
from reports.query.intervals.count import count_all, mark_all


class Command(SentenceCommand):
    """Counts what history has changed; reports do it too, for their period."""

    help = (
        "Count the sums of quarter hours and days again where calls and operators have"
        " changed. Reports count what they need by themselves; after many calls were"
        " loaded it is done here at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="count everything again from the rows"
        )

    def handle(self, **options: Any) -> str:
        if options["all"]:
            mark_all()
        changed = ChangedQuarter.objects.values("about", "quarter").distinct().count()
        done = dict.fromkeys(ChangedQuarter.About, 0)
        with tqdm(total=changed, unit="quarter hour", disable=None) as bar:

            def count(about: ChangedQuarter.About, quarters: int) -> None:
                done[about] += quarters
                bar.update(quarters)

            try:
                count_all(count)
            except KeyboardInterrupt:
                raise CommandError(
                    f"Stopped after {sum(done.values())} of {changed} quarter hours;"
                    " run it again, without --all."
                ) from None
        of_queues, of_operators = done.values()
        return (
            f"Counted {of_queues} quarter hours of queues, {of_operators} of operators."
        )
