"""Queues and their members: make, change, delete, dequeue (docs/twilio.md 10.2)."""

from dataclasses import dataclass
from functools import partial

from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.queues import MAX_SIZE, Member, Queue
from callcenter.standin.rest.paging import Page, page
from callcenter.standin.rest.values import (
    BAD_PARAMETER,
    NotFound,
    Parameters,
    Refused,
    Resource,
    known,
    moment,
    newest_first,
    uri,
)

# Only the rule is documented; the code of this error is not known.
NOT_EMPTY = 22001
ALREADY_EXISTS = 22003
LARGEST_QUEUE = 5000
FRONT = "Front"


@dataclass(frozen=True)
class Place:
    """A member and its place, from 1."""

    member: Member
    queue: Queue
    position: int

    @property
    def sid(self) -> str:
        """The SID of the call, which identifies a member."""
        return self.member.leg.sid


def listed(exchange: Exchange, path: str, asked: Parameters) -> Page:
    """All of them, newest first."""
    found = newest_first(exchange.queues)
    return page("queues", found, partial(_resource, exchange), path, asked)


def create(exchange: Exchange, path: str, form: Parameters) -> Resource:
    """Make one; its name must be new."""
    form.require("FriendlyName")
    name, size = _free_name(exchange, form), _max_size(form, MAX_SIZE)
    queue = exchange.queue(name)
    queue.max_size = size
    return _resource(exchange, queue)


def fetch(exchange: Exchange, path: str, asked: Parameters, sid: str) -> Resource:
    """Read one."""
    return _resource(exchange, known(exchange.queues, sid))


def update(exchange: Exchange, path: str, form: Parameters, sid: str) -> Resource:
    """Rename one or change its size; its members stay."""
    queue = known(exchange.queues, sid)
    size = _max_size(form, queue.max_size)
    if "FriendlyName" in form and form.text("FriendlyName") != queue.name:
        name = _free_name(exchange, form)
        exchange.queues[name] = exchange.queues.pop(queue.name)
        queue.name = name
    queue.max_size = size
    queue.updated_at = exchange.clock.now()
    return _resource(exchange, queue)


def delete(exchange: Exchange, path: str, form: Parameters, sid: str) -> None:
    """Delete one in which nobody waits."""
    queue = known(exchange.queues, sid)
    if queue.members:
        raise Refused(400, NOT_EMPTY, f"Queue {sid} is not empty")
    del exchange.queues[queue.name]


def members(exchange: Exchange, path: str, asked: Parameters, sid: str) -> Page:
    """List the members, the first one first."""
    found = _places(known(exchange.queues, sid))
    resource = partial(_member_resource, exchange)
    return page("queue_members", found, resource, path, asked)


def member(
    exchange: Exchange, path: str, asked: Parameters, sid: str, call_sid: str
) -> Resource:
    """Read a member, by the SID of the call or as `Front`."""
    return _member_resource(exchange, _place(exchange, sid, call_sid))


def dequeue(
    exchange: Exchange, path: str, form: Parameters, sid: str, call_sid: str
) -> Resource:
    """Dequeue a member: send the call to a document. A second time it is not found."""
    place = _place(exchange, sid, call_sid)
    form.require("Url")
    url, method = form.url("Url"), form.method("Method")
    resource = _member_resource(exchange, place)
    exchange.dequeue(sid, place.sid, url, method)
    return resource


def _places(queue: Queue) -> list[Place]:
    """The members, without those that are being dequeued."""
    waiting = [one for one in queue.members if not one.leg.interrupted.done()]
    return [Place(one, queue, number) for number, one in enumerate(waiting, start=1)]


def _place(exchange: Exchange, sid: str, call_sid: str) -> Place:
    for place in _places(known(exchange.queues, sid)):
        if call_sid in (FRONT, place.sid):
            return place
    raise NotFound


def _free_name(exchange: Exchange, form: Parameters) -> str:
    name = form.friendly_name()
    if name in exchange.queues:
        message = f"A queue with the name {name} already exists"
        raise Refused(400, ALREADY_EXISTS, message)
    return name


def _max_size(form: Parameters, default: int) -> int:
    size = form.whole("MaxSize", default)
    if not 1 <= size <= LARGEST_QUEUE:
        message = f"MaxSize must be between 1 and {LARGEST_QUEUE}"
        raise Refused(400, BAD_PARAMETER, message)
    return size


def _resource(exchange: Exchange, queue: Queue) -> Resource:
    return {
        "sid": queue.sid,
        "account_sid": exchange.account.sid,
        "friendly_name": queue.name,
        "current_size": len(_places(queue)),
        "max_size": queue.max_size,
        "average_wait_time": queue.average_wait(exchange.clock.seconds()),
        "date_created": moment(queue.created_at),
        "date_updated": moment(queue.updated_at or queue.created_at),
        "uri": uri(exchange, f"Queues/{queue.sid}"),
    }


def _member_resource(exchange: Exchange, place: Place) -> Resource:
    waited = exchange.clock.seconds() - place.member.entered_seconds
    return {
        "call_sid": place.sid,
        "queue_sid": place.queue.sid,
        "date_enqueued": moment(place.member.visit.entered_at),
        "position": place.position,
        "wait_time": int(waited),
        "uri": uri(exchange, f"Queues/{place.queue.sid}/Members/{place.sid}"),
    }
