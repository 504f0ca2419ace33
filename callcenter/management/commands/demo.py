"""The demo from the command line; what it makes is known by callcenter.demo."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from callcenter.demo.installation import PIN, MadeByHand, install


class Command(BaseCommand):
    help = "Make the demo installation, which the sample calls come from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--config-only", action="store_true", help="the setup, without any calls"
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="remove all lines, menus, queues and operators that are there first",
        )

    def handle(self, *, config_only: bool, replace: bool, **options: Any) -> str:
        if not config_only:
            raise CommandError(
                "The demo's past is not built yet; --config-only makes its setup."
            )
        try:
            installed = install(replace=replace)
        except MadeByHand as found:
            raise CommandError(
                f"This installation was made by hand ({found}): nothing changed."
                " --replace removes it and makes the demo's."
            ) from found
        if not installed.made:
            return "The demo installation is there already: nothing changed."
        removed = f" after removing {installed.removed} rows" if replace else ""
        return (
            f"Made the demo installation{removed}: {', '.join(installed.made)}."
            f" The PIN of its telephone operators is {PIN}."
        )
