"""A day on which operators work at a desk in the browser, and their own account of it.

The people here do what the script of the page does: acts by its address, calls to the
TwiML App, keys on the leg. As in keypad_day the account knows nothing of our tables.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.test import Client

from callcenter.demo.actors import hang_up, keeps_on
from callcenter.demo.live.traffic import Seat
from callcenter.flow import links
from callcenter.models import Operator
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg
from callcenter.tests.roads.keypad_day import KeypadDay, Span
from callcenter.tests.roads.virtual_hour import as_if_without_loop

REASONS = ["", "break", "meal", "meeting"]
# Between an act and what follows it: requests of one moment would have no order.
A_MOMENT = 0.3


@dataclass
class Sitting:
    """What one operator did at the desk: acts with their moments, and all legs."""

    operator: str
    browser: Client
    acts: list[tuple[datetime, str]] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)


@dataclass
class DeskDay(KeypadDay):
    """One day of calls for operators in the browser, in virtual time."""

    sittings: list[Sitting] = field(default_factory=list)

    async def _works(self, seat: Seat) -> None:
        """One operator: not ready, a line for calls, not ready again, to the end."""
        sitting = Sitting(seat.number, _browser_of(seat))
        self.sittings.append(sitting)
        await self.clock.sleep(self.random.uniform(1, 60))
        await self._act(sitting, "signed-in")
        while self.clock.seconds() < self.ends:
            await self.clock.sleep(self.random.uniform(20, 900))
            await self._act(sitting, "ready")
            leg = self.exchange.ring(
                seat.number,
                "",
                voice_url=links.client(),
                status_callback=links.status(),
                extras={"MiniccDesk": "1"},
            )
            sitting.legs.append(leg)
            await self._serves(sitting, leg)
        await self._act(sitting, "signed-off")

    async def _serves(self, sitting: Sitting, leg: Leg) -> None:
        """Take callers until a break, in which the line is put down, or is lost."""
        until = min(self.clock.seconds() + self.random.uniform(600, 4000), self.ends)
        talks = 0
        while not leg.is_over:
            since, now = leg.changes, self.clock.seconds()
            if leg.doing == "talking":
                # Half of the conversations are ended at the desk.
                seconds = self.random.uniform(10, 400)
                if await keeps_on(leg, "talking", seconds):
                    leg.press("*")
            elif len(leg.talks) > talks and leg.talks[-1].ended_at:
                talks = len(leg.talks)
                await self._wraps_up(sitting, leg)
            elif now > until and leg.doing == "dialling":
                # A caller may just be on the way here.
                await self.clock.sleep(A_MOMENT)
                if leg.doing == "dialling":
                    await self._stops(sitting, leg)
            else:
                await leg.wait_for_change(since)
        if leg.hung_up_by == "caller" and not self._has_just_acted(sitting):
            await self.clock.sleep(A_MOMENT)
            await self._act(sitting, "not-ready", reason="lost")

    async def _wraps_up(self, sitting: Sitting, leg: Leg) -> None:
        """Be ready at once, later or not; or let the time pass."""
        await self._until(leg, "menu")
        await self.clock.sleep(self.random.uniform(0.5, 4))
        match self.random.randrange(4):
            case 0 if leg.doing == "menu":
                leg.press("8#")
                await self.clock.sleep(A_MOMENT)
            case 1 if leg.doing == "menu":
                await self._stops(sitting, leg)

    async def _stops(self, sitting: Sitting, leg: Leg) -> None:
        if self.random.random() < 0.2:
            # The network of the browser fails.
            await hang_up(leg)
            return
        reason = self.random.choice(REASONS)
        await self._act(sitting, "not-ready", reason=reason, leg=leg.sid)
        await hang_up(leg)

    def _has_just_acted(self, sitting: Sitting) -> bool:
        at, act = sitting.acts[-1]
        age = (self.clock.now() - at).total_seconds()
        return act == "not-ready" and age < 5 * A_MOMENT

    async def _act(self, sitting: Sitting, act: str, **fields: str) -> None:
        now = self.clock.now()
        self.traveller.move_to(now)
        with as_if_without_loop():
            answer = sitting.browser.post("/desk/act/", {"act": act, **fields})
        assert answer.status_code == 200, answer.content
        sitting.acts.append((now, act))
        await self.clock.sleep(A_MOMENT)


def _browser_of(seat: Seat) -> Client:
    """The browser of somebody who is logged in as this operator."""
    identity = seat.number.removeprefix("client:")
    with as_if_without_loop():
        user = User.objects.create_user(identity, password="x")
        Operator.objects.filter(client_identity=identity).update(user=user)
        browser = Client()
        browser.force_login(user)
    return browser


def account(day: DeskDay, exchange: Exchange) -> list[Span]:
    """The states of all operators, by what the stand-in and its people know."""
    return [span for one in day.sittings for span in _account(one, exchange)]


def _account(sitting: Sitting, exchange: Exchange) -> list[Span]:
    sids = {leg.sid for leg in sitting.legs}
    things = list(sitting.acts)
    for sent in exchange.sent:
        if sent.kind == "queue" and sent.form["DequeingCallSid"] in sids:
            things.append((sent.moment, "talk"))
        elif sent.leg_sid in sids and sent.kind in ("redirect", "gather"):
            things.append((sent.moment, "goes on"))
    for leg in sitting.legs:
        things += [(talk.ended_at, "over") for talk in leg.talks if talk.ended_at]
        things.append((_end(leg, exchange), "gone"))
    state, spans = "", list[Span]()
    since = day_begins = min(at for at, _what in things)
    for at, what in sorted(things, key=lambda thing: thing[0]):
        new = _next(state, what)
        if new == state and what not in ("signed-in", "not-ready"):
            continue
        if state and at > since:
            spans.append(Span(sitting.operator, state, since, at))
        state, since = new, at
    assert since > day_begins
    return [*spans, Span(sitting.operator, state, since, None)]


def _end(leg: Leg, exchange: Exchange) -> datetime:
    """When a leg ended as Twilio says it: in full seconds, but after all it asked."""
    assert leg.ended_at
    did = [
        sent.moment
        for sent in exchange.sent
        if not sent.is_callback
        and leg.sid in (sent.leg_sid, sent.form.get("DequeingCallSid"))
    ]
    return max(leg.ended_at.replace(microsecond=0), *did)


def _next(state: str, what: str) -> str:
    match what:
        case "signed-in" | "not-ready":
            return "not_ready"
        case "signed-off":
            return "signed_out"
        case "ready":
            return ""
        case "goes on" if state in ("", "wrap_up"):
            return "ready"
        case "talk":
            return "talking"
        case "over":
            return "wrap_up"
        case "gone" if state in ("ready", "talking", "wrap_up"):
            return ""
    return state
