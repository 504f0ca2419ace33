"""The sentences of drawings and trial calls: problems, waiting times, languages."""

from collections.abc import Collection, Mapping

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from callcenter.flow import tree
from callcenter.flow.decide import KEYS
from callcenter.flow.plan import MenuPlan
from callcenter.models import Language, MenuOption, Prompt
from reports.callflow.place_names import PlaceName
from reports.callflow.places import Place

_SENTENCES = {
    tree.Reason.NO_KEY: _("%(menu)s: no key has a destination. Set at least one."),
    tree.Reason.NO_WAY_OUT: _(
        "%(menu)s: its keys lead from menu to menu, and never to a queue, a message or"
        " the end of the call."
    ),
    tree.Reason.MISSING_TARGET: _(
        "%(menu)s, input “%(input)s”: leads to “%(target)s”, which is switched off or"
        " not there. Callers go to the line’s queue instead."
    ),
    tree.Reason.SILENT_LOOP: _(
        "%(menu)s: silence leads round in a circle, by way of “%(target)s”. A silent"
        " caller would hear menus for ever."
    ),
}


def problem(found: tree.Problem, names: Mapping[Place, PlaceName]) -> str:
    """What is wrong with a menu, in a sentence."""

    def name(slug: str, *kinds: str) -> str:
        known = (names.get((kind, slug)) for kind in kinds)
        return next((each.name for each in known if each), slug)

    return str(_SENTENCES[found.reason]) % {
        "menu": name(found.menu, "menu"),
        "input": key(found.input),
        "target": name(found.target, "queue", "menu", "message"),
    }


def key(code: str) -> str:
    """The label of an input: a key, no key, or any other key."""
    return str(dict(MenuOption.Input.choices).get(code, code))


def pressed(code: str) -> str:
    """An input as it begins a sentence: Key 1, or what the label says."""
    if code in KEYS:
        return gettext("Key %(key)s") % {"key": code}
    return str(capfirst(key(code)))


def language(code: str) -> str:
    """The name of a language."""
    return str(dict(Language.choices).get(code, code))


def patience(menu: MenuPlan) -> list[str]:
    """How long a menu waits for a key, and how often it asks."""
    seconds, tries = menu.timeout_seconds, menu.tries
    return [
        ngettext("waits %(seconds)d second", "waits %(seconds)d seconds", seconds)
        % {"seconds": seconds},
        ngettext("%(tries)d try", "%(tries)d tries", tries) % {"tries": tries},
    ]


def no_text(purpose: str, code: str, given: Collection[str]) -> str:
    """The warning that callers hear a text in another language than their own."""
    # The flow prefers Japanese to English.
    other = max(given)
    moment = "" if purpose == Prompt.Purpose.MAIN else Prompt.Purpose(purpose).label
    said = gettext("No text in %(language)s: callers hear the one in %(other)s.") % {
        "language": language(code),
        "other": language(other),
    }
    return f"{capfirst(moment)}: {said}" if moment else said


def silence(seconds: int) -> str:
    """The input of a caller who presses nothing."""
    return ngettext(
        "No key for %(seconds)d second", "No key for %(seconds)d seconds", seconds
    ) % {"seconds": seconds}
