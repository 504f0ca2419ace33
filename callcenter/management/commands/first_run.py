"""`manage.py first_run`: prepares the database before `make run` starts the server."""

import secrets
import signal
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from callcenter.demo.past.load import begun, is_done
from callcenter.demo.setup.installation import is_the_demos
from callcenter.demo.setup.scenario import FIRST_WORKERS
from callcenter.management.command import SentenceCommand
from callcenter.models import Menu, Operator, PhoneLine, Queue, WebhookEvent
from callcenter.upkeep.rebuild import derive_pending


class Command(SentenceCommand):
    """Migrates the database and fills an empty installation; safe to run again."""

    help = (
        "Migrates the database, sets up the demo installation where nothing is set up"
        " and DEMO is on, with a past of DEMO_DAYS days, and makes the first accounts"
        " where there is none."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare()
        except KeyboardInterrupt:
            self.stdout.write()  # ends the line that was being written
            raise CommandError(
                "Stopped; the next start goes on from here.",
                returncode=128 + signal.SIGINT,
            ) from None

    def _prepare(self) -> None:
        for problem in run_checks(tags=[Tags.database], databases=["default"]):
            if problem.is_serious():
                raise CommandError(f"{problem.msg} {problem.hint}")
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEMO and not _is_set_up():
            call_command("demo", config_only=True, stdout=self.stdout)
        accounts = "" if User.objects.exists() else _make_accounts()
        self.stdout.write(accounts, ending="")
        # Events that a killed process has stored and not derived.
        derive_pending()
        if settings.DEMO and settings.DEMO_DAYS and self._make_past(settings.DEMO_DAYS):
            # After minutes of progress nobody sees what was written before.
            self.stdout.write(accounts, ending="")

    def _make_past(self, days: int) -> bool:
        """Fill an installation without calls, or go on if that was interrupted.

        Returns whether it had to.
        """
        wanted: dict[str, int] = {}
        if past := begun():
            if not is_done():
                wanted = {"days": past.days, "seed": past.seed}
        elif (
            is_the_demos()
            and not WebhookEvent.objects.exists()
            and self._is_wanted(days)
        ):
            wanted = {"days": days}
        if wanted:
            call_command("demo", **wanted, stdout=self.stdout, stderr=self.stderr)
        return bool(wanted)

    def _is_wanted(self, days: int) -> bool:
        """Ask on a terminal; without one, or without an answer, it is a yes."""
        if not sys.stdin.isatty():
            return True
        question = (
            f"Fill it with demo calls (DEMO_DAYS={days})? It takes minutes. [Y/n] "
        )
        try:
            answer = input(question)
        except EOFError:
            # Ctrl-D counts as Enter.
            self.stdout.write()
            return True
        if not answer.strip().lower().startswith("n"):
            return True
        self.stdout.write("Left empty; with DEMO_DAYS=0 in .env it is not asked again.")
        return False


def _make_accounts() -> str:
    """Make the first accounts; returns the lines that name them and their passwords."""
    passwords = {"supervisor": secrets.token_urlsafe(12)}
    with transaction.atomic():
        # The first account may do everything; groups are for the others.
        User.objects.create_superuser("supervisor", password=passwords["supervisor"])
        # Also accounts of demo operators, by telephone and in the browser.
        for code, operator in _first_operators():
            passwords[code] = secrets.token_urlsafe(12)
            operator.user = User.objects.create_user(
                code, password=passwords[code], is_staff=True
            )
            operator.save()
            operator.user.groups.set(Group.objects.filter(name="Operator"))
    width = max(map(len, passwords))
    return "\n".join(
        [
            "Accounts, with passwords that are shown only now:",
            *(f"  {name:{width}}  {password}" for name, password in passwords.items()),
            "To change one: manage.py changepassword NAME",
            "",
        ]
    )


def _first_operators() -> list[tuple[str, Operator]]:
    """An operator of the demo who works by telephone, and one in the browser."""
    found = []
    for worker in (FIRST_WORKERS[0], FIRST_WORKERS[2]):
        identity = worker.address.removeprefix("client:")
        field = "number" if identity == worker.address else "client_identity"
        if operator := Operator.objects.filter(**{field: identity}).first():
            found.append((worker.code, operator))
    return found


def _is_set_up() -> bool:
    """Whether anything has been set up, by hand or by a command."""
    return any(model.objects.exists() for model in (PhoneLine, Queue, Menu, Operator))
