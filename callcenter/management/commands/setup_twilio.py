"""`manage.py setup_twilio`: makes Twilio what the setup of MiniCC says."""

from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from twilio.rest import Client

from callcenter.flow import links
from callcenter.management.command import SentenceCommand
from callcenter.twilio_api.access import NotConfigured, is_base_url, is_loopback
from callcenter.twilio_api.check import at_twilio, setting_of
from callcenter.twilio_api.client import TwilioFailure, client
from callcenter.twilio_api.outside import findings
from callcenter.twilio_api.setup import (
    Addresses,
    Step,
    application_step,
    number_steps,
    queue_steps,
)


class Command(SentenceCommand):
    """Creates and changes queues, the TwiML App and the URLs of numbers at Twilio."""

    help = (
        "Make queues (with their size), the TwiML App and the voice, fallback and"
        " status URLs of our numbers at Twilio what they are to be. A second run"
        " changes nothing. At the beginning of a line = is right already, + is or would"
        " be made, ~ is or would be changed, ! needs you, ? could not be looked at."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say what would be changed, and change nothing",
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="look at the running server from outside, as Twilio does, and at what"
            " is set up at Twilio; change nothing",
        )

    def handle(self, *, dry_run: bool, check: bool, **options: Any) -> str:
        if check and dry_run:
            raise CommandError(
                "--check changes nothing by itself: give either --check or --dry-run."
            )
        if check:
            return self._check()
        counts = {"changed": 0, "right": 0, "wrong": 0}
        try:
            for step in _steps(client(), _addresses()):
                self._take(step, counts, dry_run=dry_run)
        except NotConfigured as problem:
            raise CommandError(str(problem)) from None
        except TwilioFailure as failure:
            done = _summary(counts, dry_run=dry_run)
            raise CommandError(f"{failure} {done} Run it again for the rest.") from None
        if counts["wrong"]:
            raise CommandError(
                f"{_summary(counts, dry_run=dry_run)} {counts['wrong']} need you: see"
                " above."
            )
        return _summary(counts, dry_run=dry_run)

    def _check(self) -> str:
        """Say of each thing whether it is right; raises CommandError if one is not.

        Its text says again what is wrong, and how to mend it.
        """
        ours = _addresses()
        found = findings(links.health(), ours.status, links.hold_music())
        wrong, skipped = [], 0
        for finding in chain(found, at_twilio(client, ours)):
            mark = "?" if finding.is_skipped else "!" if finding.problem else "="
            self.stdout.write(f"{mark} {finding.what}")
            skipped += finding.is_skipped
            if finding.problem:
                wrong.append(f"! {finding.what}: {finding.problem}")
        if wrong:
            rest = f", {skipped} could not be looked at before" if skipped else ""
            raise CommandError("\n".join([f"{len(wrong)} to be mended{rest}:", *wrong]))
        return "Twilio and this server understand each other."

    def _take(self, step: Step, counts: dict[str, int], *, dry_run: bool) -> None:
        """Say what a step is about, and take it."""
        if step.problem:
            counts["wrong"] += 1
            self.stderr.write(f"! {step.what}: {step.problem}")
            return
        if not step.changes:
            counts["right"] += 1
            self.stdout.write(f"= {step.what}")
            self._say_sid(step.unset_sid)
            return
        self.stdout.write(f"{'+' if step.is_new else '~'} {step.what}")
        for change in step.changes:
            self.stdout.write(f"    {change}")
        sid = step.unset_sid
        if not dry_run:
            made = step.make()
            if step.is_new and made.startswith("AP"):
                sid = made
        self._say_sid(sid)
        counts["changed"] += 1

    def _say_sid(self, sid: str) -> None:
        if sid:
            self.stdout.write(f"    Put {setting_of(sid)} into .env.")


def _steps(twilio: Client, ours: Addresses) -> Iterator[Step]:
    return chain(
        queue_steps(twilio),
        [application_step(twilio, ours)],
        number_steps(twilio, ours),
    )


def _addresses() -> Addresses:
    """Our URLs. Raises CommandError where Twilio could not reach them."""
    base = urlsplit(settings.PUBLIC_BASE_URL)
    if base.scheme != "https" and not _is_stand_in():
        raise CommandError(
            "PUBLIC_BASE_URL must be the https address at which Twilio reaches this"
            " server, such as https://cc.example.com."
        )
    return Addresses(
        voice=links.incoming(),
        fallback=links.fallback(),
        status=links.status(),
        client=links.client(),
    )


def _is_stand_in() -> bool:
    """Whether what is asked is on this machine, and so reaches any address of it."""
    api = settings.TWILIO_API_BASE_URL
    return is_base_url(api) and is_loopback(urlsplit(api))


def _summary(counts: dict[str, int], *, dry_run: bool) -> str:
    done = "would be changed" if dry_run else "made or changed"
    return f"{counts['changed']} {done}, {counts['right']} were right already."
