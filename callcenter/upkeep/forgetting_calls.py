"""Takes the caller out of calls: their events, their rows, and notes about them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from callcenter.events.eventfile import event_of_request
from callcenter.events.record import keep, keep_forms
from callcenter.forgotten import (
    Forgetting,
    form_without_caller,
    is_forgotten,
    new_pseudonym,
    side_of,
)
from callcenter.history.forgetting import forget_in, forget_number_in, set_form
from callcenter.history.turns import take_turn
from callcenter.locking import try_again_when_locked
from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    FollowUpStep,
    HalfForgotten,
    IvrStep,
    WebhookEvent,
)
from callcenter.numbers import user_part
from callcenter.params import VoiceParams
from callcenter.routes import FORGET_PREFIX
from callcenter.upkeep.forgetting_texts import forget_in_rows


def pseudonym_of(caller: str, *, really: bool = True) -> str:
    """The pseudonym that calls of this caller get, the same until all have it."""
    known = HalfForgotten.objects.filter(caller=caller).first()
    if known is None and really:
        known, _is_new = HalfForgotten.objects.get_or_create(
            caller=caller, defaults={"pseudonym": new_pseudonym()}
        )
    return known.pseudonym if known else new_pseudonym()


def forget_calls(sids: Sequence[str]) -> tuple[int, int]:
    """Forgets the callers of these calls; how many calls and events have changed."""
    with transaction.atomic():
        # Lock first, read second: a derivation that starts now waits, and what it then
        # reads beside our event it forgets by itself (history.forgetting).
        locked = Call.objects.select_for_update().filter(sid__in=sids).order_by("sid")
        take_turn(locked)
        calls = {
            call.sid: call
            for call in locked
            if call.caller and not is_forgotten(call.caller)
        }
        pseudonyms = {
            caller: pseudonym_of(caller)
            for caller in sorted({call.caller for call in calls.values()})
        }
        about = _events_about(calls)
        reached: dict[int, list[datetime]] = defaultdict(list)
        given_up = AbandonedCall.all_reasons.filter(
            call__in=[call.pk for call in calls.values()], recovered_at__isnull=False
        )
        for row in given_up:
            if row.recovered_at:
                reached[row.call_id].append(row.recovered_at)
        markers: list[WebhookEvent] = []
        changed: dict[int, WebhookEvent] = {}
        for sid, call in calls.items():
            forgetting = Forgetting(call.caller, pseudonyms[call.caller])
            marker = _forgetting_event(
                call, forgetting.pseudonym, reached[call.pk], timezone.now()
            )
            others: set[str] = set()
            for event in about[sid]:
                is_own = event.call_sid == sid
                is_less = is_own and forget_in(event, marker)
                if forget_number_in(event, forgetting) or is_less:
                    changed[event.pk] = event
                    others |= set() if is_own else {event.call_sid}
            _forget_rows(call, forgetting, others)
            # The events of a sealed call are pruned, and it is never derived again.
            if not call.sealed_at:
                markers.append(marker)
        keep_forms(changed.values())
        for marker in markers:
            keep(marker)
    return len(calls), len(changed)


def _events_about(sids: Iterable[str]) -> dict[str, list[WebhookEvent]]:
    """The events of legs and those that name them; each event is one instance."""
    sids = set(sids)
    found: dict[int, WebhookEvent] = {}
    for events in (
        WebhookEvent.objects.filter(call_sid__in=sids),
        WebhookEvent.objects.filter(other_sid__in=sids),
    ):
        found |= {event.pk: found.get(event.pk, event) for event in events}
    about: dict[str, list[WebhookEvent]] = defaultdict(list)
    for event in found.values():
        for sid in {event.call_sid, event.other_sid} & sids:
            about[sid].append(event)
    return about


def _forget_rows(call: Call, forgetting: Forgetting, legs: Collection[str]) -> None:
    """Takes the caller out of the rows of a call: as deriving it again would.

    `legs` are the SIDs of others whose events had the number.
    """
    pseudonym = forgetting.pseudonym
    side = side_of(call.was_rung)
    column = "from_raw" if side == "From" else "to_raw"
    Call.objects.filter(pk=call.pk).update(
        caller=pseudonym,
        caller_reversed=user_part(pseudonym)[::-1],
        caller_name="",
        **{column: pseudonym},
    )
    AbandonedCall.all_reasons.filter(call=call).update(caller=pseudonym)
    CallbackRequest.objects.filter(entry__call=call).update(caller=pseudonym)
    texts: tuple[tuple[QuerySet[Any], list[str]], ...] = (
        (FollowUpStep.objects.filter(follow_up__abandoned_call__call=call), ["text"]),
        (Connection.objects.filter(entry__call=call), ["note"]),
        (IvrStep.objects.filter(call=call), ["input"]),
        (Call.objects.filter(pk=call.pk), ["ivr_path"]),
        (AbandonedCall.all_reasons.filter(call=call), ["ivr_path"]),
        # To whom the number was shown.
        (Call.objects.filter(sid__in=legs), ["from_raw", "to_raw", "line"]),
    )
    for rows, columns in texts:
        forget_in_rows(rows, columns, forgetting, really=True)


def forget_late(events: Sequence[WebhookEvent], *, really: bool) -> int:
    """Takes callers out of late events; how many have changed."""
    callers = dict(
        Call.objects.filter(sid__in={event.call_sid for event in events}).values_list(
            "sid", "caller"
        )
    )
    operators = Call.objects.filter(
        sid__in=callers, kind=Call.Kind.OPERATOR
    ).values_list("sid", flat=True)
    leave = set(operators)
    changed: list[WebhookEvent] = []
    for event in events:
        if event.call_sid in leave:
            continue
        caller = callers.get(event.call_sid, "")
        pseudonym = caller if is_forgotten(caller) else new_pseudonym()
        params = VoiceParams.parse(event.params, needs_call=False)
        form = form_without_caller(event.params, side_of(params.is_outbound), pseudonym)
        if form != event.params:
            set_form(event, form)
            changed.append(event)
    if really and changed:
        try_again_when_locked(partial(keep_forms, changed))
    return len(changed)


def _forgetting_event(
    call: Call, pseudonym: str, reached: Iterable[datetime], now: datetime
) -> WebhookEvent:
    """The event, unsaved, by which the caller of a call is forgotten.

    `reached` are the moments at which the caller was reached after giving up in this
    call: afterwards a call that still has the number cannot tell them any more.
    It counts as received with the last request of the call, so that it moves nothing.
    """
    event = event_of_request(
        path=FORGET_PREFIX,
        form={
            "CallSid": call.sid,
            "Caller": pseudonym,
            "Side": side_of(call.was_rung),
            "Reached": sorted(at.isoformat() for at in set(reached)),
            "ForgottenAt": now.isoformat(),
        },
        received_at=call.heard_at or call.started_at or now,
    )
    event.derived_at = now
    return event
