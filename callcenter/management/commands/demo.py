"""`manage.py demo`: the demo installation, with a past or without."""

import signal
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from callcenter.demo.past.days import Past
from callcenter.demo.past.load import (
    AnotherPast,
    Loaded,
    is_done,
    load_past,
    past_to_load,
)
from callcenter.demo.setup.installation import (
    Installed,
    MadeByHand,
    install,
    remove_operators,
)
from callcenter.demo.setup.second_line import add_second_line
from callcenter.management.command import SentenceCommand, check_migrated
from callcenter.models.pins import DEMO_PIN

_MOST_DAYS = 400


class Command(SentenceCommand):
    """Makes the installation and its past; a second run adds nothing."""

    help = (
        "Make the demo installation, which the sample calls come from, and a believable"
        " past of calls that ends now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--config-only", action="store_true", help="the setup, without any calls"
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="remove all lines, menus, queues and operators that are there first",
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help="remove the demo's operators, whose PIN everybody knows",
        )
        parser.add_argument(
            "--days", type=int, default=30, help="days of the past, today included (30)"
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="a whole number: which past (1)"
        )

    def handle(
        self,
        *,
        config_only: bool,
        replace: bool,
        remove: bool,
        days: int,
        seed: int,
        **options: Any,
    ) -> str:
        if not 1 <= days <= _MOST_DAYS:
            raise CommandError(f"--days: a number from 1 to {_MOST_DAYS}, not {days}.")
        check_migrated()
        if remove:
            return _what_was_removed(remove_operators())
        try:
            if config_only:
                return _about(install(replace=replace), replace=replace)
            return self._play(days, seed, replace=replace)
        except MadeByHand as found:
            raise CommandError(
                f"This installation was made by hand ({found}): nothing changed."
                " --replace removes it and makes the demo's."
            ) from found
        except AnotherPast as known:
            raise CommandError(
                f"There is another past of the demo already ({known}): nothing changed."
                " Two would have their operators talk to two callers at once."
            ) from known

    def _play(self, days: int, seed: int, *, replace: bool) -> str:
        now = timezone.now().replace(microsecond=0)
        past = past_to_load(Past(seed, days, now, ZoneInfo(settings.TIME_ZONE)))
        add_second_line(past.holidays, replace=replace)
        if is_done():
            return _nothing_changed(past)
        with tqdm(total=past.days, unit="day", disable=None) as bar:
            if bar.disable:
                # A file or a pipe shows no bar, and would be silent for minutes.
                self.stdout.flush()
                self.stderr.write(
                    f"Making a past of {past.days} days of calls;"
                    " a month takes minutes ..."
                )
            try:
                done = load_past(past, bar.update)
            except KeyboardInterrupt:
                raise CommandError(
                    "Stopped; run it again to go on: nothing is loaded twice.",
                    returncode=128 + signal.SIGINT,
                ) from None
        return _what_was_played(past, done)


def _about(installed: Installed, *, replace: bool) -> str:
    if not installed.made:
        return "The demo installation is there already: nothing changed."
    removed = f" after removing {installed.removed} rows" if replace else ""
    return (
        f"Made the demo installation{removed}: {', '.join(installed.made)}."
        f" The PIN of its telephone operators is {DEMO_PIN}."
    )


def _what_was_removed(names: Sequence[str]) -> str:
    if not names:
        return "There are no operators of the demo."
    return (
        f"Removed the demo's operators: {', '.join(names)}. Lines, menus, queues and"
        " past calls stay."
    )


def _span(past: Past) -> str:
    return f"{past.dates[0]} to {past.dates[-1]}"


def _nothing_changed(past: Past) -> str:
    return f"The past of {_span(past)} is there already: nothing changed."


def _what_was_played(past: Past, done: Loaded) -> str:
    counts = done.counts
    if counts.repeats and not (counts.kept or counts.derived or done.follow_ups):
        return _nothing_changed(past)
    return (
        f"Played {_span(past)}: {done.calls} calls; kept {counts.kept} events,"
        f" {counts.repeats} were known; derived {counts.derived} legs, made"
        f" {done.follow_ups} follow-ups. The PIN of the telephone operators is"
        f" {DEMO_PIN}."
    )
