"""Deletes the audio of old recordings and messages at Twilio; their rows stay."""

from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from callcenter.audio import due
from callcenter.audio.deleting import delete_due
from callcenter.audio.due import Kept
from callcenter.days import midnight
from callcenter.management.arguments import day, days
from callcenter.management.command import SentenceCommand

RECORDINGS, VOICEMAIL = "recordings", "voicemail"


class Command(SentenceCommand):
    """Says what would be deleted and, with --yes, deletes it at Twilio."""

    help = (
        "Delete recorded conversations and voicemail at Twilio: those before a day, or"
        " those that KEEP_RECORDINGS_DAYS and KEEP_VOICEMAIL_DAYS do not keep, and all"
        " that somebody wants deleted. History still says that they were made. Without"
        " --yes, only say what would happen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        how_old = parser.add_mutually_exclusive_group()
        how_old.add_argument(
            "--before",
            type=day,
            metavar="DAY",
            help="first local day whose audio stays, YYYY-MM-DD",
        )
        how_old.add_argument(
            "--keep-days",
            type=days,
            metavar="N",
            help="keep the audio of the N days before today",
        )
        parser.add_argument(
            "--only",
            choices=[RECORDINGS, VOICEMAIL],
            help="with --before or --keep-days: conversations, or messages",
        )
        parser.add_argument("--yes", action="store_true", help="delete")

    def handle(
        self,
        *,
        before: date | None,
        keep_days: int | None,
        only: str | None,
        yes: bool,
        **options: Any,
    ) -> str:
        now = timezone.now()
        kept = _kept(now, before, keep_days, only)
        count = due.count_by_age(kept) + len(due.by_wish())
        if not yes:
            return (
                f"Would delete {count} recordings at Twilio."
                " Nothing is done without --yes."
            )
        # Not the bar's own count: it stays 0 where there is no terminal.
        done = 0
        with tqdm(total=count, disable=None) as bar:

            def show() -> None:
                nonlocal done
                done += 1
                bar.update()

            try:
                deleted = delete_due(kept, on_each=show)
            except KeyboardInterrupt:
                raise CommandError(
                    f"Stopped after {done} recordings; run it again."
                ) from None
        if deleted.failure:
            left = due.count_by_age(kept) + len(due.by_wish())
            raise CommandError(
                f"{deleted.failure} Until then {deleted.count} recordings were deleted"
                f" at Twilio; {left} are left. Run it again."
            )
        return f"Deleted {deleted.count} recordings at Twilio."


def _kept(
    now: datetime, before: date | None, keep_days: int | None, only: str | None
) -> Kept:
    """What the arguments keep, else what the settings do. Raises CommandError."""
    if before is None and keep_days is None:
        if only:
            raise CommandError("--only needs --before or --keep-days.")
        return due.kept_by_settings(now)
    zone = timezone.get_default_timezone()
    if before and before > timezone.localdate(now, zone):
        raise CommandError(f"{before} has not begun yet.")
    moment = midnight(before, zone) if before else due.days_before(now, keep_days or 0)
    return Kept(
        recordings=None if only == VOICEMAIL else moment,
        voicemail=None if only == RECORDINGS else moment,
    )
