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
from callcenter.models import Operator
from callcenter.twilio_api.access import NotConfigured, access
from callcenter.twilio_api.client import TwilioFailure, client
from callcenter.twilio_api.outside import Finding, findings
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
        " changes nothing."
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
        """Say of each thing whether it is right; raises CommandError if one is not."""
        wrong = 0
        try:
            ours = _addresses()
            found = findings(links.health(), ours.status, links.hold_music())
            for finding in chain(found, _at_twilio(client(), ours)):
                wrong += bool(finding.problem)
                if finding.problem:
                    self.stderr.write(f"! {finding.what}: {finding.problem}")
                else:
                    self.stdout.write(f"= {finding.what}")
        except NotConfigured as problem:
            raise CommandError(str(problem)) from None
        except TwilioFailure as failure:
            raise CommandError(str(failure)) from None
        if wrong:
            raise CommandError(f"{wrong} to be mended: see above.")
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
            self.stdout.write(f"    Put {_setting_of(sid)} into .env.")


def _steps(twilio: Client, ours: Addresses) -> Iterator[Step]:
    return chain(
        queue_steps(twilio),
        [application_step(twilio, ours)],
        number_steps(twilio, ours),
    )


def _at_twilio(twilio: Client, ours: Addresses) -> Iterator[Finding]:
    """Whether everything at Twilio is as it is to be."""
    for step in _steps(twilio, ours):
        problem = step.problem
        if step.changes:
            problem = "It is not what it is to be: run setup_twilio."
        elif step.unset_sid and _has_browsers():
            problem = (
                "Nobody can take calls in the browser: put"
                f" {_setting_of(step.unset_sid)} into .env, and restart."
            )
        yield Finding(step.what, problem)


def _has_browsers() -> bool:
    return Operator.objects.filter(is_active=True, client_identity__gt="").exists()


def _setting_of(sid: str) -> str:
    return f"TWILIO_TWIML_APP_SID={sid}"


def _addresses() -> Addresses:
    """Our URLs. Raises CommandError where Twilio could not reach them."""
    base = urlsplit(settings.PUBLIC_BASE_URL)
    # The stand-in is on this machine.
    if base.scheme != "https" and not access().is_loopback:
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


def _summary(counts: dict[str, int], *, dry_run: bool) -> str:
    done = "would be changed" if dry_run else "made or changed"
    return f"{counts['changed']} {done}, {counts['right']} were right already."
