"""`manage.py reconcile`: compares our history with Twilio's call log."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from callcenter.days import midnight
from callcenter.management.arguments import moment
from callcenter.management.command import SentenceCommand
from callcenter.models import ReconciliationRun
from callcenter.reasons import sentence
from callcenter.twilio_api.access import NotConfigured
from callcenter.twilio_api.call_log import days_of
from callcenter.twilio_api.reconcile import BadPeriod, check_period, reconcile


class Command(SentenceCommand):
    """Adds calls that we never heard of, and the ends of calls that we missed."""

    help = (
        "Compare the calls of a period with Twilio's call log, repair what was missed"
        " and list what differs. A second run over the same period adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            type=moment,
            help="first local day, or moment (default: yesterday)",
        )
        parser.add_argument(
            "--until",
            type=moment,
            help="day or moment before which to end (default: now)",
        )

    def handle(
        self, *, since: datetime | None, until: datetime | None, **options: Any
    ) -> str:
        now = timezone.now()
        zone = timezone.get_default_timezone()
        yesterday = timezone.localdate(timezone=zone) - timedelta(days=1)
        since, until = since or midnight(yesterday, zone), until or now
        try:
            check_period(since, until, now)
            days = len(days_of(since, min(until, now)))
            with tqdm(total=days, unit="day", disable=None) as bar:

                def show(run: ReconciliationRun) -> None:
                    bar.set_postfix_str(f"{run.listed} calls", refresh=False)
                    bar.update()

                run = reconcile(since, until, on_day=show)
        except (BadPeriod, NotConfigured) as problem:
            raise CommandError(str(problem)) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped; what was repaired stays. Run it again for the rest."
            ) from None
        if run.error:
            why = sentence(run.error)
            raise CommandError(f"{why} Until then: {_counts(run)}")
        return f"Compared with Twilio's log: {_counts(run)}"


def _counts(run: ReconciliationRun) -> str:
    return (
        f"{run.listed} calls, {run.calls_added} unknown ones added,"
        f" {run.ends_repaired} missed ends repaired,"
        f" {run.entries_settled} queue entries settled,"
        f" {run.durations_differing} durations differ,"
        f" {run.in_progress} in progress or just over left alone"
        + (
            f", {run.unreadable} rows that cannot be read left out."
            if run.unreadable
            else "."
        )
    )
