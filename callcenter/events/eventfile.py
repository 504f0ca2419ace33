"""A request, or a line of an event file, as a WebhookEvent with its repeat key.

The format of the file is docs/contract.md 5. No database.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from callcenter import routes
from callcenter.models import WebhookEvent, desk_sid
from callcenter.params import (
    CODE_KEY,
    TYPED_PARAMS,
    Form,
    VoiceParams,
    call_sid,
    operator_of,
    plausible,
    storable,
    storable_form,
)
from callcenter.routes import Kind

# In bytes of UTF-8. Twilio's forms have a few kilobytes.
LONGEST_LINE = 4_000_000
# With its name, its quotes and what is escaped in it.
_LONGEST_DECISION = 4_000
_LONGEST_SLUG = 64
_LAST_STEP = 2_147_483_647


class UnreadableLine(ValueError):
    """The line of an event file is no event; the text says why."""


def event_of_request(
    *,
    path: str,
    form: Form,
    received_at: datetime,
    token: str = "",
    decision: str = "",
    params: VoiceParams | None = None,
) -> WebhookEvent:
    """An unsaved event; `path` includes the query string, if there is one.

    `params` is the form as it was read, where that has been done already.

    Raises UnreadableLine for a path that is none of ours, and InvalidParams where a
    CallSid is needed but missing or malformed.
    """
    path = storable(path)
    bare_path, _, query_string = path.partition("?")
    found = routes.place_of(bare_path)
    if found is None:
        raise UnreadableLine("no path of ours")
    kind, place = found
    query = parse_qs(query_string)
    params = params or VoiceParams.parse(form, needs_call=kind != Kind.INTERNAL)
    kept = storable_form(form)
    if kind == Kind.OPERATOR and query.get("in") != ["1"]:
        # Keys typed while a PIN is asked for are never stored (docs/contract.md 8.21).
        for name in TYPED_PARAMS:
            kept.pop(name, None)
    token = storable(token)
    return WebhookEvent(
        dedup_key=_repeat_key(path, kept, token, params.call_sid),
        token=token[:255],
        received_at=received_at,
        kind=kind,
        path=path,
        call_sid=params.call_sid,
        other_sid=_desk(bare_path, form) or _other_leg(kind, params, query),
        queue=(place.get("queue") or storable(query.get("queue", [""])[0]))[
            :_LONGEST_SLUG
        ],
        visit=_number(place.get("visit", ""), routes.LAST_VISIT) or None,
        menu=place.get("menu", "")[:_LONGEST_SLUG],
        step=_number(query.get("step", [""])[0], _LAST_STEP),
        input=params.digits if kind in routes.WITH_INPUT else "",
        position=params.queue_position,
        queue_time_seconds=params.queue_time,
        result=_result(kind, params),
        is_bridged=params.dial_bridged,
        params=kept,
        decision=storable(decision)[:255],
        decided_at=received_at if decision else None,
    )


def event_of_line(line: str | bytes) -> WebhookEvent:
    """The unsaved event of one line. Raises UnreadableLine or InvalidParams."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableLine("no JSON") from error
    if not isinstance(fields, dict):
        raise UnreadableLine("no JSON object")
    path, form = fields.get("path"), fields.get("params")
    if not isinstance(path, str) or not isinstance(form, dict):
        raise UnreadableLine("path or params is missing")
    token, decision = fields.get("token") or "", fields.get("decision") or ""
    if not isinstance(token, str) or not isinstance(decision, str):
        raise UnreadableLine("token or decision is no text")
    try:
        texts = {name: _texts(value) for name, value in form.items()}
    except RecursionError as error:
        raise UnreadableLine("params are nested too deeply") from error
    return event_of_request(
        path=path,
        form=texts,
        received_at=_moment(fields.get("at")),
        token=token,
        decision=decision,
    )


def line_of_event(event: WebhookEvent) -> str:
    """The line from which this event can be loaded again."""
    at = event.received_at.astimezone(UTC)
    fields: dict[str, Any] = {
        "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "path": event.path,
        "params": event.params,
    }
    if event.decision:
        fields["decision"] = event.decision
    if event.token:
        fields["token"] = event.token
    return json.dumps(fields, ensure_ascii=False)


def is_too_long(event: WebhookEvent) -> bool:
    """Whether the line of an event could not be loaded, whatever is decided on it.

    Of a character of a form up to seven bytes may become.
    """
    return len(line_of_event(event).encode()) > LONGEST_LINE - _LONGEST_DECISION


def add_copy(kept: WebhookEvent, copy: WebhookEvent) -> bool:
    """Adds another copy of the same request to an event; says whether that changed it.

    The earliest receipt stands, and the decision of the earliest copy that has one, in
    whatever order the copies come (docs/contract.md 8.3).
    """
    changed = False
    if copy.received_at < kept.received_at:
        kept.received_at = copy.received_at
        changed = True
    if copy.decided_at and (
        kept.decided_at is None
        or (copy.decided_at, copy.decision) < (kept.decided_at, kept.decision)
    ):
        kept.decided_at, kept.decision = copy.decided_at, copy.decision
        changed = True
    return changed


def _desk(path: str, form: Form) -> str:
    """The desk that an act of ours is about; such acts are found by it."""
    operator = operator_of(form) if path.startswith(routes.DESK_PREFIX) else ""
    return desk_sid(operator) if operator else ""


def _other_leg(
    kind: Kind, params: VoiceParams, query: Mapping[str, Sequence[str]]
) -> str:
    """The other leg a request names; a Dial action may name its own leg as well.

    Where an operator types a wrap-up code our URL names the caller it is about.
    """
    if kind == Kind.CONNECT:
        named = [params.dequeuing_call_sid]
    elif kind in (Kind.OPERATOR_DONE, Kind.RING_BACK_DONE):
        named = [params.dial_call_sid, params.dequeuing_call_sid]
    elif kind == Kind.OPERATOR and _types_code(params, query):
        named = [call_sid(query.get("about", [""])[0])]
    else:
        named = [params.parent_call_sid]
    return next((sid for sid in named if sid and sid != params.call_sid), "")


def _types_code(params: VoiceParams, query: Mapping[str, Sequence[str]]) -> bool:
    """Whether an operator who is signed in types a wrap-up code."""
    return query.get("in") == ["1"] and params.digits.startswith(CODE_KEY)


def _result(kind: Kind, params: VoiceParams) -> str:
    if kind == Kind.QUEUE_EXIT:
        return params.queue_result
    if kind in (Kind.OPERATOR_DONE, Kind.RING_BACK_DONE):
        return params.dial_call_status
    if kind == Kind.RECORDING:
        return params.recording_status
    return params.call_status


def _repeat_key(
    path: str, kept: dict[str, str | list[str]], token: str, call_sid: str
) -> str:
    if token:
        same = ["token", token, call_sid]
    else:
        same = ["content", path, json.dumps(kept, sort_keys=True)]
    return hashlib.sha256(json.dumps(same).encode()).hexdigest()


def _number(text: str, greatest: int) -> int | None:
    if not re.fullmatch(r"[0-9]{1,10}", text):
        return None
    return int(text) if int(text) <= greatest else None


def _texts(value: object) -> str | list[str]:
    """The value or values of a form field, as text."""
    return [_text(one) for one in value] if isinstance(value, list) else _text(value)


def _text(value: object) -> str:
    """One value as text; files made by hand have numbers and booleans too."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def _moment(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is not None and at.tzinfo is not None:
            at = plausible(at.astimezone(UTC))
            if at:
                return at
    except (ValueError, OverflowError) as error:
        raise UnreadableLine("at is no moment") from error
    raise UnreadableLine("at is no moment with a zone")
