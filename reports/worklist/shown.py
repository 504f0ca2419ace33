"""Callers to ring back as a page shows them to one reader at one moment."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from callcenter.desk import ring_backs
from callcenter.desk.ring_backs import Way
from callcenter.models import AbandonedCall, FollowUp, FollowUpStep
from callcenter.numbers import dial_url
from reports.present import decisions, formats, masking, names, swatches
from reports.present.names import Names
from reports.query.table import NOTHING
from reports.worklist import wishes
from reports.worklist.callers import Caller, ring_back_of
from reports.worklist.wishes import Wish

State = AbandonedCall.State

# How many calls of a caller the list shows; the page of the caller shows more.
MOST_BELOW = 5


@dataclass(frozen=True, slots=True)
class ShownCall:
    """One call in which nobody served the caller, as text."""

    moment: datetime
    at: str
    age: str
    url: str
    outcome: SafeString
    queue: str
    wait: str
    path: str
    badge: SafeString
    recovered: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One follow-up step, as text."""

    moment: datetime
    at: str
    what: str
    result: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class ShownCaller:
    """One caller as text, and what this reader may do about it."""

    pk: int
    url: str
    number: str
    wishes: list[Wish]
    # The link that dials; empty where the reader must not, or there is no number.
    dial_url: str
    last: ShownCall
    calls: list[ShownCall]
    more_calls: int
    steps: list[ShownStep]
    badge: SafeString
    who: str
    since: str
    attempts: int
    last_result: str
    # Who rings back right now, and since when; empty if nobody does.
    rung_by: str
    rung_since: str
    is_open: bool
    is_mine: bool
    is_taken: bool
    may_reopen: bool
    may_release: bool

    @property
    def times(self) -> int:
        """How many calls it is about."""
        return len(self.calls) + self.more_calls


@dataclass(frozen=True)
class Reader:
    """The user who looks at the page, with their rights, and when."""

    user: User
    now: datetime
    queue_names: Names
    paths: Names
    may_see_calls: bool
    may_act: bool

    @classmethod
    def of(
        cls, user: User, now: datetime, queue_names: Names, paths: Names
    ) -> "Reader":
        """The reader with the rights of the user."""
        return cls(
            user,
            now,
            queue_names,
            paths,
            may_see_calls=user.has_perm("callcenter.view_call"),
            may_act=user.has_perm(ring_backs.PERMISSION),
        )

    @classmethod
    def of_request(cls, request: HttpRequest) -> "Reader":
        """Who asks; PermissionDenied without the right to see abandoned calls."""
        user = request.user
        may_look = user.has_perm("callcenter.view_abandonedcall")
        if not (isinstance(user, User) and may_look):
            raise PermissionDenied
        queue_names = names.queues()
        paths = decisions.paths(queue_names)
        return cls.of(user, timezone.now(), queue_names, paths)

    @property
    def rings_by_telephone(self) -> bool:
        """Whether Twilio rings the user, and then the caller."""
        return self._way is Way.TELEPHONE

    @property
    def rings_in_browser(self) -> bool:
        """Whether the page of the desk rings callers."""
        return self._way is Way.BROWSER

    @cached_property
    def _way(self) -> Way:
        return ring_backs.way_of(self.user)

    def number(self, number: str) -> str:
        """A number as this reader may see it."""
        if not number:
            return gettext("Withheld")
        # Whoever rings back must know whom.
        if masking.may_see_numbers_to_ring_back(self.user):
            return formats.number(number)
        return masking.number_for(self.user, number)

    def caller(self, caller: Caller, most: int = MOST_BELOW) -> ShownCaller:
        """The caller as the page shows it, with up to `most` of the newest calls."""
        follow_up, state = caller.follow_up, caller.state
        calls = [self.call(caller, call) for call in caller.calls[-most:]]
        is_claimed = state == State.IN_PROGRESS and follow_up is not None
        holder = follow_up.claimed_by if follow_up and is_claimed else None
        is_done = state in (State.REACHED, State.CLOSED) and follow_up is not None
        who, since = _who(follow_up, state)
        attempts, rung = caller.attempts, caller.rung_now(self.now)
        rung_since = rung.step.made_at if rung else None
        may_dial = caller.number and masking.may_see_numbers_to_ring_back(self.user)
        return ShownCaller(
            pk=caller.first.pk,
            url=reverse("admin:worklist_caller", args=[caller.first.pk]),
            number=self.number(caller.number),
            wishes=list(wishes.of_caller(caller)),
            dial_url=dial_url(caller.number) if may_dial else "",
            last=calls[-1],
            calls=calls,
            more_calls=len(caller.calls) - len(calls),
            steps=[self.step(step) for step in caller.steps],
            badge=swatches.badge(state, State(state).label),
            who=who,
            since=self._since(since, state),
            attempts=len(attempts),
            last_result=attempts[-1].get_result_display() if attempts else "",
            rung_by=name_of(rung.step.by) if rung else "",
            rung_since=self._since(rung_since, State.IN_PROGRESS),
            is_open=self.may_act
            and (state == State.OPEN or (is_claimed and holder is None)),
            is_mine=self.may_act and holder == self.user,
            is_taken=holder is not None and holder != self.user,
            may_reopen=self.may_act
            and is_done
            and caller.last.recovered_at is None
            and caller.number != "",
            may_release=self.may_act
            and is_claimed
            and (
                holder == self.user or self.user.has_perm("callcenter.release_claims")
            ),
        )

    def _since(self, moment: datetime | None, state: str) -> str:
        """Since when the caller is claimed, or when the work was finished."""
        if moment is None:
            return ""
        shown = formats.short_moment(moment, self.now)
        if state != State.IN_PROGRESS:
            return shown
        return gettext("since %(moment)s") % {"moment": shown}

    def call(self, caller: Caller, call: AbandonedCall) -> ShownCall:
        """One of the caller's calls as the page shows it."""
        recovered = ""
        if call.state == State.RECOVERED and call.recovered_at:
            seconds = int((call.recovered_at - call.abandoned_at).total_seconds())
            recovered = formats.later(seconds)
        url = reverse("admin:callcenter_call_change", args=[call.call_id])
        return ShownCall(
            moment=call.abandoned_at,
            at=formats.short_moment(call.abandoned_at, self.now),
            age=formats.age(call.abandoned_at, self.now),
            url=url if self.may_see_calls else "",
            outcome=wishes.of_call(caller, call),
            queue=str(self.queue_names.get(call.queue, call.queue)),
            wait=formats.duration(call.wait_seconds) or NOTHING,
            path=str(self.paths.get(call.ivr_path, call.ivr_path)),
            badge=swatches.badge(call.state, State(call.state).label),
            recovered=recovered,
        )

    def step(self, step: FollowUpStep) -> ShownStep:
        """One of the steps as the page shows it."""
        ring = ring_back_of(step)
        # One that rang the caller is an attempt with a result.
        in_vain = ring.get_outcome_display() if ring else ""
        return ShownStep(
            moment=step.made_at,
            at=formats.short_moment(step.made_at, self.now),
            what=step.get_act_display(),
            result=step.get_result_display() or in_vain,
            text=step.text,
            by=name_of(step.by),
        )


def name_of(user: User | None) -> str:
    """The full name or user name; a dash if the account is deleted."""
    return (user.get_full_name() or user.get_username()) if user else NOTHING


def _who(follow_up: FollowUp | None, state: str) -> tuple[str, datetime | None]:
    """Who has claimed or finished the work on a caller, and when."""
    if follow_up is None:
        return "", None
    if state == State.IN_PROGRESS:
        return name_of(follow_up.claimed_by), follow_up.claimed_at
    if state in (State.REACHED, State.CLOSED):
        return name_of(follow_up.handled_by), follow_up.handled_at
    return "", None
