"""People whom MiniCC rings: operators who ring back, and callers. No database."""

from random import Random

from callcenter.demo.actors import hang_up
from callcenter.demo.model import People
from callcenter.flow.ring_back import KEY
from callcenter.standin.calls.legs import Leg

_OPERATOR_TAKES_AFTER = (2.0, 6.0)
_PRESSES_AFTER = (4.0, 8.0)
_CALLER_TAKES_AFTER = (3.0, 15.0)
# Of all calls to callers; the others let it ring.
_ANSWERED, _BUSY = 0.7, 0.15


class Called:
    """Whoever picks up a telephone that rings."""

    def __init__(self, reactions: People, random: Random) -> None:
        self._reactions, self._random = reactions, random

    async def picks_up(self, leg: Leg) -> None:
        """Act on a leg that rings: who is rung by REST is an operator."""
        if leg.direction == "outbound-api":
            await self._rings_back(leg)
        else:
            await self._is_rung_back(leg)

    async def _rings_back(self, leg: Leg) -> None:
        """Take the call, and press the key that has the caller rung."""
        await leg.clock.sleep(self._random.uniform(*_OPERATOR_TAKES_AFTER))
        leg.answer()
        await leg.clock.sleep(self._random.uniform(*_PRESSES_AFTER))
        leg.press(KEY)
        await leg.over.wait()

    async def _is_rung_back(self, leg: Leg) -> None:
        """Talk, be busy, or not be there."""
        drawn = self._random.random()
        if drawn >= _ANSWERED + _BUSY:
            await leg.over.wait()
        elif drawn >= _ANSWERED:
            leg.decline("busy")
        else:
            await leg.clock.sleep(self._random.uniform(*_CALLER_TAKES_AFTER))
            leg.answer()
            await leg.clock.sleep(self._reactions.talk_seconds(""))
            await hang_up(leg)
