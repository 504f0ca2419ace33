"""Dial: a queue's next caller, or telephones and browsers (docs/twilio.md 3)."""

from datetime import timedelta

from callcenter.standin.calls import outbound
from callcenter.standin.calls.bridge import Bridge
from callcenter.standin.calls.legs import Ended, Moved, ScopeEnded
from callcenter.standin.calls.queues import Dialler
from callcenter.standin.calls.record import record_dial
from callcenter.standin.calls.script import Jump, Script
from callcenter.standin.twiml.document import Document, Element


async def dial(script: Script, verb: Element, document: Document) -> Jump | None:
    """Dial what the nouns say; give the action's request, if there is an action."""
    given = verb.get("action")
    action = script.resolve(document, given) if given else ""
    form: dict[str, str] = {}
    try:
        queues = [noun for noun in verb.children if noun.name == "Queue"]
        if queues:
            await _dial_queue(script, verb, queues[0], document, form)
        else:
            await outbound.dial(script, verb, document, form)
    except Ended:
        # docs/twilio.md 3.4: the action is still sent, its answer has no effect.
        if action and form:
            script.send(
                "dial",
                action,
                verb.get("method", "POST"),
                form,
                status="completed",
                is_callback=True,
            )
        raise
    if not action:
        return None
    return Jump(action, verb.get("method", "POST"), form, "dial")


async def _dial_queue(
    script: Script,
    verb: Element,
    noun: Element,
    document: Document,
    form: dict[str, str],
) -> None:
    """Connect the next caller of a queue; add the action's parameters to `form`."""
    leg, exchange = script.leg, script.exchange
    queue = exchange.queues.get(noun.text)
    if queue is None:
        leg.note(f"no queue {noun.text}")
        form["DialCallStatus"] = "failed"
        return
    url = script.resolve(document, noun.get("url")) if noun.get("url") else ""
    dialler = Dialler(leg, url, noun.get("method", "POST"))
    leg.set_doing("dialling")
    queue.dial(dialler)
    try:
        if not await _is_given(script, verb, dialler):
            form["DialCallStatus"] = "no-answer"
            return
    except (Ended, Moved):
        queue.give_up(dialler)
        if dialler.matched.done():
            bridge = dialler.matched.result()
            bridge.leave()
            _fill_in(script, verb, document, bridge, form)
        elif exchange.choices.dial_action_of_waiting:
            form["DialCallStatus"] = "no-answer"
        raise
    finally:
        queue.give_up(dialler)
    bridge = dialler.matched.result()
    try:
        await _talk(script, verb, bridge)
    finally:
        bridge.leave()
        _fill_in(script, verb, document, bridge, form)


async def _is_given(script: Script, verb: Element, dialler: Dialler) -> bool:
    """Wait for a caller; False when the time-out comes first."""
    exchange = script.exchange
    seconds = outbound.timeout(verb) + exchange.choices.dial_grace_seconds
    with exchange.clock.timer(seconds) as timer:
        try:
            with script.leg.scope(dialler.matched), script.leg.scope(timer):
                await script.leg.wait_until_interrupted()
        except ScopeEnded:
            return dialler.matched.done()
    return False


async def _talk(script: Script, verb: Element, bridge: Bridge) -> None:
    """Talk with the caller until one of the two ends it, or the limit does."""
    leg = script.leg
    seconds = verb.seconds("timeLimit", outbound.TIME_LIMIT)
    with script.exchange.clock.timer(seconds) as limit:
        try:
            with leg.scope(bridge.over), leg.scope(bridge.agent_gone), leg.scope(limit):
                while True:
                    await leg.wait_for_input()
                    if "*" in leg.keys and verb.is_true("hangupOnStar"):
                        bridge.finish("star")
                    leg.forget_input()
        except ScopeEnded as left:
            if left.scope is limit:
                bridge.finish("limit")
            leg.was_left = bridge.over.done() and bridge.over.result() == "caller"


def _fill_in(
    script: Script,
    verb: Element,
    document: Document,
    bridge: Bridge,
    form: dict[str, str],
) -> None:
    """Add the action's parameters after a caller was connected (docs/twilio.md 3.4).

    A recording that is asked for begins with the conversation, after the announcement.
    """
    choices = script.exchange.choices
    form["DialCallStatus"] = "completed"
    form |= bridge.form()
    if choices.dial_action_names_caller:
        form["DialCallSid"] = bridge.caller.sid
        form["DialCallDuration"] = str(bridge.seconds)
    if choices.sends_dial_bridged:
        form["DialBridged"] = "true" if bridge.began_at is not None else "false"
    if bridge.began_at is not None:
        clock = script.exchange.clock
        began = clock.now() - timedelta(seconds=clock.seconds() - bridge.began_at)
        form |= record_dial(script, verb, document, began, bridge.seconds)
