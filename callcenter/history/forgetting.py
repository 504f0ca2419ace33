"""Calls whose caller is forgotten: an event of ours says so, and when it was reached.

History stays a function of events (docs/contract.md 8.24). Whatever comes later for
such a call, its caller is the pseudonym. No database.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from callcenter.forgotten import Forgetting, Form, form_without_caller
from callcenter.history.rules import Contact
from callcenter.models import WebhookEvent
from callcenter.params import VoiceParams
from callcenter.routes import FORGET_PREFIX, Kind


def forget_again(
    events: Mapping[str, Sequence[WebhookEvent]],
) -> Iterator[WebhookEvent]:
    """Takes callers of forgotten calls out of events; gives those that changed.

    They came after the call was forgotten. `events` are those read for each leg, by
    its SID.
    """
    for sid, about in events.items():
        own = [event for event in about if event.call_sid == sid]
        if forgotten := _forgotten(own):
            yield from (one for one in own if forget_in(one, forgotten))


def forget_in(event: WebhookEvent, forgotten: WebhookEvent) -> bool:
    """Takes the caller out of an event of a call that `forgotten` is about.

    Says whether that changed it.
    """
    if event.path.startswith(FORGET_PREFIX):
        return False
    side, pseudonym = str(forgotten.params["Side"]), str(forgotten.params["Caller"])
    form = form_without_caller(event.params, side, pseudonym)
    if form == event.params:
        return False
    set_form(event, form)
    return True


def forget_number_in(event: WebhookEvent, forgetting: Forgetting) -> bool:
    """Takes a number out of an event of any leg; says whether that changed it."""
    form = forgetting.form(event.params)
    # An operator in the browser may have had the number rung.
    decision = forgetting.blanked(event.decision)
    if (form, decision) == (event.params, event.decision):
        return False
    event.decision = decision
    set_form(event, form)
    return True


def reached_before_forgotten(own: Sequence[WebhookEvent]) -> list[Contact]:
    """When the caller of a forgotten call was reached, by calls that do not say so."""
    forgotten = _forgotten(own)
    told = forgotten.params.get("Reached") if forgotten else None
    moments = (datetime.fromisoformat(text) for text in told or [])
    return [Contact(at, at) for at in moments]


def set_form(event: WebhookEvent, form: Form) -> None:
    """Gives an event another form, and what it says of it."""
    event.params = form
    if event.input:
        event.input = VoiceParams.parse(form, needs_call=False).digits


def _forgotten(own: Sequence[WebhookEvent]) -> WebhookEvent | None:
    """The event by which the call was forgotten, the first if there are several."""
    # The path of other events of a long leg would be read from the database.
    found = [
        event
        for event in own
        if event.kind == Kind.INTERNAL and event.path.startswith(FORGET_PREFIX)
    ]
    return min(found, key=lambda one: (one.received_at, one.dedup_key), default=None)
