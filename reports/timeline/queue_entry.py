"""The moments of one queue entry, but for the operators: enter, wait, leave.

No database.
"""

from collections.abc import Iterator
from datetime import datetime

from callcenter.decision import NOTHING, Decision, Verb
from callcenter.models import Connection, QueueEntry, WebhookEvent
from reports.timeline.kinds import queueing
from reports.timeline.moment_kind import MomentKind
from reports.timeline.pool import Copies, Pool
from reports.timeline.story import (
    LONGEST_CALL,
    ON_ITS_WAY,
    Mark,
    Moment,
    Phase,
    Story,
)

Outcome = QueueEntry.Outcome

# The first request of a queue entry comes at once; a later one is not the first.
_FIRST_WAIT_SECONDS = 2


def entering(story: Story, pool: Pool, entry: QueueEntry) -> Iterator[Moment]:
    """The caller enters the queue, and each time the place is said."""
    visit = story.requests.of_entry(entry)
    waits = [(one, copies) for one in visit.waits if (copies := pool.take(one))]
    first: Copies = []
    position = None
    if waits and _is_first(waits[0][0]):
        wait, first = waits.pop(0)
        position = wait.position
    queued = queueing.Queued(entry.queue, entry.visit, position)
    yield Moment(entry.entered_at, queued, Phase.WAIT, row=entry, events=first)
    for wait, copies in waits:
        yield Moment(wait.received_at, _waiting(wait), Phase.WAIT, events=copies)


def _is_first(wait: WebhookEvent) -> bool:
    waited = wait.queue_time_seconds or 0
    leaves = Decision.parse(wait.decision).verb == Verb.LEAVE
    return waited <= _FIRST_WAIT_SECONDS and not leaves


def _waiting(wait: WebhookEvent) -> MomentKind:
    waited, decision = wait.queue_time_seconds, Decision.parse(wait.decision)
    if decision.verb == Verb.LEAVE:
        return queueing.LetOut(decision.target, waited, wait.input)
    return queueing.StillWaiting(wait.position, waited, wait.input)


def leaving(
    story: Story, pool: Pool, entry: QueueEntry, following: QueueEntry | None
) -> Iterator[Moment]:
    """How the queue entry ended: by its exit, by other evidence, or not yet."""
    if entry.outcome == Outcome.WAITING:
        return
    visit = story.requests.of_entry(entry)
    exit_ = visit.exit
    copies = pool.take(exit_)
    for other in visit.exits:
        if again := pool.take(other):
            another = queueing.AnotherExit(other.result)
            yield Moment(other.received_at, another, events=again)
    connection = next(reversed(story.connections_of(entry)), None)
    if not (exit_ or following) and _may_still_talk(story, entry, connection):
        return
    at = exit_.received_at if exit_ else _left_at(story, entry, connection, following)
    if at is None:
        return
    answer = Decision.parse(exit_.decision) if exit_ else NOTHING
    talk = connection.talk_seconds if connection else None
    kind: MomentKind = queueing.NoExit(entry, talk)
    if exit_ or not story.missing:
        ended_by = "" if following else story.call.disconnected_by
        kind = queueing.Left(entry, talk, ended_by, answer)
    goes_on = following or answer.verb not in (Verb.UNKNOWN, Verb.END)
    inferred = (Mark.INFERRED,) if entry.is_inferred else ()
    abandoned = (one for one in story.abandoned if one.entry_id == entry.pk)
    yield Moment(
        at,
        kind,
        Phase.IVR if goes_on else Phase.END,
        # Where no Dial action came, this is also the end of the operator's talk.
        Phase.NONE if connection and not _has_end(story, entry, connection) else None,
        row=next(abandoned, entry),
        events=copies,
        marks=inferred if exit_ else story.missing + inferred,
    )


def _may_still_talk(
    story: Story, entry: QueueEntry, connection: Connection | None
) -> bool:
    """Whether the exit is not overdue: it comes when the conversation is over."""
    call = story.call
    if entry.outcome != Outcome.ANSWERED or call.ended_at:
        return False
    if story.now - (call.heard_at or story.start) > LONGEST_CALL:
        return False
    ended_at = connection.ended_at if connection else None
    return ended_at is None or story.now - ended_at <= ON_ITS_WAY


def _left_at(
    story: Story,
    entry: QueueEntry,
    connection: Connection | None,
    following: QueueEntry | None,
) -> datetime | None:
    """When an entry without an exit was over."""
    if entry.outcome != Outcome.ANSWERED and entry.left_at:
        return entry.left_at
    if connection and connection.ended_at:
        return connection.ended_at
    if following:
        return following.entered_at
    return story.call.ended_at or entry.left_at


def _has_end(story: Story, entry: QueueEntry, connection: Connection) -> bool:
    """Whether the end of a talk has a line of its own on the operator's leg."""
    connect = story.requests.of_connection(entry, connection)
    return connect is not None and connect.action is not None
