"""Where a menu leads, and which places callers reach in which languages.

No database.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from callcenter.flow.decide import SILENCE, WRONG
from callcenter.flow.plan import LinePlan, MenuPlan, OptionPlan, Plan

# Kind and slug: ("menu", "main"); a line by its number.
Place = tuple[str, str]
Languages = Mapping[Place, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Way:
    """One input of a menu; without an option the flow decides where it leads."""

    input: str
    option: OptionPlan | None

    @property
    def language(self) -> str:
        """The language from here on; empty where it stays the same."""
        return self.option.language if self.option else ""


def ways(menu: MenuPlan) -> list[Way]:
    """All inputs of a menu: its keys, then silence and any other key."""
    keys = "1234567890*#"
    found = [Way(key, menu.options[key]) for key in keys if key in menu.options]
    return [*found, *(Way(one, menu.options.get(one)) for one in (SILENCE, WRONG))]


def languages_heard(plan: Plan) -> Languages:
    """The languages in which callers reach each place; a place not in it, none can."""
    found: defaultdict[Place, set[str]] = defaultdict(set)
    to_see = [
        (place, line.language)
        for line in plan.lines.values()
        for place in _first(line, plan)
    ]
    while to_see:
        place, language = to_see.pop()
        if language in found[place]:
            continue
        found[place].add(language)
        kind, slug = place
        if kind == "menu":
            to_see += _next(plan.menus[slug], plan, language)
    return {place: frozenset(languages) for place, languages in found.items()}


def _first(line: LinePlan, plan: Plan) -> Iterator[Place]:
    if line.menu in plan.menus:
        yield "menu", line.menu
    # Whatever the menus say, silence and wrong keys can lead there.
    if line.queue in plan.queues:
        yield "queue", line.queue


def _next(menu: MenuPlan, plan: Plan, language: str) -> Iterator[tuple[Place, str]]:
    known = {
        "menu": plan.menus,
        "message": plan.messages,
        "queue": plan.queues,
        "voicemail": plan.queues,
    }
    for way in ways(menu):
        option = way.option
        if option and option.target in known.get(option.action, ()):
            yield (option.action, option.target), option.language or language
