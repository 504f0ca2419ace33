"""Which menus, messages and queues callers come to, in which languages. No database."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from callcenter.flow.decide import SILENCE, WRONG
from callcenter.flow.plan import LinePlan, MenuPlan, OptionPlan, Plan

# A kind ("menu", "message", "queue") and a slug.
Place = tuple[str, str]
Languages = Mapping[Place, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Way:
    """Where one input of a menu leads; ours where nobody has said it."""

    input: str
    option: OptionPlan | None

    @property
    def language(self) -> str:
        """What is spoken from here on; empty: as before."""
        return self.option.language if self.option else ""


def ways(menu: MenuPlan) -> list[Way]:
    """All that can happen at a menu: its keys, then silence and any other key."""
    keys = "1234567890*#"
    found = [Way(key, menu.options[key]) for key in keys if key in menu.options]
    return [*found, *(Way(one, menu.options.get(one)) for one in (SILENCE, WRONG))]


def spoken(plan: Plan) -> Languages:
    """The languages in which each place is heard by callers of some line."""
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
    # Silence and wrong keys end there, whatever the menus say.
    if line.queue in plan.queues:
        yield "queue", line.queue


def _next(menu: MenuPlan, plan: Plan, language: str) -> Iterator[tuple[Place, str]]:
    known = {"menu": plan.menus, "message": plan.messages, "queue": plan.queues}
    for way in ways(menu):
        option = way.option
        if option and option.target in known.get(option.action, ()):
            yield (option.action, option.target), option.language or language
