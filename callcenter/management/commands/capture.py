"""Captures a live test call, redacted, and says what it settles."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from callcenter.capture import reading, switch
from callcenter.capture.findings import findings, unanswerable
from callcenter.capture.switch import MOST_MINUTES
from callcenter.management.command import SentenceCommand


def _minutes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_MINUTES:
        raise ArgumentTypeError(f"must be a number of minutes from 1 to {MOST_MINUTES}")
    return int(text)


class Command(SentenceCommand):
    """Begins and ends a capture, says how it stands, and reads what it has."""

    help = (
        "Capture every request of Twilio's for an hour, without numbers, names and"
        " SIDs, so that one live call settles what the documentation does not say."
        " Without an option, say whether anything is captured."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--start", action="store_true", help="begin a capture")
        what.add_argument("--stop", action="store_true", help="end it before its time")
        what.add_argument(
            "--report", metavar="FILE", type=Path, help="say what a capture settles"
        )
        parser.add_argument(
            "--minutes",
            type=_minutes,
            default=60,
            metavar="N",
            help="after so many minutes it ends by itself (60)",
        )

    def handle(
        self,
        *,
        start: bool,
        stop: bool,
        report: Path | None,
        minutes: int,
        **options: Any,
    ) -> str:
        if start:
            return _start(minutes)
        if stop:
            ended = switch.stop()
            return f"Ended. {_said(ended.file)}" if ended else "Nothing was captured."
        if report:
            return self._report(report)
        period = switch.status(timezone.now())
        if period is None:
            return "Nothing is captured now."
        until = timezone.localtime(period.until)
        return f"Captured until {until:%H:%M:%S}. {_said(period.file)}"

    def _report(self, file: Path) -> str:
        read = reading.read(file)
        if not read.requests:
            raise CommandError(f"{file} has no request that can be read.")
        for line in reading.calls(read):
            self.stdout.write(line)
        self.stdout.write("")
        for finding in findings(read.capture):
            self.stdout.write(str(finding))
        self.stdout.write("\nNot to be seen in requests:")
        for question in unanswerable():
            self.stdout.write(question)
        rejected = f" {read.rejected} lines cannot be read." if read.rejected else ""
        return f"\n{len(read.requests)} requests.{rejected}"


def _start(minutes: int) -> str:
    period = switch.start(minutes, timezone.now())
    until = timezone.localtime(period.until)
    return (
        f"Every request is captured until {until:%H:%M:%S}, redacted, in {period.file}."
        " Make the test call now, then look at it with --report."
    )


def _said(file: Path) -> str:
    try:
        with file.open("rb") as lines:
            return f"{file} has {sum(1 for _ in lines)} requests."
    except FileNotFoundError:
        return f"{file} is gone."
