"""How each table is asked for what a selection may hold, besides the days."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In, IsNull
from django.utils import timezone

from callcenter import presence
from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    FollowUp,
    IvrStep,
    OperatorState,
    QueueEntry,
    Voicemail,
    WebhookEvent,
)
from reports.query import counted, counted_calls, counted_steps, search

Condition = Callable[[Any], Q]
# Asks for rows without a line or a path: no number and no path looks like it.
WITHOUT = "~"


def there_is(rows: QuerySet[Any]) -> Q:
    """The condition that a subquery finds a row.

    The database looks it up for each row of the list, newest first. For EXISTS, as for
    a join, MariaDB chooses a plan that begins with all rows of the operator.
    """
    return Q(IsNull(Subquery(rows.order_by().values("pk")[:1]), False))


def _equal(name: str) -> Condition:
    return lambda value: Q(**{name: value})


def _equal_or_without(name: str) -> Condition:
    return lambda value: Q(**{name: "" if value == WITHOUT else value})


def _one_of(name: str) -> Condition:
    return lambda values: Q(**{f"{name}__in": values})


def _entered(call: str) -> Condition:
    """Rows of calls that entered a queue."""
    return lambda queue: Q(
        # A queue of few calls is found quickly by a plan that begins with them.
        Exists(QueueEntry.objects.filter(queue=queue, call=OuterRef(call)))
    )


def _of_entry(name: str, entry: str = "entry") -> Condition:
    """Rows whose queue entry has a value."""
    of_value = _equal_or_without(name)
    return lambda value: Q(
        Exists(QueueEntry.objects.filter(of_value(value), pk=OuterRef(entry)))
    )


def _of_call(name: str) -> Condition:
    """Rows whose call has a value."""
    of_value = _equal_or_without(name)
    return lambda value: there_is(
        Call.objects.filter(of_value(value), pk=OuterRef("call"))
    )


def _taken_from(entry: str) -> Condition:
    """Rows of queue entries that these operators answered."""
    return lambda operators: there_is(
        Connection.objects.filter(operator__in=operators, entry=OuterRef(entry))
    )


def _call_of_operators(operators: tuple[str, ...]) -> Q:
    """Calls that these operators answered, and their own legs."""
    # Not the column itself: by its index SQLite would go through all connections of the
    # operators for each call of the list.
    operator = Coalesce("operator", Value(""))
    taken = Connection.objects.filter(
        Q(In(operator, operators)), entry__call=OuterRef("pk")
    )
    # By number only of operators' legs: others would confirm a customer's number.
    by_number = Q(from_raw__in=operators) | Q(caller__in=operators)
    browsers = [name for name in operators if name.startswith("client:")]
    own = Q(kind=Call.Kind.OPERATOR) & by_number
    return there_is(taken) | own | Q(from_raw__in=browsers)


def _step_of_operators(operators: tuple[str, ...]) -> Q:
    calls = Call.objects.filter(_call_of_operators(operators), pk=OuterRef("call"))
    return there_is(calls)


def _of_abandoned_call(queue: str) -> Q:
    """Follow-ups of callers whom a queue left unserved."""
    rows = AbandonedCall.all_reasons
    calls = rows.filter(queue=queue, pk=OuterRef("abandoned_call"))
    return there_is(calls)


def _state_of_work(state: str) -> Q:
    """Follow-ups in a state of the work: people's, unless history goes before it."""
    calls = AbandonedCall.all_reasons.filter(pk=OuterRef("abandoned_call"))
    if state == AbandonedCall.State.RECOVERED:
        recovered = calls.filter(is_withdrawn=False, recovered_at__isnull=False)
        unfinished = [FollowUp.State.OPEN, FollowUp.State.IN_PROGRESS]
        return Q(state__in=unfinished) & there_is(recovered)
    if state in (AbandonedCall.State.REACHED, AbandonedCall.State.CLOSED):
        return Q(state=state) & there_is(calls.filter(is_withdrawn=False))
    return Q(state=state) & there_is(calls.reachable())


def _of_caller_of(sid: str) -> Q:
    """Calls of the caller of a call; none where no number is known of it."""
    callers = Call.objects.with_caller(sid).values_list("caller", flat=True)
    return next(map(search.of_caller, callers), Q(pk__in=()))


def _waits_now(_now: bool) -> Q:
    return presence.is_waiting(timezone.now())


def _serves_now(_now: bool) -> Q:
    return presence.is_serving(timezone.now())


def filters_of(model: type[models.Model]) -> frozenset[str]:
    """The fields of a selection by which rows of a model can be filtered."""
    return frozenset(CONDITIONS.get(model, ()))


# How each table is asked for what a selection may hold.
CONDITIONS: dict[type[models.Model], dict[str, Condition]] = {
    Call: {
        "kind": _equal("kind"),
        "outcome": _equal("outcome"),
        "line": _equal_or_without("line"),
        "queue": _entered("pk"),
        "operators": _call_of_operators,
        "caller_of": _of_caller_of,
        "ivr_path": _equal_or_without("ivr_path"),
        "counted": counted_calls.condition,
    },
    QueueEntry: {
        "queue": _equal("queue"),
        "outcome": _equal("outcome"),
        "line": _of_call("line"),
        "operators": _taken_from("pk"),
        "now": _waits_now,
        "counted": counted.condition,
        "waited": attrgetter("condition"),
    },
    AbandonedCall: {
        "queue": _equal("queue"),
        "line": _of_call("line"),
        "operators": _taken_from("entry"),
        # A column of rows that were read `with_state`.
        "state": _equal("state"),
    },
    FollowUp: {"queue": _of_abandoned_call, "state": _state_of_work},
    Connection: {
        "queue": _of_entry("queue"),
        "line": _of_entry("call__line"),
        "operators": _one_of("operator"),
    },
    IvrStep: {
        "menu": _equal("menu"),
        "line": _of_call("line"),
        "queue": _entered("call"),
        "operators": _step_of_operators,
        "counted": counted_steps.condition,
    },
    OperatorState: {
        "operators": _one_of("operator"),
        "state": _equal("state"),
        "now": _serves_now,
    },
    Voicemail: {"queue": _equal("queue"), "line": _of_call("line")},
    CallbackRequest: {"queue": _of_entry("queue")},
    WebhookEvent: {"kind": _equal("kind"), "queue": _equal("queue")},
}
