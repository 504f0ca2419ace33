"""What a capture says about Twilio that its documentation does not. No database.

The questions are those of docs/twilio.md 15, by their numbers. Each finding is one
line for people; what a file cannot answer says what would have to happen in it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callcenter.capture.redaction import KNOWN
from callcenter.models import WebhookEvent
from callcenter.params import VoiceParams
from callcenter.routes import Kind

# Results of a Dial to a queue after which somebody was connected.
_TALKED = frozenset({"completed", "answered"})
_MOST_SHOWN = 5
_OPEN = {
    "15.4": "whether the answer to `redirected` is executed: only Twilio's debugger"
    " and the ear tell",
    "15.5": "for how long Twilio keeps its call log",
    "15.6": "how large a form and a URL may be: only that these came (above)",
    "15.9": "which token signs the requests of a subaccount",
    "15.10": "which of several waiting operators gets the next caller: that takes"
    " many calls",
    "15.11": "whether Basic credentials are carried to relative URLs: ours are"
    " absolute",
}


@dataclass(frozen=True, slots=True)
class Captured:
    """One request of a capture: its event, and what only the capture knows of it."""

    event: WebhookEvent
    extra: dict[str, Any]

    def has(self, name: str) -> bool:
        """Whether the form had this parameter, empty or not."""
        return name in self.event.params

    @property
    def params(self) -> VoiceParams:
        """The form as values."""
        return VoiceParams.parse(self.event.params, needs_call=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and what the file says; `answer` is empty where it says nothing."""

    question: str  # its number in docs/twilio.md 15
    what: str
    answer: str

    def __str__(self) -> str:
        return f"{self.question:6} {self.what}: {self.answer or _NOT_THERE}"


_NOT_THERE = "not in this file"


class Capture:
    """The requests of one file, and what belongs together among them."""

    def __init__(self, requests: Iterable[Captured]) -> None:
        self.requests = sorted(requests, key=lambda one: one.event.received_at)
        self._by_kind: dict[str, list[Captured]] = defaultdict(list)
        for one in self.requests:
            self._by_kind[one.event.kind].append(one)

    def of(self, kind: Kind) -> list[Captured]:
        """The requests of a kind, in order."""
        return self._by_kind[kind]

    @property
    def talks(self) -> Iterator[tuple[Captured, Captured]]:
        """Each Dial action after a conversation, with the Queue url request before."""
        for action in self.of(Kind.OPERATOR_DONE):
            before = [
                one
                for one in self.of(Kind.CONNECT)
                if one.event.other_sid == action.event.call_sid
                and one.event.received_at <= action.event.received_at
            ]
            if action.event.result in _TALKED and before:
                yield action, before[-1]

    def exit_of(self, connect: Captured) -> Captured | None:
        """The Enqueue action that followed on a connect."""
        return next(
            (
                one
                for one in self.of(Kind.QUEUE_EXIT)
                if one.event.call_sid == connect.event.call_sid
                and one.event.received_at >= connect.event.received_at
            ),
            None,
        )

    def end_of(self, call_sid: str) -> datetime | None:
        """When a leg was over, by Twilio's word."""
        ends = (
            one.params.timestamp or one.event.received_at
            for one in self.of(Kind.STATUS)
            if one.event.call_sid == call_sid
        )
        return next(ends, None)


def findings(capture: Capture) -> list[Finding]:
    """The answers to all questions that requests can answer, in order."""
    found: list[Finding] = []
    for find in _FIND:
        found += find(capture)
    return found


def unanswerable() -> list[str]:
    """The questions that no file can answer."""
    return [f"{number:6} {what}" for number, what in _OPEN.items()]


def _queue_results(capture: Capture) -> Iterator[Finding]:
    by_result: dict[str, list[Captured]] = defaultdict(list)
    for one in capture.of(Kind.QUEUE_EXIT):
        by_result[one.event.result].append(one)
    asked = ["hangup", "queue-full", "error", "system-error"]
    for result in [*asked, *sorted(by_result.keys() - {*asked})]:
        exits = by_result.get(result, [])
        what = f"CallStatus of the Enqueue action with {result or 'no result'}"
        yield Finding("15.1", what, _counted(one.params.call_status for one in exits))
        if exits:
            has = _share(exits, lambda one: one.has("QueueSid"))
            yield Finding("15.1", f"... QueueSid with {result}", has)
        lags = [
            (one.event.received_at - end).total_seconds()
            for one in exits
            if (end := capture.end_of(one.event.call_sid))
        ]
        if lags and result != "bridged":
            said = _some(f"{lag:+.1f} s" for lag in lags)
            yield Finding("15.1", f"... {result} received, after the call's end", said)


def _queue_dials(capture: Capture) -> Iterator[Finding]:
    connects, talks = capture.of(Kind.CONNECT), list(capture.talks)
    actions = [action for action, _ in talks]
    bridged = [
        one for one in capture.of(Kind.QUEUE_EXIT) if one.event.result == "bridged"
    ]
    yield Finding("15.2", "QueueResult bridged", _times(bridged))
    yield Finding(
        "15.2",
        "DequeingCallSid in the Queue url request",
        _share(connects, lambda one: one.has("DequeingCallSid")),
    )
    yield Finding(
        "15.2",
        "MaxQueueSize in wait requests",
        _share(capture.of(Kind.WAIT), lambda one: one.has("MaxQueueSize")),
    )
    for name in ("DialCallSid", "DialCallDuration", "DialBridged", "DequeingCallSid"):
        yield Finding(
            "15.2",
            f"{name} on the Dial action after <Queue>",
            _share(actions, lambda one, name=name: one.has(name)),  # type: ignore[misc]
        )
    yield Finding(
        "15.2",
        "... DialCallSid is",
        _counted(_whose(*talk) for talk in talks if talk[0].params.dial_call_sid),
    )
    measured = [_measured(capture, *talk) for talk in talks]
    yield Finding("15.2", "... DialCallDuration is", _some(filter(None, measured)))
    silent = [
        one for one in capture.of(Kind.OPERATOR_DONE) if one.event.result not in _TALKED
    ]
    yield Finding(
        "15.2",
        "DialCallStatus where no caller came",
        _counted(one.event.result for one in silent),
    )


def _whose(action: Captured, connect: Captured) -> str:
    named = action.params.dial_call_sid
    if named == connect.event.call_sid:
        return "the caller's CallSid"
    if named == action.event.call_sid:
        return "the operator's own CallSid"
    return "another SID"


def _measured(capture: Capture, action: Captured, connect: Captured) -> str:
    seconds = action.params.dial_call_duration
    if seconds is None:
        return ""
    since = {"connect": connect.event.received_at}
    for one in capture.of(Kind.INCOMING):
        if one.event.call_sid == connect.event.call_sid:
            since["the caller's ring"] = one.event.received_at
    lengths = {
        what: (action.event.received_at - at).total_seconds()
        for what, at in since.items()
    }
    nearest = min(lengths, key=lambda what: abs(lengths[what] - seconds))
    all_of_them = ", ".join(
        f"{length:.1f} s from {what}" for what, length in lengths.items()
    )
    return f"{seconds} s (it is {all_of_them}; nearest: {nearest})"


def _whispers(capture: Capture) -> Iterator[Finding]:
    pairs = [
        (connect.params.queue_time, left.params.queue_time)
        for _, connect in capture.talks
        if (left := capture.exit_of(connect)) and left.event.result == "bridged"
    ]
    said = [
        f"{connected} s at the connect, {left} s at the exit"
        for connected, left in pairs
        if connected is not None and left is not None
    ]
    yield Finding("15.3", "QueueTime with and without the announcement", _some(said))


def _tokens(capture: Capture) -> Iterator[Finding]:
    for kind in Kind:
        requests = capture.of(kind)
        if requests:
            share = _share(requests, lambda one: bool(one.event.token))
            yield Finding("15.7", f"I-Twilio-Idempotency-Token on {kind}", share)
    tokens = Counter(one.event.token for one in capture.requests if one.event.token)
    repeated = sum(count - 1 for count in tokens.values())
    yield Finding("15.7", "requests that came again with the same token", str(repeated))


def _names_of_callers(capture: Capture) -> Iterator[Finding]:
    named = [one for one in capture.requests if one.has("CallerName")]
    not_ascii = [one for one in named if "CallerName" in one.extra.get("not_ascii", [])]
    yield Finding("15.8", "CallerName", _times(named))
    if named:
        said = f"{len(not_ascii)} of {len(named)}"
        yield Finding("15.8", "... with letters that are not ASCII", said)


def _status_callbacks(capture: Capture) -> Iterator[Finding]:
    statuses = capture.of(Kind.STATUS)
    has_code = _share(statuses, lambda one: one.has("SipResponseCode"))
    yield Finding("15.12", "SipResponseCode in the status callback", has_code)
    names = Counter(name for one in statuses for name in _names(one))
    listed = ", ".join(sorted(names))
    yield Finding("15.12", "all parameters of the status callback", listed)


def _everything_else(capture: Capture) -> Iterator[Finding]:
    sizes = [int(one.extra.get("body_bytes") or 0) for one in capture.requests]
    urls = [int(one.extra.get("url_characters") or 0) for one in capture.requests]
    yield Finding("15.6", "largest form", f"{max(sizes, default=0)} bytes")
    yield Finding("15.6", "longest path of ours", f"{max(urls, default=0)} characters")
    unknown: dict[str, set[str]] = defaultdict(set)
    for one in capture.requests:
        for name in _names(one):
            if name not in KNOWN and name not in _DROPPED:
                unknown[one.event.kind].add(name)
    listed = "; ".join(
        f"{kind}: {', '.join(sorted(names))}" for kind, names in unknown.items()
    )
    yield Finding("", "parameters that the reference does not know", listed or "none")
    in_order = [_names(one) == sorted(_names(one)) for one in capture.requests]
    yield Finding(
        "",
        "parameters in the order of the alphabet",
        f"{sum(in_order)} of {len(in_order)}",
    )
    headers = Counter(
        name for one in capture.requests for name in one.extra.get("headers", [])
    )
    yield Finding("", "headers of Twilio's", _listed(headers))
    for name in ("content_type", "user_agent"):
        found = Counter(str(one.extra.get(name, "")) for one in capture.requests)
        yield Finding("", name.replace("_", " ").capitalize(), _listed(found))


_DROPPED = frozenset({"AccountSid", "CallToken", "StirPassportToken"})
_FIND: Sequence[Callable[[Capture], Iterator[Finding]]] = (
    _queue_results,
    _queue_dials,
    _whispers,
    _tokens,
    _names_of_callers,
    _status_callbacks,
    _everything_else,
)


def _names(one: Captured) -> list[str]:
    return list(one.extra.get("names") or one.event.params)


def _share(requests: Sequence[Captured], is_so: Callable[[Captured], bool]) -> str:
    """Yes or no, and of how many; empty where there is nothing to look at."""
    if not requests:
        return ""
    count = sum(map(is_so, requests))
    word = "yes" if count == len(requests) else "no" if count == 0 else "sometimes"
    return f"{word} ({count} of {len(requests)})"


def _some(words: Iterable[str]) -> str:
    """The first of these; one call has few."""
    known = list(words)
    more = len(known) - _MOST_SHOWN
    return "; ".join(known[:_MOST_SHOWN]) + (f"; {more} more" if more > 0 else "")


def _times(requests: Sequence[Captured]) -> str:
    return f"yes ({len(requests)})" if requests else ""


def _counted(words: Iterable[str]) -> str:
    return _listed(Counter(words))


def _listed(counts: Counter[str]) -> str:
    return ", ".join(
        f"{word or 'none'} ({count})" for word, count in sorted(counts.items())
    )
