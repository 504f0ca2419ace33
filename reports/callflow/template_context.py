"""Drawings and trial calls as the dictionaries that their templates read."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext

from callcenter.decision import Verb
from callcenter.flow.plan import OptionPlan, Plan
from callcenter.models import MenuOption, Prompt
from callcenter.numbers import phone_number
from reports.callflow import opening_hours, wording
from reports.callflow.drawing import Drawing
from reports.callflow.place_names import PlaceName
from reports.callflow.places import Place
from reports.callflow.trial import (
    HANG_UP,
    SILENCE,
    Answer,
    Heard,
    InQueue,
    TrialCall,
)
from reports.callflow.unserved import QueueWarnings
from reports.present import formats

_KEYS = "123456789*0#"
# The kind of place that a decision leads to.
_PLACES = {
    Verb.MENU: "menu",
    Verb.ENQUEUE: "queue",
    Verb.MESSAGE: "message",
    Verb.VOICEMAIL: "queue",
}
_CLOSED = Prompt.Purpose.CLOSED


def drawing(found: Drawing, anchor: str, try_url: str) -> dict[str, Any]:
    """A drawing, with number, language and hours of its line."""
    line = found.line
    return {
        "anchor": anchor,
        "title": found.title,
        "number": phone_number(line.number) if line else "",
        "language": wording.language(line.language) if line else "",
        "hours": opening_hours.hours(line) if line else [],
        "is_line": line is not None,
        "warnings": found.warnings,
        "texts": found.texts,
        "closed": [one for one in found.texts if one.purpose == _CLOSED],
        "roots": found.roots,
        "try_url": try_url,
    }


def answer(
    found: Answer,
    plan: Plan,
    names: Mapping[Place, PlaceName],
    queues: QueueWarnings,
) -> dict[str, Any]:
    """One answer in words: to which input, what is heard, and what follows."""
    verb, target = found.decision.verb, found.decision.target
    known = names.get((_PLACES[verb], target)) if verb in _PLACES else None
    menu = plan.menus.get(target) if verb == Verb.MENU else None
    name = phone_number(target) if verb == Verb.DIAL else target
    return {
        "did": _did(found.input),
        "verb": verb.value,
        "name": known.name if known else name,
        "url": known.url if known else "",
        "heard": found.heard,
        "notes": wording.patience(menu) if menu else [],
        "in_queue": _in_queue(found.in_queue) if found.in_queue else [],
        "warnings": _warnings(found, queues),
    }


def keypad(
    call: TrialCall,
    plan: Plan,
    names: Mapping[Place, PlaceName],
    url: Callable[[str], str],
) -> dict[str, Any]:
    """What the caller can do now: keys, silence, hanging up, and where each leads."""
    menu = plan.menus.get(call.menu)
    if menu is None:
        return {}

    def entry(code: str, option: OptionPlan | None) -> dict[str, Any]:
        return {
            "key": code,
            "url": url(call.inputs + code),
            "leads_to": _leads_to(option, names) if option else "",
        }

    return {
        "keys": [entry(key, menu.options.get(key)) for key in _KEYS],
        "silence": {
            **entry(SILENCE, menu.options.get(MenuOption.Input.SILENCE)),
            "label": wording.silence(menu.timeout_seconds),
        },
        "hang_up": url(call.inputs + HANG_UP),
    }


def _warnings(found: Answer, queues: QueueWarnings) -> list[str]:
    """What is wrong with the queue that the caller enters now."""
    if found.decision.verb != Verb.ENQUEUE:
        return []
    entered = found.decision.target
    missed = queues.switched_off(found.missed, entered) if found.missed else ""
    return [text for text in (missed, queues.unserved(entered)) if text]


def _did(code: str) -> str:
    """What the caller did before an answer."""
    if not code:
        return gettext("The call comes in")
    if code == SILENCE:
        return gettext("No key is pressed")
    return gettext("Key %(key)s") % {"key": code}


def _leads_to(option: OptionPlan, names: Mapping[Place, PlaceName]) -> str:
    if option.action == MenuOption.Action.END:
        return gettext("end of the call")
    if option.action == MenuOption.Action.NUMBER:
        return phone_number(option.target)
    is_voicemail = option.action == MenuOption.Action.VOICEMAIL
    kind = MenuOption.Action.QUEUE.value if is_voicemail else option.action
    known = names.get((kind, option.target))
    name = known.name if known else option.target
    return gettext("Voicemail: %(queue)s") % {"queue": name} if is_voicemail else name


def _in_queue(heard: InQueue) -> list[tuple[str, tuple[Heard, ...]]]:
    """What is heard in the queue, by what happens there."""
    longest = formats.duration(heard.max_wait_seconds)
    return [
        (gettext("While waiting"), heard.waiting),
        (gettext("When nobody is signed in"), heard.unstaffed),
        (gettext("When an operator takes the call"), heard.connecting),
        (
            gettext("After %(duration)s without an answer; then the call ends")
            % {"duration": longest},
            heard.overflowed,
        ),
    ]
