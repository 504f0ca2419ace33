"""The tree of menus behind a line, each menu once and then as a link. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from callcenter.flow import tree
from callcenter.flow.decide import SILENCE, WRONG
from callcenter.flow.plan import LinePlan, Plan, PromptPlan
from callcenter.models import MenuOption
from callcenter.numbers import phone_number
from reports.callflow import wording
from reports.callflow.place_names import PlaceName
from reports.callflow.places import Languages, Place, Way, languages_heard, ways
from reports.callflow.unserved import QueueWarnings

# Deeper trees go on below the first: a telephone is 390 pixels wide.
MOST_LEVELS = 5
# The moments at which callers hear a text of a queue.
_PURPOSES = {"queue": ("waiting", "connecting"), "voicemail": ("voicemail",)}


@dataclass(slots=True)
class Node:
    """One place, with the inputs that lead there, and where its own inputs lead."""

    kind: str  # menu, queue, message, voicemail, number, end, again, or gone
    name: str
    inputs: list[str] = field(default_factory=list)
    is_key: bool = False
    url: str = ""
    # The id of the place in the page; of a reference, where it links to.
    anchor: str = ""
    is_reference: bool = False
    language: str = ""
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    texts: tuple[PromptPlan, ...] = ()
    branches: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Drawing:
    """The trees behind a line; without a line, the trees below some menus."""

    title: str
    line: LinePlan | None = None
    warnings: list[str] = field(default_factory=list)
    texts: tuple[PromptPlan, ...] = ()
    roots: list[Node] = field(default_factory=list)

    @property
    def warned(self) -> int:
        """How many warnings it shows."""
        return len(self.warnings) + sum(_warned(root) for root in self.roots)


class DrawingBuilder:
    """Draws lines and menus of one plan; each menu once in a drawing."""

    def __init__(
        self, plan: Plan, names: Mapping[Place, PlaceName], operators_url: str = ""
    ) -> None:
        self._plan = plan
        self._names = names
        self._queues = QueueWarnings(plan, names, operators_url)
        self._heard: Languages = languages_heard(plan)
        self._problems: dict[str, list[str]] = {}
        for problem in tree.problems(plan.menus, plan.queues, plan.messages):
            text = wording.problem(problem, names)
            self._problems.setdefault(problem.menu, []).append(text)

    @property
    def unreached(self) -> list[str]:
        """Menus that no caller reaches; those that another one leads to come last."""
        menus = [slug for slug in self._plan.menus if ("menu", slug) not in self._heard]
        led_to = {
            way.option.target
            for slug in menus
            for way in ways(self._plan.menus[slug])
            if way.option and way.option.action == "menu" and way.option.target != slug
        }
        return sorted(menus, key=lambda slug: slug in led_to)

    def line(self, number: str) -> Drawing:
        """What callers of a line reach."""
        line = self._plan.lines[number]
        drawing = Drawing(
            title=self._names["line", number].name,
            line=line,
            texts=line.prompts,
            warnings=[
                *self._warnings_of_language("greeting", line.prompts, {line.language}),
                *self._warnings_of_language("closed", line.prompts, {line.language}),
            ],
        )
        if line.menu in self._plan.menus:
            drawing.roots = self._trees([line.menu], f"line-{number[1:]}", line)
        else:
            drawing.roots = [self._place("queue", line.queue)]
        if line.queue not in self._plan.queues:
            drawing.warnings.append(self._queues.of_line(line))
        return drawing

    def menus(self, slugs: list[str], title: str) -> Drawing:
        """The trees below these menus."""
        return Drawing(title=title, roots=self._trees(slugs, "menus", None))

    def _trees(
        self, slugs: list[str], prefix: str, line: LinePlan | None
    ) -> list[Node]:
        """Trees of at most so many levels; what lies deeper is a root of its own."""
        drawn: set[str] = set()
        to_draw, roots = list(slugs), []
        while to_draw:
            slug = to_draw.pop(0)
            if slug in drawn:
                continue
            deeper: list[str] = []
            drawn.add(slug)
            roots.append(self._menu(slug, prefix, line, drawn, deeper, level=1))
            to_draw = deeper + to_draw
        return roots

    def _menu(
        self,
        slug: str,
        prefix: str,
        line: LinePlan | None,
        drawn: set[str],
        deeper: list[str],
        level: int,
    ) -> Node:
        menu = self._plan.menus[slug]
        node = self._place("menu", slug)
        node.anchor = f"{prefix}-{slug}"
        node.warnings = [*self._problems.get(slug, []), *node.warnings]
        node.notes = wording.patience(menu)
        for way in ways(menu):
            option = way.option
            to_menu = (
                option is not None
                and option.action == "menu"
                and option.target in self._plan.menus
            )
            if option is None or not to_menu:
                branch = self._way(way, slug, line)
            elif option.target in drawn or level >= MOST_LEVELS:
                branch = self._place("menu", option.target)
                branch.warnings, branch.texts = [], ()
                branch.is_reference = True
                branch.anchor = f"{prefix}-{option.target}"
                if option.target not in drawn:
                    deeper.append(option.target)
            else:
                drawn.add(option.target)
                branch = self._menu(
                    option.target, prefix, line, drawn, deeper, level + 1
                )
            branch.inputs = [way.input]
            branch.is_key = way.input not in (SILENCE, WRONG)
            branch.language = way.language
            node.branches.append(branch)
        node.branches = _together(node.branches)
        return node

    def _way(self, way: Way, slug: str, line: LinePlan | None) -> Node:
        option = way.option
        if option is not None and option.action == MenuOption.Action.END:
            return Node("end", gettext("end of the call"))
        if option is not None and option.action == MenuOption.Action.NUMBER:
            return Node("number", phone_number(option.target))
        if option is not None:
            return self._place(option.action, option.target)
        if way.input == WRONG:
            tries = self._plan.menus[slug].tries
            text = gettext("straight to the line’s queue")
            if tries > 1:
                again = gettext(
                    "asked again; after %(tries)d wrong tries, to the line’s queue"
                )
                text = again % {"tries": tries}
            return Node("again", text)
        if line and line.queue in self._plan.queues:
            return self._place("queue", line.queue)
        return Node("again", gettext("to the line’s queue"))

    def _place(self, kind: str, slug: str) -> Node:
        """A queue, message or menu by its name, with what is wrong with its texts."""
        known: Mapping[str, Any] = {
            "menu": self._plan.menus,
            "message": self._plan.messages,
            "queue": self._plan.queues,
            "voicemail": self._plan.queues,
        }[kind]
        named = "queue" if kind == "voicemail" else kind
        name = self._names.get((named, slug))
        if slug not in known:
            return Node("gone", name.name if name else slug)
        prompts: tuple[PromptPlan, ...] = known[slug].prompts
        languages = set(self._heard.get((kind, slug), ()))
        purposes = _PURPOSES.get(kind, ("main",))
        if kind == "queue" and known[slug].records_conversations:
            purposes = (*purposes, "recorded")
        warnings = [
            warning
            for purpose in purposes
            for warning in self._warnings_of_language(purpose, prompts, languages)
        ]
        if kind == "queue" and (unserved := self._queues.unserved(slug)):
            warnings.append(unserved)
        if named != "queue" and not prompts:
            warnings.append(
                gettext("No text of its own: callers hear a standard sentence.")
            )
        return Node(
            kind,
            name.name if name else slug,
            url=name.url if name else "",
            # A queue stands at many keys; its texts are shown by a trial call.
            texts=() if named == "queue" else prompts,
            warnings=warnings,
        )

    def _warnings_of_language(
        self, purpose: str, prompts: tuple[PromptPlan, ...], languages: set[str]
    ) -> list[str]:
        """A warning for each language in which callers hear the text of another one."""
        given = {one.language for one in prompts if one.purpose == purpose}
        if not given:
            return []
        return [
            wording.no_text(purpose, language, given)
            for language in sorted(languages - given)
        ]


def _together(branches: list[Node]) -> list[Node]:
    """Inputs that lead to the same place, in the same language, become one branch."""
    found: list[Node] = []
    for branch in branches:
        same = next((one for one in found if _is_same(one, branch)), None)
        if same:
            same.inputs += branch.inputs
        else:
            found.append(branch)
    return found


def _is_same(one: Node, other: Node) -> bool:
    return one.kind != "menu" and (
        (one.kind, one.name, one.language, one.is_key)
        == (other.kind, other.name, other.language, other.is_key)
    )


def _warned(node: Node) -> int:
    return len(node.warnings) + sum(_warned(branch) for branch in node.branches)
