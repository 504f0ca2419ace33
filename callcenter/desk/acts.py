"""What an operator does at the desk, kept as events of ours; and who sits there.

History derives the operator's states from these acts (history.desk_states). That the
page is still there is no event: it asks every few seconds.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from callcenter import patience, presence
from callcenter.events.eventfile import event_of_request
from callcenter.flow.plan import CLIENT
from callcenter.history import keeping
from callcenter.history.desk_states import Act
from callcenter.models import Desk, Operator, OperatorState, WebhookEvent, desk_sid
from callcenter.presence import DESK_LIMIT
from callcenter.routes import WRAP_UP_PATH, Kind

State = OperatorState.State
_LEAST = timedelta(seconds=1)
_ACTS = WebhookEvent.objects.filter(kind=Kind.INTERNAL, other_sid=OuterRef("sid"))
_LAST_ACT = Subquery(_ACTS.order_by("-received_at").values("received_at")[:1])


class NotKept(Exception):
    """An act could be stored neither in the database nor in the spool."""


def name_of(operator: Operator) -> str:
    """What history calls an operator who works in the browser."""
    return f"{CLIENT}{operator.client_identity}"


def keep_act(
    operator: str, act: Act, at: datetime, *, reason: str = "", leg: str = ""
) -> None:
    """Keep what an operator, named as in history, has done at the desk at a moment.

    `reason` is that of being not ready; `leg` the SID of the leg that ends by the act.
    Raises NotKept.
    """
    form = {"Operator": operator, "Reason": reason, "CallSid": leg}
    keep_event(act.path, {name: value for name, value in form.items() if value}, at)


def keep_wrap_up(call: str, leg: str, code: str, note: str, at: datetime) -> None:
    """Keep what an operator notes of the conversation between a call and a leg (SIDs).

    Empty texts take back what was noted before. Raises NotKept.
    """
    form = {"CallSid": call, "OperatorLeg": leg, "Code": code, "Note": note}
    keep_event(WRAP_UP_PATH, form, at)


def keep_event(path: str, form: Mapping[str, str], at: datetime) -> None:
    """Keep an event of ours, and have derived what it concerns. Raises NotKept."""
    event = event_of_request(
        path=path,
        form=form,
        received_at=at,
        # The same act a second time is another act.
        token=secrets.token_hex(16),
    )
    if not keeping.keep(event).is_safe:
        raise NotKept


def sign_in(operator: Operator) -> None:
    """Sign in the operator for whom a page has been opened. Raises NotKept.

    Whoever is signed in already has opened the page anew: that has no leg yet, so the
    operator is not ready, and a leg that waits or wraps up has gone with the last page.
    """
    name, now = name_of(operator), timezone.now()
    sitting = Desk.objects.filter(sid=desk_sid(name), signed_in_since__isnull=False)
    if not patience.ask(sitting.exists, False):
        keep_act(name, Act.SIGNED_IN, now)
    else:
        state = patience.ask(lambda: presence.state_of(name, now), None)
        if state is None:
            keep_act(name, Act.NOT_READY, now)
        elif state.call and state.state in (State.READY, State.WRAP_UP):
            keep_act(name, Act.NOT_READY, now, leg=state.call.sid)


def sign_out_the_gone(now: datetime) -> int:
    """Sign out operators whose pages have gone, as of when they were last heard of.

    Returns how many. Raises django.db.Error, NotKept.
    """
    gone = 0
    sitting = Desk.objects.filter(signed_in_since__isnull=False)
    rows = sitting.annotate(acted_at=Coalesce(_LAST_ACT, "signed_in_since"))
    for operator, heard_at, acted_at in rows.values_list(
        "operator", "heard_at", "acted_at"
    ):
        heard = max(heard_at or acted_at, acted_at)
        if heard < now - DESK_LIMIT:
            # An act at the same moment would take the place of the last one.
            keep_act(operator, Act.TIMED_OUT, max(heard, acted_at + _LEAST))
            gone += 1
    return gone
