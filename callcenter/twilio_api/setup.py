"""Finds out what queues, TwiML App and numbers at Twilio lack, and makes it so.

Asking changes nothing. Each step is one resource; a step that fails stops none before
it, and a second run finds nothing to do where the first one went well.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from callcenter.models import PhoneLine, Queue
from callcenter.twilio_api.client import failure_of

# Whose name it has where the setting names none.
APPLICATION = "MiniCC"
_POST = "POST"
_PASSWORD = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Our URLs that Twilio is told, absolute and with all that they carry."""

    voice: str
    fallback: str
    status: str
    # Of calls that a browser makes.
    client: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a resource: what it is at Twilio, and what it is to be."""

    field: str
    now: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.field}: {_shown(self.now)} -> {_shown(self.wanted)}"


@dataclass(frozen=True, slots=True)
class Step:
    """One resource: what is to change, or what is wrong with it that we cannot mend.

    `make` changes it at Twilio and returns its SID; it raises TwilioFailure.
    """

    what: str
    changes: tuple[Change, ...] = ()
    make: Callable[[], str] = str
    is_new: bool = False
    problem: str = ""
    # Of a queue.
    slug: str = ""
    # The SID of the TwiML App, where it stands at Twilio and in no setting yet.
    unset_sid: str = ""


def queue_steps(twilio: Client) -> Iterator[Step]:
    """A step for each active queue. Raises TwilioFailure, and django.db.Error."""
    there = _asked(lambda: twilio.queues.list(page_size=1000))
    by_sid = {one.sid: one for one in there}
    by_name = {one.friendly_name: one for one in there}
    for queue in Queue.objects.filter(is_active=True).order_by("slug"):
        found = by_sid.get(queue.twilio_sid) or by_name.get(queue.slug)
        wanted = {"friendly_name": queue.slug, "max_size": queue.capacity}
        what = f"queue {queue.slug}"
        if found is None:
            make = partial(_make_queue, queue, partial(twilio.queues.create, **wanted))
            new = _changes({}, wanted)
            yield Step(what, new, make, is_new=True, slug=queue.slug)
            continue
        changes = _changes(vars(found), wanted)
        if queue.twilio_sid != found.sid:
            known = Change("SID in MiniCC", queue.twilio_sid, found.sid)
            changes = (*changes, known)
        update = partial(twilio.queues(found.sid).update, **wanted)
        yield Step(what, changes, partial(_make_queue, queue, update), slug=queue.slug)


def application_step(twilio: Client, ours: Addresses) -> Step:
    """The step of the TwiML App. Raises TwilioFailure."""
    sid = settings.TWILIO_TWIML_APP_SID
    what = f"TwiML App {sid or APPLICATION}"
    there = _asked(lambda: twilio.applications.list(page_size=1000))
    found = [
        one
        for one in there
        if (one.sid == sid if sid else one.friendly_name == APPLICATION)
    ]
    if sid and not found:
        return Step(
            what,
            problem="TWILIO_TWIML_APP_SID names no TwiML App of this account: correct"
            " it, or leave it empty and run this again.",
        )
    if len(found) > 1:
        return Step(
            what,
            problem=f"There are {len(found)} TwiML Apps named {APPLICATION}: put the"
            " SID of the right one into TWILIO_TWIML_APP_SID.",
        )
    wanted = _voice_of(ours, ours.client)
    if not found:
        create = partial(
            twilio.applications.create, friendly_name=APPLICATION, **wanted
        )
        return Step(what, _changes({}, wanted), partial(_made, create), is_new=True)
    there_sid = found[0].sid
    update = partial(twilio.applications(there_sid).update, **wanted)
    return Step(
        what,
        _changes(vars(found[0]), wanted),
        partial(_made, update),
        unset_sid="" if sid else there_sid,
    )


def number_steps(twilio: Client, ours: Addresses) -> Iterator[Step]:
    """A step for each line. Raises TwilioFailure, and django.db.Error."""
    wanted = _voice_of(ours, ours.voice)
    for number in PhoneLine.objects.order_by("number").values_list("number", flat=True):
        what = f"number {number}"
        # Twilio gives every number that has these digits in it.
        ask = partial(twilio.incoming_phone_numbers.list, phone_number=number)
        there = [one for one in _asked(ask) if one.phone_number == number]
        if not there:
            yield Step(
                what,
                problem="This account has no such number: buy or move it at Twilio, or"
                " remove the line.",
            )
            continue
        found = there[0]
        # Twilio's description of its API has no way to take these off a number.
        if before := found.trunk_sid or found.voice_application_sid:
            yield Step(
                what,
                problem=f"{before} answers at this number, so Twilio asks none of our"
                " URLs: choose webhooks for it in the Twilio console.",
            )
            continue
        update = partial(twilio.incoming_phone_numbers(found.sid).update, **wanted)
        yield Step(what, _changes(vars(found), wanted), partial(_made, update))


def _voice_of(ours: Addresses, voice: str) -> dict[str, Any]:
    return {
        "voice_url": voice,
        "voice_method": _POST,
        "voice_fallback_url": ours.fallback,
        "voice_fallback_method": _POST,
        "status_callback": ours.status,
        "status_callback_method": _POST,
    }


def _changes(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields that differ. Twilio gives none for an empty one."""
    pairs = ((name, there.get(name), value) for name, value in wanted.items())
    return tuple(
        Change(name, "" if now is None else str(now), str(value))
        for name, now, value in pairs
        if ("" if now is None else str(now)) != str(value)
    )


def _make_queue(queue: Queue, make: Callable[[], Any]) -> str:
    sid = _made(make)
    if queue.twilio_sid != sid:
        Queue.objects.filter(pk=queue.pk).update(twilio_sid=sid)
    return sid


def _made(make: Callable[[], Any]) -> str:
    return str(_asked(make).sid)


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except TwilioException as error:
        raise failure_of(error) from error


def _shown(value: str) -> str:
    """A value without the password that our URLs may carry; a word for none."""
    return _PASSWORD.sub("//***@", value) or "(empty)"
