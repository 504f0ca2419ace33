"""Plans for the tests of the call flow."""

from datetime import UTC, date, datetime, time
from typing import Any

from callcenter.flow.plan import (
    HoursPlan,
    LinePlan,
    MenuPlan,
    MessagePlan,
    OperatorPlan,
    OptionPlan,
    Plan,
    PromptPlan,
    QueuePlan,
)

NUMBER = "+815000000101"
# A Tuesday, 10:00 in Tokyo.
MORNING = datetime(2026, 11, 24, 1, tzinfo=UTC)


def option(text: str, language: str = "") -> OptionPlan:
    """An option from text: queue:support, menu:main, message:hours, end."""
    action, _colon, target = text.partition(":")
    return OptionPlan(action, target, language)


def prompts(*languages: str, purpose: str = "main") -> tuple[PromptPlan, ...]:
    """A text in each of these languages."""
    return tuple(
        PromptPlan(purpose, language, f"text in {language}") for language in languages
    )


def menu(slug: str, texts: Any = None, **options: str | OptionPlan) -> MenuPlan:
    """A menu; key_1="queue:support" leads there, as silence and wrong do."""
    found = {
        key.removeprefix("key_"): option(way) if isinstance(way, str) else way
        for key, way in options.items()
    }
    given = prompts("ja", "en") if texts is None else texts
    return MenuPlan(slug, options=found, prompts=given)


def plan(*menus: MenuPlan, line: LinePlan | None = None, **more: Any) -> Plan:
    """One line that leads to the first menu, two served queues, one message."""
    first = menus[0].slug if menus else ""
    line = line or LinePlan(NUMBER, "support", menu=first)
    values: dict[str, Any] = {
        "lines": {line.number: line},
        "default_line": line.number,
        "menus": {each.slug: each for each in menus},
        "queues": {slug: QueuePlan(slug) for slug in ("support", "sales")},
        "messages": {"hours": MessagePlan("hours", prompts("ja", "en"))},
        "operators": (OperatorPlan("Sato", queues=("support", "sales")),),
    }
    return Plan(**{**values, **more})


def weekdays(opens: int, closes: int) -> tuple[HoursPlan, ...]:
    """The same hours from Monday to Friday."""
    return tuple(HoursPlan(day, time(opens), time(closes % 24)) for day in range(1, 6))


HOLIDAY = date(2026, 11, 23)
