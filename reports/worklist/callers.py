"""Callers to ring back, merged from the calls in which nobody served them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import F

from callcenter.models import (
    AbandonedCall,
    FollowUp,
    FollowUpStep,
    RingBack,
    Voicemail,
)

Reason = AbandonedCall.Reason
# A caller, or the id of a call without a number.
Key = str | int


@dataclass(frozen=True)
class Caller:
    """One caller: the calls of a tab and all steps taken, both oldest first."""

    calls: Sequence[AbandonedCall]
    steps: Sequence[FollowUpStep]
    # What was said after a call, by its id; oldest first.
    messages: Mapping[int, Sequence[Voicemail]] = field(default_factory=dict)

    @property
    def first(self) -> AbandonedCall:
        """The oldest call; its id stands for the caller in URLs."""
        return self.calls[0]

    @property
    def last(self) -> AbandonedCall:
        return self.calls[-1]

    @property
    def number(self) -> str:
        """The number in E.164, empty if it is withheld."""
        return self.last.caller

    @property
    def state(self) -> str:
        return self.last.state

    @cached_property
    def follow_up(self) -> FollowUp | None:
        """The follow-up of the newest call; none if nobody has acted on it."""
        return getattr(self.last, "follow_up", None)

    def rung_now(self, now: datetime) -> RingBack | None:
        """The ring-back under way at a moment."""
        asked = (ring_back_of(step) for step in self.steps)
        return next((one for one in asked if one and one.is_under_way(now)), None)

    def calls_of(self, reason: AbandonedCall.Reason) -> list[AbandonedCall]:
        """Those of the calls after which the caller is to be rung back for a reason."""
        return [call for call in self.calls if call.reason == reason]

    @property
    def attempts(self) -> list[FollowUpStep]:
        """The ring-backs, oldest first."""
        return [step for step in self.steps if step.act == FollowUpStep.Act.ATTEMPT]


def merged(calls: models.QuerySet[AbandonedCall], keys: Iterable[Key]) -> list[Caller]:
    """The callers of these calls, in the order of the keys.

    It makes two queries, and a third where somebody has left a message.
    """
    by_key: dict[Key, list[AbandonedCall]] = defaultdict(list)
    found = calls.select_related(
        "call", "follow_up", "follow_up__claimed_by", "follow_up__handled_by"
    )
    for call in found.order_by("abandoned_at", "pk"):
        by_key[call.caller or call.pk].append(call)
    steps: dict[int, list[FollowUpStep]] = defaultdict(list)
    pks = [call.pk for each in by_key.values() for call in each]
    made = FollowUpStep.objects.filter(follow_up__abandoned_call__in=pks)
    for step in made.select_related("by", "ring_back").annotate(
        about=F("follow_up__abandoned_call")
    ):
        steps[step.about].append(step)
    messages = _messages(call for each in by_key.values() for call in each)
    return [
        Caller(
            by_key[key],
            sorted(
                (step for call in by_key[key] for step in steps[call.pk]),
                key=lambda step: (step.made_at, step.pk),
            ),
            messages,
        )
        for key in keys
        if key in by_key
    ]


def _messages(calls: Iterable[AbandonedCall]) -> Mapping[int, list[Voicemail]]:
    """The messages that were left, by the id of the row that says so."""
    spoke = {
        (call.call_id, call.visit): call.pk
        for call in calls
        if call.reason == Reason.VOICEMAIL
    }
    found: dict[int, list[Voicemail]] = defaultdict(list)
    if spoke:
        rows = Voicemail.objects.filter(call__in={call for call, _visit in spoke})
        for message in rows.order_by("left_at", "pk"):
            row = spoke.get((message.call_id, message.visit))
            if row is not None:
                found[row].append(message)
    return found


def ring_back_of(step: FollowUpStep) -> RingBack | None:
    """The ring-back that Twilio was asked for by a step, if it is one."""
    return getattr(step, "ring_back", None)


def caller_of(call: AbandonedCall, most: int) -> Caller:
    """The caller of one call, with this call and the `most` newest of the number."""
    calls = AbandonedCall.all_reasons.with_state().filter(is_withdrawn=False)
    if not call.caller:
        return merged(calls.filter(pk=call.pk), [call.pk])[0]
    of_caller = calls.filter(caller=call.caller)
    newest = of_caller.order_by("-abandoned_at", "-pk").values_list("pk", flat=True)
    pks = {call.pk, *newest[:most]}
    return merged(calls.filter(pk__in=pks), [call.caller])[0]
