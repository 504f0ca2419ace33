"""What is wrong with a tree of menus, such as dead ends. No database.

The admin checks a menu before it is saved. Reasons are codes, which the admin words in
the reader's language.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callcenter.flow.decide import KEYS, SILENCE
from callcenter.flow.plan import MenuPlan


class Reason(StrEnum):
    """Why a menu must not be saved as it is."""

    NO_KEY = "no_key"  # no key leads anywhere
    NO_WAY_OUT = "no_way_out"  # keys lead from menu to menu, never to an end
    MISSING_TARGET = "missing_target"  # an input leads to what does not exist
    SILENT_LOOP = "silent_loop"  # silence leads from menu to menu without end


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one menu, with the input it is about and where that leads."""

    menu: str
    reason: Reason
    input: str = ""
    target: str = ""


def problems(
    menus: Mapping[str, MenuPlan], queues: Collection[str], messages: Collection[str]
) -> list[Problem]:
    """All problems, menu by menu; `queues` are the slugs of the active queues."""
    targets = {
        "queue": queues,
        "voicemail": queues,
        "menu": menus,
        "message": messages,
    }
    return [
        problem
        for menu in menus.values()
        for problem in (
            *_missing_targets(menu, targets),
            *_dead_end(menu, menus),
            *_silent_loop(menu, menus),
        )
    ]


def _missing_targets(
    menu: MenuPlan, targets: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    for key, option in sorted(menu.options.items()):
        is_there = option.action == "end" or (
            # Empty where it must not be dialled any more.
            bool(option.target)
            if option.action == "number"
            else option.target in targets.get(option.action, ())
        )
        if not is_there:
            yield Problem(menu.slug, Reason.MISSING_TARGET, key, option.target)


def _dead_end(menu: MenuPlan, menus: Mapping[str, MenuPlan]) -> Iterator[Problem]:
    if not KEYS & menu.options.keys():
        yield Problem(menu.slug, Reason.NO_KEY)
        return
    seen: set[str] = set()
    to_see = [menu.slug]
    while to_see:
        slug = to_see.pop()
        # A missing menu is a problem of its own, reported above.
        if slug not in menus:
            return
        seen.add(slug)
        for key in KEYS & menus[slug].options.keys():
            option = menus[slug].options[key]
            if option.action != "menu":
                return
            if option.target not in seen:
                to_see.append(option.target)
    yield Problem(menu.slug, Reason.NO_WAY_OUT)


def _silent_loop(menu: MenuPlan, menus: Mapping[str, MenuPlan]) -> Iterator[Problem]:
    """A problem of every menu in the circle, not of those that lead into it."""
    seen: set[str] = set()
    slug = menu.slug
    while slug in menus and slug not in seen:
        seen.add(slug)
        silence = menus[slug].options.get(SILENCE)
        if silence is None or silence.action != "menu":
            return
        slug = silence.target
    if slug == menu.slug:
        silent = menu.options[SILENCE]
        yield Problem(menu.slug, Reason.SILENT_LOOP, SILENCE, silent.target)
