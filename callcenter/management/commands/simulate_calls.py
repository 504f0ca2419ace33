"""`manage.py simulate_calls`: simulated traffic on a running server."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from callcenter.demo.live import simulation
from callcenter.demo.live.traffic import Plan, Seat, begins_at, seats_of
from callcenter.demo.model import Mood
from callcenter.management.command import SentenceCommand
from callcenter.standin.network.faults import Faults

_NEEDED = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_BASE_URL")


class Command(SentenceCommand):
    """Lets callers call a running MiniCC, and operators dial in."""

    help = (
        "Let callers and operators telephone with the running server, without a Twilio"
        " account. Ctrl-C lets everybody hang up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Lengths of time are seconds of the calls, however fast they pass."""
        positive, fraction = _number(above=0), _number(least=0, most=1)
        add = parser.add_argument
        add(
            "--calls-per-hour",
            type=_number(above=0, most=20_000),
            default=120.0,
            help="in office hours, on average (120); it varies over the day",
        )
        add("--operators", type=_whole, help="how many dial in; else all who can")
        add(
            "--patience",
            type=positive,
            default=Mood().patience_seconds,
            help=f"mean, in a queue ({Mood().patience_seconds:.0f} s)",
        )
        add(
            "--handle-time",
            type=positive,
            help="mean conversation; else each queue its own, about 200 s",
        )
        add(
            "--speed",
            type=_number(above=0, most=1000),
            default=1.0,
            help="how much faster than in real life (1)",
        )
        add(
            "--duration",
            type=_number(least=0),
            default=600.0,
            help="of the calls (600 s); 0 goes on until Ctrl-C",
        )
        add("--seed", type=int, default=1, help="a whole number: which callers (1)")
        add("--url", help="where the server is, if not at PUBLIC_BASE_URL")
        add("--drop", type=fraction, default=0.0, help="requests lost, from 0 to 1")
        add("--duplicate", type=fraction, default=0.0, help="requests that come twice")
        add("--delay", type=fraction, default=0.0, help="requests up to 3 s late")
        add("--reorder", type=fraction, default=0.0, help="callbacks up to 20 s late")

    def handle(
        self,
        *,
        calls_per_hour: float,
        operators: int | None,
        patience: float,
        handle_time: float | None,
        speed: float,
        duration: float,
        seed: int,
        url: str | None,
        drop: float,
        duplicate: float,
        delay: float,
        reorder: float,
        **options: Any,
    ) -> str:
        """Run it, with a live picture on a terminal."""
        missing = [name for name in _NEEDED if not getattr(settings, name)]
        if missing:
            raise CommandError(f"No call is possible without {', '.join(missing)}.")
        where = url or settings.PUBLIC_BASE_URL
        if urlsplit(where).scheme not in ("http", "https"):
            raise CommandError(f"--url: an address that begins with http, not {where}.")
        now = timezone.localtime()
        plan = Plan(
            calls_per_hour=calls_per_hour,
            seats=self._seats(operators),
            lines=simulation.lines(),
            duration=duration or None,
            seed=seed,
            mood=Mood(patience, handle_time),
            begins_at_hour=begins_at(now.hour + now.minute / 60),
            has_pauses=True,
            codes=simulation.codes(),
        )
        if not plan.lines:
            raise CommandError(
                "There is no line that these callers know:"
                " `manage.py demo --config-only` makes one."
            )
        faults = Faults(
            Random(seed),  # noqa: S311 -- chance, no secret
            drop=drop,
            duplicate=duplicate,
            delay=delay,
            reorder=reorder,
        )
        with tqdm(bar_format="{desc}", dynamic_ncols=True, disable=None) as bar:
            bar.leave = False
            try:
                return simulation.simulate(
                    plan, where, speed, faults, bar.set_description_str
                )
            except simulation.NobodyAnswers as problem:
                raise CommandError(
                    f"No server answers at {where} ({problem}):"
                    " start it with `make run`, or name another with --url."
                ) from problem
            except simulation.NotMiniCC as problem:
                raise CommandError(f"This is not MiniCC: {problem}.") from None
            except KeyboardInterrupt:
                raise CommandError("Stopped in the middle: calls hang.") from None

    def _seats(self, wanted: int | None) -> list[Seat]:
        there = simulation.seats()
        if wanted is not None and wanted > len(there):
            raise CommandError(
                f"--operators: only {len(there)} can dial in and serve a queue;"
                " add more in the admin, or with `manage.py demo`."
            )
        return seats_of(there, len(there) if wanted is None else wanted)


def _number(
    *, above: float | None = None, least: float = 0, most: float = float("inf")
) -> Callable[[str], float]:
    """A number of the command line within bounds."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ArgumentTypeError(f"{text!r} is not a number") from None
        # Not a number is within no bounds.
        if not (value > above if above is not None else least <= value):
            bound = f"above {above}" if above is not None else f"from {least}"
            raise ArgumentTypeError(f"a number {bound}, not {text}")
        if value > most or value == float("inf"):
            raise ArgumentTypeError(f"at most {most}, not {text}")
        return value

    return read


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"a whole number, not {text!r}")
    return int(text)
