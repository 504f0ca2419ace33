"""What a moment says: the sentence of its line, and details below it. No database."""

from typing import assert_never

from django.utils.translation import gettext, ngettext, pgettext

from callcenter.decision import Decision, Verb
from callcenter.models import Call
from callcenter.models.events import KIND_LABELS
from callcenter.routes import Kind
from reports.timeline import kinds, queue_sentences
from reports.timeline.words import Words, length, who_hung_up

# The fact, and what is worth a second line; an empty detail is not shown.
Sentence = tuple[str, list[str]]


def sentence(kind: kinds.MomentKind, call: Call, words: Words) -> Sentence:
    """The fact, and the details of it that are known."""
    title, details = _sentence(kind, call, words)
    return title, [detail for detail in details if detail]


def _sentence(kind: kinds.MomentKind, call: Call, words: Words) -> Sentence:
    match kind:
        case kinds.Rang():
            return gettext("Incoming call"), [
                _who_rang(call, words),
                words.answer(kind.answer),
            ]
        case kinds.NoRing():
            calculated = gettext("The start is calculated from later requests.")
            return gettext("No incoming call was received"), [calculated]
        case kinds.DialledIn():
            return gettext("Dialled in"), [_who_rang(call, words)]
        case kinds.DialledOut():
            return gettext("Dialled %(number)s") % {"number": words.caller(call)}, []
        case kinds.WasAnswered():
            return gettext("Was answered"), []
        case kinds.Ended():
            return _ended(kind)
        case kinds.NoEnd():
            last = gettext("This is the last request that was received.")
            return gettext("No end of the call was received"), [last]
        case kinds.UnderWay():
            return gettext("Under way"), []
        case kinds.MenuAsked():
            return gettext("%(menu)s is played") % {"menu": words.menu(kind.menu)}, []
        case kinds.MenuAnswered():
            return _menu_answered(kind, kind.after, words)
        case kinds.MenuStep():
            return _menu_answered(kind, None, words)
        case kinds.NoMenuAnswer():
            went_on = gettext("The call went on, so a key was pressed or time ran out.")
            title = gettext("No answer to %(menu)s was received")
            return title % {"menu": words.menu(kind.menu)}, [went_on]
        case kinds.Queued():
            return queue_sentences.queued(kind, words)
        case kinds.StillWaiting():
            return queue_sentences.still_waiting(kind)
        case kinds.LetOut():
            return queue_sentences.let_out(kind)
        case kinds.Left():
            title, details = queue_sentences.left(kind)
            return title, [*details, words.answer(kind.answer)]
        case kinds.NoExit():
            return queue_sentences.no_exit(kind)
        case kinds.AnotherExit():
            return gettext("Another exit was received"), [kind.queue_result]
        case kinds.OperatorTakes():
            return queue_sentences.operator_takes(kind, words)
        case kinds.NoConnect():
            return gettext("No connect was received"), [
                gettext("An operator took the caller; which one is not known.")
            ]
        case kinds.TalkBegins():
            return gettext("Talk begins"), [words.operator(kind.operator)]
        case kinds.OperatorDone():
            return queue_sentences.operator_done(kind, words)
        case kinds.WrapUpOver():
            return queue_sentences.wrap_up_over(kind, words)
        case kinds.StateBegins():
            label = str(kind.state.label)
            return label[:1].upper() + label[1:], [
                kind.reason,
                length(gettext("For %(length)s"), kind.lasted),
            ]
        case kinds.TakesCaller():
            title = gettext("Takes %(caller)s from %(queue)s") % {
                "caller": words.caller(kind.caller),
                "queue": words.queue(kind.queue),
            }
            return title, [length(gettext("Talk %(length)s"), kind.talk)]
        case kinds.MessageLeft():
            lasted = length(gettext("Length %(length)s"), kind.length)
            return gettext("A message was left"), [lasted, words.answer(kind.answer)]
        case kinds.RecordingReady():
            lasted = length(gettext("Length %(length)s"), kind.length)
            return gettext("The recording is ready"), [lasted]
        case kinds.CallbackAsked():
            return gettext("Asks for a callback"), []
        case kinds.OtherRequest():
            return _other_request(kind, words)
        case _:
            assert_never(kind)


def _who_rang(call: Call, words: Words) -> str:
    caller = words.caller(call)
    if not call.line:
        return gettext("From %(caller)s") % {"caller": caller}
    return gettext("From %(caller)s to %(line)s") % {
        "caller": caller,
        "line": words.line(call.line),
    }


def _menu_answered(
    kind: kinds.MenuAnswered | kinds.MenuStep, after: int | None, words: Words
) -> Sentence:
    where = _where(kind.led_to, words)
    is_again = kind.led_to == Decision(Verb.MENU, kind.menu)
    values = {"menu": words.menu(kind.menu), "key": kind.input, "where": where}
    if not kind.input:
        title = gettext("%(menu)s: no input")
    elif is_again or not where:
        title = gettext("%(menu)s: “%(key)s”")
    else:
        title = gettext("%(menu)s: “%(key)s” → %(where)s")
    details = []
    if is_again:
        details.append(gettext("Asked once more"))
    elif not kind.input and where:
        details.append(gettext("Goes on to %(where)s") % values)
    if after:
        details.append(_after(after))
    return title % values, details


def _after(seconds: int) -> str:
    if seconds < 60:
        return gettext("After %(seconds)s s") % {"seconds": seconds}
    return length(gettext("After %(length)s"), seconds)


def _where(led_to: Decision, words: Words) -> str:
    """Where an input led: a queue, menu or message, else the decision as it is kept."""
    match led_to.verb:
        case Verb.ENQUEUE:
            return words.queue(led_to.target)
        case Verb.MENU:
            return words.menu(led_to.target)
        case Verb.MESSAGE:
            return gettext("message “%(message)s”") % {"message": led_to.target}
        case Verb.END:
            return gettext("goodbye")
        case _:
            return str(led_to)


def _ended(kind: kinds.Ended) -> Sentence:
    details = [length(gettext("Whole call %(length)s"), kind.duration)]
    if kind.status not in ("completed", ""):
        details.insert(0, kind.status)
    off = kind.difference
    if off and off > 1:
        differs = ngettext(
            "our record differs by %(seconds)s s",
            "our record differs by %(seconds)s s",
            off,
        )
        details.append(differs % {"seconds": off})
    if kind.outcome == Call.Outcome.IVR_ABANDONED:
        return gettext("Caller hung up in the menu"), details
    if kind.had_entries:
        return gettext("End of the call confirmed"), details
    return who_hung_up(kind.ended_by) or gettext("Call ended"), details


def _other_request(kind: kinds.OtherRequest, words: Words) -> Sentence:
    answer = words.answer(kind.answer)
    match kind.kind:
        case Kind.FALLBACK:
            title = gettext("Twilio could not get an answer and used the fallback")
            return title, [answer]
        case Kind.RECORDING:
            title = gettext("State of the recording")
        case Kind.STATUS:
            title = gettext("State of the call")
        case Kind.INTERNAL:
            title = pgettext("event", "Checked and settled by MiniCC")
        case _:
            label = str(KIND_LABELS[kind.kind])
            title = label[:1].upper() + label[1:]
    return title, [kind.input or kind.result, answer]
