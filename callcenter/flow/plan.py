"""The setup as frozen values, from which the flow decides. No database.

It holds only what is active; for a caller, nothing else exists.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from callcenter.numbers import line_of, number_in

CLIENT = "client:"


@dataclass(frozen=True, slots=True)
class PromptPlan:
    """What is heard at one moment in one language: the audio file, then the text."""

    purpose: str  # a models.Prompt.Purpose value
    language: str
    text: str = ""
    audio_url: str = ""


@dataclass(frozen=True, slots=True)
class OptionPlan:
    """Where one input of a menu leads."""

    action: str  # a models.MenuOption.Action value
    target: str = ""  # the slug of a queue, menu or message, or a number
    language: str = ""  # spoken from here on; empty: as before


@dataclass(frozen=True, slots=True)
class MenuPlan:
    """One menu; its options by key, and for "silence" and "wrong"."""

    slug: str
    timeout_seconds: int = 10
    tries: int = 3
    options: Mapping[str, OptionPlan] = field(default_factory=dict)
    prompts: tuple[PromptPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """A message that is read out, after which the call ends."""

    slug: str
    prompts: tuple[PromptPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """One queue; the defaults serve callers in a queue that was deleted."""

    slug: str
    priority: int = 10
    max_wait_seconds: int = 600
    wrapup_seconds: int = 5
    leaves_when_unstaffed: bool = False
    leaves_at_closing: bool = False
    offers_callback: bool = False
    offers_voicemail: bool = False
    announces_wait: bool = False
    records_conversations: bool = False
    prompts: tuple[PromptPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class HoursPlan:
    """Open hours on one ISO weekday (1 is Monday); closing at 00:00 is midnight."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One number of ours, with its menu; without a menu, calls go to the queue."""

    number: str
    queue: str
    menu: str = ""
    language: str = "ja"
    fallback_number: str = ""
    hours: tuple[HoursPlan, ...] = ()
    holidays: frozenset[date] = frozenset()
    prompts: tuple[PromptPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorPlan:
    """One active operator, with the slugs of their queues, by priority."""

    name: str
    number: str = ""
    client_identity: str = ""
    pin: str = ""  # a hash; empty for an operator without PIN
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole setup at one version. Queues are in the order of priority."""

    version: int = 0
    lines: Mapping[str, LinePlan] = field(default_factory=dict)
    default_line: str = ""
    menus: Mapping[str, MenuPlan] = field(default_factory=dict)
    messages: Mapping[str, MessagePlan] = field(default_factory=dict)
    queues: Mapping[str, QueuePlan] = field(default_factory=dict)
    operators: tuple[OperatorPlan, ...] = ()
    holidays: frozenset[date] = frozenset()  # of all lines
    blocked: frozenset[str] = frozenset()  # numbers whose calls are rejected
    # Wrap-up codes by the digits that operators type for them.
    wrap_up_codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing that callers could be served from."""
        return not (self.lines or self.queues or self.operators)

    def line(self, to: str) -> LinePlan | None:
        """The line of the number called, else the default line, else any."""
        own = self.lines.get(line_of(to, self.lines)) or self.lines.get(
            self.default_line
        )
        return own or next(iter(self.lines.values()), None)

    def queue(self, slug: str) -> QueuePlan:
        """The queue; one with default values if the plan does not hold it."""
        return self.queues.get(slug) or QueuePlan(slug)

    def operator(self, caller: str) -> OperatorPlan | None:
        """The operator with this number or browser identity; None if there is none."""
        browsers = (one for one in self.operators if one.client_identity)
        return self.operator_by_number(caller) or next(
            (one for one in browsers if caller == CLIENT + one.client_identity), None
        )

    def operator_by_number(self, caller: str) -> OperatorPlan | None:
        """The operator with this telephone number; None if there is none."""
        number = number_in(caller)
        return next((one for one in self.operators if one.number == number != ""), None)


def prompt(
    prompts: tuple[PromptPlan, ...], purpose: str, language: str
) -> PromptPlan | None:
    """The prompt for this purpose, in this language if there is one, else in any."""
    fitting = [one for one in prompts if one.purpose == purpose]
    return next(
        (one for one in fitting if one.language == language),
        fitting[0] if fitting else None,
    )
