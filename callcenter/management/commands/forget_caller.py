"""Forgets a caller, or all callers of old calls; counts stay."""

from collections.abc import Callable, Sequence
from datetime import datetime
from getpass import getuser
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from callcenter import access_log
from callcenter.audio import due
from callcenter.audio.deleting import delete_rows
from callcenter.audio.due import Kept, Row
from callcenter.audio.wishes import leave
from callcenter.management.arguments import days
from callcenter.management.command import SentenceCommand
from callcenter.upkeep.forgetting import (
    Forgotten,
    NotForgotten,
    caller_to_forget,
    forget_caller,
    forget_old_numbers,
    old_calls_of,
    steps_of,
)

Work = Callable[[Callable[[int], object]], Forgotten]


class Command(SentenceCommand):
    """Says what would be forgotten and, with --yes, forgets it.

    One number and all that is kept about it, or the numbers of old calls. It may be
    stopped and run again.
    """

    help = (
        "Erase a caller's number from events, history, notes and the spool, or the"
        " numbers of all calls that ended long ago; every count stays. Without --yes,"
        " only say what would happen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "number",
            nargs="?",
            metavar="NUMBER",
            help="the caller's number, such as 03-1234-5678 or +81312345678",
        )
        what.add_argument(
            "--older-than",
            type=days,
            metavar="DAYS",
            help="forget the callers of calls that ended more than DAYS days ago",
        )
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--yes", action="store_true", help="really forget")
        how.add_argument(
            "--dry-run", action="store_true", help="only say it: so without --yes"
        )

    def handle(
        self, *, number: str | None, older_than: int | None, yes: bool, **options: Any
    ) -> str:
        now = timezone.now()
        if number is not None:
            try:
                caller = caller_to_forget(number)
            except NotForgotten as refused:
                raise CommandError(str(refused)) from None
            heard = due.of_caller(caller)
            # First: afterwards nobody knows whose they are. What Twilio does not do now
            # the worker does later.
            if yes and leave(heard):
                said = f"{len(heard)} recordings of a forgotten caller"
                wanted = access_log.Kind.AUDIO_DELETION
                access_log.note(wanted, username=_account(), subject=said)
            done = self._with_progress(
                steps_of(caller),
                lambda on_batch: forget_caller(
                    caller, really=yes, by=_account(), on_batch=on_batch
                ),
            )
            if done.is_nothing:
                return f"Nothing was found of {caller}.{_held(done)}"
            return _sentence(done, really=yes) + _audio(heard, really=yes)
        done = self._with_progress(
            old_calls_of(now, older_than or 0),
            lambda on_batch: forget_old_numbers(
                now, days=older_than, really=yes, by=_account(), on_batch=on_batch
            ),
        )
        if done.is_nothing:
            return f"No number is older than {older_than} days."
        return _sentence(done, really=yes) + _old_audio(now, older_than or 0)

    def _with_progress(self, steps: int, work: Work) -> Forgotten:
        with tqdm(total=steps, disable=None) as bar:
            try:
                return work(bar.update)
            except KeyboardInterrupt:
                raise CommandError(
                    "Stopped; what is done stays so. Run it again for the rest."
                ) from None


def _sentence(done: Forgotten, *, really: bool) -> str:
    if not really:
        places = f"{done.texts} rows and {done.lines} lines of the spool"
        return (
            f"Would forget the caller of {done.calls} calls with {done.events} events"
            + (f"; the number stands in {places}." if done.texts else ".")
            + _held(done)
            + " Nothing is done without --yes."
        )
    return (
        f"Forgot the caller of {done.calls} calls: {done.events} of their events,"
        f" {done.texts} other rows and {done.lines} lines of the spool were changed,"
        f" {done.files} prepared files removed." + _held(done)
    )


def _audio(heard: Sequence[Row], *, really: bool) -> str:
    """What becomes of the recordings in which the caller is heard."""
    if not heard:
        return ""
    if not really:
        return f" {len(heard)} recordings of the caller would be deleted at Twilio."
    deleted = delete_rows(heard)
    said = f" {deleted.count} recordings of the caller were deleted at Twilio."
    if left := len(heard) - deleted.count:
        said += (
            f" {left} are still there: {deleted.failure} The worker tries again, and so"
            " does `manage.py prune_recordings --yes`."
        )
    return said


def _old_audio(now: datetime, days: int) -> str:
    """That recordings have an age of their own, where there are any."""
    before = due.days_before(now, days)
    left = due.count_by_age(Kept(before, before))
    if not left:
        return ""
    return (
        f" {left} recordings from that time are still at Twilio: `manage.py"
        f" prune_recordings --keep-days {days} --yes` deletes them."
    )


def _held(done: Forgotten) -> str:
    if not done.held:
        return ""
    return (
        f" Serving processes hold {done.held} files of the spool, in which the number"
        " may stand: run it again once the database has taken them."
    )


def _account() -> str:
    """Who runs the command, for the record of access; empty if it has no name."""
    try:
        return getuser()
    except (KeyError, OSError):
        return ""
