"""Which requests stand behind which row of a caller's leg. No database.

The pure rules of history are run once more over the events of the call: they made the
rows, so no request has to be matched to a row by its time. A row that today's rules
would not make of these events stands without requests.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from callcenter.history.entries import derive_entry
from callcenter.history.evidence import Evidence
from callcenter.history.ivr import AskedMenu, asked_menus
from callcenter.history.rules import Rules
from callcenter.history.visits import Connect, Visit, visits_of
from callcenter.models import Connection, IvrStep, QueueEntry, WebhookEvent


@dataclass(frozen=True, slots=True)
class Requests:
    """The events of a leg, and what they say of its menus and queue entries."""

    events: Sequence[WebhookEvent] = ()
    menus: Sequence[AskedMenu] = ()
    visits: Mapping[int, Visit] = field(default_factory=dict)
    # By visit: the operator's leg that had the caller.
    connects: Mapping[int, Connect] = field(default_factory=dict)
    # Deriving the call from these events has failed, so what they mean is not known.
    has_failed: bool = False

    def of_step(self, step: IvrStep) -> AskedMenu | None:
        """The question and the answer behind an IVR step."""
        if step.step > len(self.menus) or self.menus[step.step - 1].menu != step.menu:
            return None
        return self.menus[step.step - 1]

    def of_entry(self, entry: QueueEntry) -> Visit:
        """All requests about a queue entry; a visit without any where none is left."""
        visit = self.visits.get(entry.visit)
        if visit is None or visit.queue != entry.queue:
            return Visit(entry.visit, entry.queue)
        return visit

    def of_connection(
        self, entry: QueueEntry, connection: Connection
    ) -> Connect | None:
        """The connect and the Dial action of a connection of this queue entry."""
        leg, visit = connection.operator_call_sid, self.of_entry(entry)
        chosen = self.connects.get(visit.number)
        if chosen and chosen.leg == leg and chosen in visit.connects:
            return chosen
        return next((one for one in visit.connects if one.leg == leg), None)


def requests_of(
    sid: str,
    events: Iterable[WebhookEvent],
    *,
    of_legs: Iterable[WebhookEvent] = (),
    queues_by_sid: Mapping[str, str],
    unknown_legs: frozenset[str] = frozenset(),
) -> Requests:
    """The events under a caller's SID and those that name it, sorted by history.

    `of_legs` are Dial actions of the operators' legs that name no caller we know, and
    the connects of those legs, which decide to which caller such an action belongs; the
    actions of this call are added to its events. `unknown_legs` are SIDs that Dial
    actions name and no event is about.
    """
    events = list(events)
    if any(_has_failed(event) for event in events):
        return Requests(events, has_failed=True)
    evidence = Evidence(sid, [*events, *of_legs])
    rules = Rules(queues_by_sid=queues_by_sid)
    visits = visits_of(evidence, rules, unknown_legs)
    connects = {}
    for visit in visits:
        derived = derive_entry(
            visit,
            evidence,
            rules,
            caller="",
            operators={},
            has_later_visit=visit is not visits[-1],
        )
        if derived.connect:
            connects[visit.number] = derived.connect
    have = {event.dedup_key for event in events}
    found = [one.action for visit in visits for one in visit.connects if one.action]
    return Requests(
        [*events, *(event for event in found if event.dedup_key not in have)],
        menus=asked_menus(evidence),
        visits={visit.number: visit for visit in visits},
        connects=connects,
    )


def _has_failed(event: WebhookEvent) -> bool:
    return event.derivation_error not in ("", WebhookEvent.LATE)
