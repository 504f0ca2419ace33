"""What a moment reads as: a fact, and what is known of it. No database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext
from django_stubs_ext import StrOrPromise

from callcenter.models import Call, OperatorState, QueueEntry
from callcenter.models.events import KIND_LABELS
from callcenter.numbers import phone_number
from callcenter.routes import Kind
from reports.present import formats
from reports.timeline.story import Moment

Names = Mapping[str, StrOrPromise]


@dataclass(frozen=True, slots=True)
class Words:
    """What people call the codes of history, and how this reader sees a number.

    `number` shows one, `address` what may hold one.
    """

    number: Callable[[str], str]
    address: Callable[[str], str]
    queues: Names = field(default_factory=dict)
    menus: Names = field(default_factory=dict)
    operators: Names = field(default_factory=dict)
    lines: Names = field(default_factory=dict)

    def queue(self, slug: str) -> str:
        """A queue's name, its slug where it has none any more."""
        return str(self.queues.get(slug, slug))

    def menu(self, slug: str) -> str:
        """A menu's name, its slug where it has none any more."""
        return str(self.menus.get(slug, slug))

    def operator(self, code: str) -> str:
        """An operator's name, else the number or identity of the leg."""
        if not code:
            return gettext("an operator")
        # Theirs are no secret.
        return str(self.operators.get(code) or phone_number(code))

    def line(self, number: str) -> str:
        """A line of ours by number and name; our numbers are no secret."""
        shown = phone_number(number)
        return f"{shown} {self.lines[number]}" if number in self.lines else shown


def caller_name(call: Call, words: Words) -> str:
    """Who is at the other end: the number, an address, or that it is withheld."""
    if call.kind == Call.Kind.OPERATOR:
        return phone_number(call.caller) or call.from_raw
    if call.caller:
        return words.number(call.caller)
    other = call.to_raw if call.kind == Call.Kind.OUTBOUND else call.from_raw
    if other.startswith(("sip:", "client:")):
        return words.address(other)
    return gettext("Number withheld")


def sentence(moment: Moment, call: Call, words: Words) -> tuple[str, list[str]]:
    """The fact, and details worth a second line."""
    facts = moment.facts
    match moment.code:
        case "rang":
            title, details = gettext("Rang"), _who_rang(call, words)
        case "no-ring":
            title = gettext("No incoming call was received")
            details = [gettext("The start is reckoned from what came later.")]
        case "dialled-in":
            title, details = gettext("Dialled in"), _who_rang(call, words)
        case "dialled-out":
            title = gettext("Dialled %(number)s") % {"number": caller_name(call, words)}
            details = []
        case "taken":
            title, details = gettext("Was answered"), []
        case "asked" | "step" | "key" | "no-answer":
            title, details = _menu(moment.code, facts, words)
        case "queued" | "position" | "leaving":
            title, details = _waiting(moment.code, facts, words)
        case "connect" | "no-connect" | "talk" | "done":
            title, details = _operator(moment, words)
        case "left" | "no-exit" | "exit-again":
            title, details = _leaving(moment.code, facts)
        case "state":
            title, details = _state(facts, words)
        case "ended" | "no-end" | "under-way":
            title, details = _end(moment.code, facts)
        case _:
            title, details = _request(moment.code, facts)
    if moment.code not in ("key", "step", "position", "asked"):
        details = [*details, answer(str(facts.get("decision") or ""), words)]
    return title, [detail for detail in details if detail]


def _who_rang(call: Call, words: Words) -> list[str]:
    if not call.line:
        return [gettext("From %(caller)s") % {"caller": caller_name(call, words)}]
    return [
        gettext("From %(caller)s to %(line)s")
        % {"caller": caller_name(call, words), "line": words.line(call.line)}
    ]


def answer(decision: str, words: Words) -> str:
    """What we answered, as it was heard; empty where it goes without saying."""
    verb, _, what = decision.partition(":")
    match verb:
        case "menu":
            return gettext("Answer: %(menu)s") % {"menu": words.menu(what)}
        case "enqueue":
            queue = words.queue(what.partition("/")[0])
            return gettext("Answer: into the queue %(queue)s") % {"queue": queue}
        case "message":
            return gettext("Answer: message “%(message)s”") % {"message": what}
        case "dial" if what.startswith(("+", "client:", "sip:")):
            number = words.number(what) if what[0] == "+" else words.address(what)
            return gettext("Answer: passed on to %(number)s") % {"number": number}
        case "dial":
            queue = words.queue(what)
            return gettext("Answer: next caller of %(queue)s") % {"queue": queue}
    said = {
        "closed": gettext("Answer: we are closed"),
        "reject": gettext("Answer: rejected"),
        "apology": gettext("Answer: apology"),
        "voicemail": gettext("Answer: asked for a message"),
        "goodbye": gettext("Answer: thanks and goodbye"),
        "ask_pin": gettext("Answer: asked for the PIN"),
        "sign_off": gettext("Answer: signed off"),
        "wait": gettext("Answer: asked to wait"),
    }
    # The rest is what always follows: music, an announcement, wrap-up, the end.
    return said.get(verb, "")


def _menu(code: str, facts: Mapping[str, Any], words: Words) -> tuple[str, list[str]]:
    menu = words.menu(facts["menu"])
    if code == "asked" or (code == "step" and not facts["led_to"]):
        return gettext("%(menu)s is played") % {"menu": menu}, []
    if code == "no-answer":
        title = gettext("No answer to %(menu)s was received") % {"menu": menu}
        return title, [
            gettext("The call went on, so a key was pressed or time ran out.")
        ]
    led_to = str(facts["led_to"])
    verb, _, what = led_to.partition(":")
    where = {
        "enqueue": lambda: words.queue(what.partition("/")[0]),
        "menu": lambda: words.menu(what),
        "message": lambda: gettext("message “%(message)s”") % {"message": what},
        "end": lambda: gettext("goodbye"),
    }.get(verb, lambda: led_to)()
    is_again = led_to == f"menu:{facts['menu']}"
    values = {"menu": menu, "key": facts["input"], "where": where}
    if not facts["input"]:
        title = gettext("%(menu)s: no input")
    elif is_again or not where:
        title = gettext("%(menu)s: “%(key)s”")
    else:
        title = gettext("%(menu)s: “%(key)s” → %(where)s")
    details = []
    if is_again:
        details.append(gettext("Asked once more"))
    elif not facts["input"] and where:
        details.append(gettext("Goes on to %(where)s") % values)
    if facts.get("seconds"):
        length = formats.duration(facts["seconds"])
        details.append(gettext("After %(length)s") % {"length": length})
    return title % values, details


def _waiting(
    code: str, facts: Mapping[str, Any], words: Words
) -> tuple[str, list[str]]:
    place = {"position": facts["position"], "key": facts.get("input")}
    if code == "queued":
        title = gettext("Enters the queue %(queue)s") % {
            "queue": words.queue(facts["queue"])
        }
        details = []
        if facts["visit"] > 1:
            visit = {"visit": facts["visit"]}
            details.append(gettext("Queue entry %(visit)s of this call") % visit)
        if facts["position"]:
            details.append(gettext("Place %(position)s") % place)
        return title, details
    waited = _length(gettext("Wait %(length)s"), facts["waited"])
    if facts.get("input"):
        return gettext("Presses “%(key)s” while waiting") % place, [waited]
    if code == "leaving":
        reason = str(facts["decision"]).partition(":")[2]
        title = gettext("Is let out of the queue: %(reason)s")
        return title % {"reason": _reason(reason)}, [waited]
    if facts["position"]:
        return gettext("Hears the place: %(position)s") % place, [waited]
    return gettext("Still waiting"), [waited]


def _reason(code: str) -> str:
    reasons = QueueEntry.OverflowReason
    return str(reasons(code).label) if code in reasons.values else code


def _length(text: str, seconds: int | None) -> str:
    return "" if seconds is None else text % {"length": formats.duration(seconds)}


def _operator(moment: Moment, words: Words) -> tuple[str, list[str]]:
    facts = moment.facts
    name = {"operator": words.operator(str(facts.get("operator") or ""))}
    if moment.code == "no-connect":
        return gettext("No connect was received"), [
            gettext("An operator took the caller; nobody can say who.")
        ]
    if moment.code == "talk":
        return gettext("Talk begins"), [name["operator"]]
    if moment.code == "done":
        if facts.get("is_bridged") is False:
            return gettext("%(operator)s: not joined to the caller") % name, []
        return gettext("%(operator)s: talk over") % name, [
            _length(gettext("Talk %(length)s"), facts.get("talk"))
        ]
    details = [_length(gettext("Wait %(length)s"), facts["waited"])]
    over = (facts["waited"] or 0) - facts["target"]
    if facts["waited"] is not None and over > 0:
        details = [
            gettext("Wait %(length)s (%(over)s s over the target of %(target)s s)")
            % {
                "length": formats.duration(facts["waited"]),
                "over": over,
                "target": facts["target"],
            }
        ]
    details += [
        _length(gettext("announcement %(length)s"), facts.get("notice")),
        _length(gettext("operator ready for %(length)s"), facts.get("ready")),
    ]
    if facts.get("came_to_nothing"):
        details.append(gettext("came to nothing"))
    if moment.marks:
        details.append(gettext("no connect was received; the operator's leg says so"))
    return gettext("%(operator)s takes the caller") % name, details


def _leaving(code: str, facts: Mapping[str, Any]) -> tuple[str, list[str]]:
    if code == "exit-again":
        return gettext("Another exit was received"), [facts["result"]]
    outcome = QueueEntry.Outcome(facts["outcome"])
    waited = _length(gettext("Wait %(length)s"), facts["waited"])
    talked = _length(gettext("Talk %(length)s"), facts["talk"])
    if code == "no-exit":
        told = gettext("Outcome: %(outcome)s") % {"outcome": outcome.label}
        return gettext("No exit was received"), [told, talked or waited]
    gave_up = outcome in (
        QueueEntry.Outcome.ABANDONED,
        QueueEntry.Outcome.SHORT_ABANDONED,
    )
    if outcome == QueueEntry.Outcome.ANSWERED:
        return _who_ended(facts["by"]) or gettext("Talk over"), [talked]
    if gave_up:
        how = gettext("Caller hung up while waiting")
        if facts["is_lost"]:
            how = gettext("Caller hung up while being connected")
        return how, [str(outcome.label), waited]
    if outcome == QueueEntry.Outcome.OVERFLOWED:
        title = gettext("Left the queue: %(reason)s")
        return title % {"reason": _reason(facts["reason"])}, [waited]
    if outcome == QueueEntry.Outcome.BLOCKED:
        return gettext("The queue was full"), []
    if outcome == QueueEntry.Outcome.FAILED:
        return gettext("The queue failed"), [facts["result"]]
    return gettext("Left the queue, nobody can say how"), [facts["result"]]


def _who_ended(by: str) -> str:
    return {
        "caller": gettext("Caller hung up"),
        "operator": gettext("Operator hung up"),
        "system": gettext("We ended the call"),
    }.get(by, "")


def who_ended(call: Call) -> str:
    """Who hung up, as a clause; empty when nobody can say."""
    return _who_ended(call.disconnected_by)


def _state(facts: Mapping[str, Any], words: Words) -> tuple[str, list[str]]:
    label = str(OperatorState.State(facts["state"]).label)
    if "wrap_up" in facts:
        title = gettext("%(operator)s: %(state)s") % {
            "operator": words.operator(facts["operator"]),
            "state": label,
        }
        return title, [_length(gettext("Wrap-up %(length)s"), facts["wrap_up"])]
    if facts["caller"]:
        title = gettext("Takes %(caller)s from %(queue)s") % {
            "caller": caller_name(facts["caller"], words),
            "queue": words.queue(facts["queue"]),
        }
        return title, [_length(gettext("Talk %(length)s"), facts["talk"])]
    return label[:1].upper() + label[1:], [
        facts["reason"],
        _length(gettext("For %(length)s"), facts["seconds"]),
    ]


def _end(code: str, facts: Mapping[str, Any]) -> tuple[str, list[str]]:
    if code == "under-way":
        return gettext("Under way"), []
    if code == "no-end":
        return gettext("No end of the call was received"), [
            gettext("This is the last that was heard of it.")
        ]
    details = [_length(gettext("Whole call %(length)s"), facts["duration"])]
    if facts["status"] not in ("completed", ""):
        details.insert(0, facts["status"])
    off = facts["difference"]
    if off and off > 1:
        details.append(
            ngettext(
                "our record differs by %(seconds)s s",
                "our record differs by %(seconds)s s",
                off,
            )
            % {"seconds": off}
        )
    if facts["outcome"] == Call.Outcome.IVR_ABANDONED:
        return gettext("Caller hung up in the menu"), details
    if facts["has_left"]:
        return gettext("End of the call confirmed"), details
    return _who_ended(facts["by"]) or gettext("Call ended"), details


def _request(code: str, facts: Mapping[str, Any]) -> tuple[str, list[str]]:
    result = str(facts.get("result") or "")
    match code:
        case "voicemail":
            length = _length(gettext("Length %(length)s"), facts["seconds"])
            return gettext("A message was left"), [length]
        case "recording":
            length = _length(gettext("Length %(length)s"), facts["seconds"])
            return gettext("The recording is ready"), [length]
        case "recording-state":
            return gettext("State of the recording"), [result]
        case "callback":
            return gettext("Asks to be rung back"), []
        case "fallback":
            return gettext("Twilio could not get an answer and used the fallback"), []
        case "status":
            return gettext("State of the call"), [result]
        case "internal":
            return pgettext("event", "Settled by us after looking"), [result]
    kind = KIND_LABELS[Kind(facts["kind"])]
    return str(kind)[:1].upper() + str(kind)[1:], [str(facts["input"] or result)]
