"""`manage.py first_run`: what `make run` needs in the database before it serves."""

import secrets
import signal
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, transaction

from callcenter.demo.past.load import begun, is_done
from callcenter.demo.setup.installation import BY_TELEPHONE, is_the_demos
from callcenter.models import Menu, Operator, PhoneLine, Queue, WebhookEvent
from callcenter.upkeep.rebuild import derive_pending


class Command(BaseCommand):
    """Migrate; fill an empty installation; later runs change nothing."""

    help = (
        "Migrates the database, sets up the demo installation where nothing is set up"
        " and DEMO is on, with a past of DEMO_DAYS days, and makes the first accounts"
        " where there is none."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare()
        except KeyboardInterrupt:
            self.stdout.write()  # where it stopped, the line may not be over
            raise CommandError(
                "Stopped; the next start goes on from here.",
                returncode=128 + signal.SIGINT,
            ) from None

    def _prepare(self) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if settings.DEMO and not _is_set_up():
            call_command("demo", config_only=True, stdout=self.stdout)
        if not User.objects.exists():
            self._make_accounts()
        # What a process that was killed had kept and not told yet.
        derive_pending(lambda: None)
        if settings.DEMO and settings.DEMO_DAYS:
            self._make_past(settings.DEMO_DAYS)

    def _make_past(self, days: int) -> None:
        """A month of calls where there is none; goes on with one that was stopped."""
        if past := begun():
            if not is_done():
                self._play(days=past.days, seed=past.seed)
        elif (
            is_the_demos()
            and not WebhookEvent.objects.exists()
            and self._is_wanted(days)
        ):
            self._play(days=days)

    def _play(self, **wanted: int) -> None:
        call_command("demo", **wanted, stdout=self.stdout, stderr=self.stderr)

    def _is_wanted(self, days: int) -> bool:
        """Asked on a terminal; yes unless somebody says no."""
        if not sys.stdin.isatty():
            return True
        question = (
            f"Fill it with a past of calls, DEMO_DAYS={days}, within minutes? [Y/n] "
        )
        try:
            answer = input(question)
        except EOFError:
            # Ctrl-D: nothing was said, as with Enter.
            self.stdout.write()
            return True
        if not answer.strip().lower().startswith("n"):
            return True
        self.stdout.write("Without calls; DEMO_DAYS=0 in .env asks no more.")
        return False

    def _make_accounts(self) -> None:
        passwords = {"supervisor": secrets.token_urlsafe(12)}
        # A demo operator too, to see what an operator sees.
        operator = Operator.objects.filter(number=BY_TELEPHONE["sato"]).first()
        with transaction.atomic():
            # Whoever sets up a center may do everything; the groups are for the others.
            User.objects.create_superuser(
                "supervisor", password=passwords["supervisor"]
            )
            if operator:
                passwords[operator.name] = secrets.token_urlsafe(12)
                operator.user = User.objects.create_user(
                    operator.name, password=passwords[operator.name], is_staff=True
                )
                operator.save()
                operator.user.groups.set(Group.objects.filter(name="Operator"))
        width = max(map(len, passwords))
        self.stdout.write("Accounts, with passwords that are shown only this once:")
        for name, password in passwords.items():
            self.stdout.write(f"  {name:{width}}  {password}")
        self.stdout.write("Another password: manage.py changepassword NAME")


def _is_set_up() -> bool:
    """Whether anybody has set up anything, by hand or by command."""
    return any(model.objects.exists() for model in (PhoneLine, Queue, Menu, Operator))
