"""The states of an operator, derived from the leg they dialled in with. No database."""

from datetime import datetime

from callcenter.decision import Decision, Verb
from callcenter.history.desk_states import act_of
from callcenter.history.evidence import Evidence
from callcenter.history.rules import operator_name
from callcenter.history.wrap_up import typed_code
from callcenter.models import OperatorState
from callcenter.params import OF_A_DESK
from callcenter.routes import Kind

State = OperatorState.State

# What operators do between two calls by pressing keys.
_BY_KEY = {Verb.NOT_READY: State.NOT_READY, Verb.WRAP_UP: State.WRAP_UP}


def derive_states(evidence: Evidence) -> list[OperatorState]:
    """The states in order, each ending when the next begins; the last may be open.

    Ready from the sign-in (the first `dial` or `wait`); talking from a connect to the
    Dial action, unless that says that no conversation took place; then wrap-up until
    the next request for calls; not ready from the key for it to the next other state;
    signed out at the sign-off or the end of the leg. Who works at a desk is signed out
    there, and not by the end of a leg.
    """
    operator = operator_name(evidence.from_raw)
    changes = _changes(evidence)
    states: list[OperatorState] = []
    for at, state in changes:
        if states and states[-1].state == state:
            continue
        if states and states[-1].started_at >= at:
            # Two changes at the same moment: the later one counts.
            states.pop()
        elif states:
            states[-1].ended_at = at
        if not states or states[-1].state != state:
            states.append(OperatorState(operator=operator, started_at=at, state=state))
        else:
            states[-1].ended_at = None
    if _is_of_a_desk(evidence):
        states = [one for one in states if one.state != State.SIGNED_OUT]
    return states


def _is_of_a_desk(evidence: Evidence) -> bool:
    """Whether the page of a desk has begun the leg."""
    return any(event.params.get(OF_A_DESK) for event in evidence.of_kind(Kind.CLIENT))


def _changes(evidence: Evidence) -> list[tuple[datetime, State]]:
    """The moments at which the state may have changed, in order, with the new state."""
    changes: list[tuple[datetime, State]] = []
    connects = [event for event in evidence.naming if event.kind == Kind.CONNECT]
    is_signed_in = False
    end = evidence.ended_at
    events = [
        event
        for event in sorted(
            evidence.of_kind(Kind.OPERATOR, Kind.OPERATOR_DONE, Kind.CLIENT)
            + [event for event in evidence.of_kind(Kind.INTERNAL) if act_of(event)]
            + connects,
            key=lambda event: (event.received_at, event.dedup_key),
        )
        if end is None or event.received_at < end or event.is_bridged is False
    ]
    talking_since: datetime | None = None
    for event in events:
        at, verb = event.received_at, Decision.parse(event.decision).verb
        if end is not None and at >= end and event.kind != Kind.OPERATOR_DONE:
            continue
        if event.kind == Kind.CONNECT:
            is_signed_in, talking_since = True, at
            changes.append((at, State.TALKING))
        elif event.kind == Kind.OPERATOR_DONE:
            was_not_bridged = event.is_bridged is False
            if talking_since is not None and was_not_bridged:
                changes = [change for change in changes if change[0] < talking_since]
            is_signed_in, talking_since = True, None
            state = State.WRAP_UP if verb is Verb.WRAP_UP else State.READY
            # After the end of the leg it can only undo a conversation, as above.
            if end is None or at < end:
                changes.append((at, state))
        elif event.kind == Kind.INTERNAL:
            # At the desk the operator has ended the leg by it; but a talk goes on.
            if talking_since is None:
                end = at
        elif verb is Verb.SIGN_OFF and is_signed_in:
            changes.append((at, State.SIGNED_OUT))
            is_signed_in = False
        elif verb in (Verb.DIAL, Verb.WAIT) and event.kind == Kind.OPERATOR:
            is_signed_in, talking_since = True, None
            changes.append((at, State.READY))
        elif verb in _BY_KEY and event.kind == Kind.OPERATOR:
            # A code that is typed changes nothing, but the talk before it is over.
            if not typed_code(event) or talking_since is not None:
                changes.append((at, _BY_KEY[verb]))
            is_signed_in, talking_since = True, None
    if end is not None and is_signed_in:
        changes.append((end, State.SIGNED_OUT))
    return changes
