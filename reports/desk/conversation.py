"""The caller an operator talks with: who it is, how they came, and what was before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from callcenter.days import midnight
from callcenter.models import (
    Call,
    Connection,
    FollowUpStep,
    OperatorState,
    QueueEntry,
)
from reports.desk.setup import Setup
from reports.present import formats, masking, swatches
from reports.present.links import row_url
from reports.query.table import NOTHING
from reports.worklist.shown import name_of

State = OperatorState.State
# How many earlier calls of the caller are shown.
MOST_EARLIER = 8
MOST_STEPS = 5
# Of a note; the rest is unfolded. Japanese fills four lines of a telephone with it.
MOST_SHOWN = 100
MOST_OF_A_WORD = 20
# Clocks of two machines, and of two requests, may differ by so much.
_CLOSE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """An earlier call of the caller, or one of ours to them."""

    at: str
    moment: datetime
    outcome: SafeString
    # Queue, operator, wrap-up code and note of the last conversation; of a long text
    # the beginning, and the rest.
    detail: str
    more: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the work on the caller: an attempt to ring back, or a note."""

    at: str
    moment: datetime
    what: str
    more: str
    by: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, with what the operator should know of the caller."""

    pk: int
    number: str
    # Empty for whoever sees no whole numbers, as on the timeline.
    caller_name: str
    queue: str
    wait: str
    path: str
    today: str
    since: datetime
    is_over: bool
    code: str
    note: str
    earlier: list[EarlierCall]
    # What was done about this caller on the work list, newest first.
    steps: list[Step]
    codes: list[tuple[str, str]]


def current(
    operator: str,
    state: OperatorState | None,
    user: User,
    now: datetime,
    names: Setup,
) -> Conversation | None:
    """The conversation of an operator, named as in history, or the one just over.

    Over it is until the operator is ready again; None while there is none.
    """
    found = Connection.objects.filter(operator=operator)
    last = found.select_related("entry__call").first()
    if last is None or not _is_current(last, state):
        return None
    call = last.entry.call
    queues = names.queues
    path = names.paths.get(call.ivr_path, call.ivr_path)
    return Conversation(
        pk=last.pk,
        number=masking.number_for(user, call.caller) or gettext("Withheld"),
        caller_name=call.caller_name if masking.may_see_numbers(user) else "",
        queue=str(queues.get(last.entry.queue, last.entry.queue)),
        wait=formats.duration(last.entry.wait_seconds) or NOTHING,
        path=str(path) or NOTHING,
        today=_today(call, now),
        since=last.connected_at,
        is_over=state is None or state.state != State.TALKING,
        code=last.wrap_up_code,
        note=last.note,
        earlier=_earlier(call, user, now, names),
        steps=_steps(call, user, now),
        codes=_codes(names, last.wrap_up_code),
    )


def _is_current(connection: Connection, state: OperatorState | None) -> bool:
    if state is None:
        return False
    if state.state in (State.TALKING, State.WRAP_UP):
        return True
    # Whoever stops taking calls after a conversation may still have to note something.
    ended = connection.ended_at
    return (
        state.state == State.NOT_READY
        and ended is not None
        and ended >= state.started_at - _CLOSE
    )


def _today(call: Call, now: datetime) -> str:
    """How often the caller has called today, and given up."""
    if not call.caller:
        return NOTHING
    start = midnight(timezone.localdate(now), timezone.get_default_timezone())
    calls = Call.objects.customers().filter(caller=call.caller, started_at__gte=start)
    is_abandoned = Q(outcome=Call.Outcome.ABANDONED)
    counts = calls.aggregate(all=Count("pk"), abandoned=Count("pk", is_abandoned))
    count, abandoned = counts["all"], counts["abandoned"]
    said = ngettext("%(count)s call", "%(count)s calls", count) % {
        "count": formats.count(count)
    }
    if abandoned:
        gave_up = gettext("gave up once")
        if abandoned > 1:
            gave_up = ngettext(
                "gave up %(count)s time", "gave up %(count)s times", abandoned
            )
        said += f" · {gave_up % {'count': formats.count(abandoned)}}"
    return said


def _earlier(call: Call, user: User, now: datetime, names: Setup) -> list[EarlierCall]:
    if not call.caller:
        return []
    others = Call.objects.filter(caller=call.caller).exclude(pk=call.pk)
    under_way = Q(kind=Call.Kind.CUSTOMER, outcome="")
    others = others.exclude(Q(kind=Call.Kind.OPERATOR) | under_way)
    calls = list(others.order_by("-started_at", "-pk")[:MOST_EARLIER])
    talks = _last_talks(calls)
    queues, operators = names.queues, names.operators
    codes = {one.code: one.name for one in names.codes}
    may_open = user.has_perm("callcenter.view_call")
    rows = []
    for one in calls:
        talk = talks.get(one.pk)
        parts: list[str] = []
        if talk:
            queue, who = talk.entry.queue, talk.operator
            parts = [str(queues.get(queue, queue)), str(operators.get(who, who))]
            parts += [codes.get(talk.wrap_up_code, talk.wrap_up_code), talk.note]
        elif one.wait_seconds is not None:
            waited = formats.duration(one.wait_seconds)
            parts = [gettext("waited %(time)s") % {"time": waited}]
        detail, more = _parted(" · ".join(part for part in parts if part))
        at = one.started_at or one.ended_at or now
        rows.append(
            EarlierCall(
                at=formats.short_moment(at, now),
                moment=at,
                outcome=_outcome(one),
                detail=detail,
                more=more,
                url=row_url(one) if may_open else "",
            )
        )
    return rows


def _steps(call: Call, user: User, now: datetime) -> list[Step]:
    if not call.caller or not user.has_perm("callcenter.view_followup"):
        return []
    told = Q(act=FollowUpStep.Act.ATTEMPT) | ~Q(text="")
    found = FollowUpStep.objects.filter(
        told, follow_up__abandoned_call__caller=call.caller
    )
    rows = []
    for step in found.select_related("by").order_by("-made_at", "-pk")[:MOST_STEPS]:
        done = str(step.get_result_display() or step.get_act_display())
        what, more = _parted(" · ".join(part for part in (done, step.text) if part))
        rows.append(
            Step(
                at=formats.short_moment(step.made_at, now),
                moment=step.made_at,
                what=what,
                more=more,
                by=name_of(step.by) if step.by else "",
            )
        )
    return rows


def _parted(text: str) -> tuple[str, str]:
    """A text as its beginning, of a few lines on a telephone, and the rest."""
    if len(text) <= MOST_SHOWN + MOST_OF_A_WORD:
        return text, ""
    end = text.rfind(" ", MOST_SHOWN - MOST_OF_A_WORD, MOST_SHOWN)
    end = end if end > 0 else MOST_SHOWN
    return f"{text[:end]} …", text[end:].lstrip()


def _outcome(call: Call) -> SafeString:
    if call.kind == Call.Kind.OUTBOUND:
        said = gettext("rung back") if call.answered_at else gettext("not reached")
        return swatches.outcome("answered" if call.answered_at else "unknown", said)
    return swatches.outcome(call.outcome, call.get_outcome_display())


def _last_talks(calls: list[Call]) -> dict[int, Connection]:
    """The last conversation of each call that had one."""
    entries = QueueEntry.objects.filter(call__in=calls)
    talks = Connection.objects.filter(entry__in=entries).select_related("entry")
    return {talk.entry.call_id: talk for talk in talks.order_by("connected_at", "pk")}


def _codes(names: Setup, chosen: str) -> list[tuple[str, str]]:
    """The codes to choose from; one that is switched off stays while it is chosen."""
    wanted = (one for one in names.codes if one.is_active or one.code == chosen)
    return [(one.code, one.name) for one in wanted]
