"""Call time: faster than the wall's, or jumping."""

import asyncio
import time
from datetime import timedelta

import pytest

from callcenter.standin.network.clock import Clock, run_virtual
from callcenter.tests.standin.server import START


def test_hour_passes_in_no_time_and_the_clock_says_an_hour():
    async def story():
        clock = Clock(start=START)
        await asyncio.gather(clock.sleep(3600), clock.sleep(1800))
        return clock.now()

    began = time.monotonic()

    assert run_virtual(story()) == START + timedelta(hours=1)
    assert time.monotonic() - began < 5


def test_fast_clock_goes_so_many_times_faster_than_the_walls():
    async def story():
        clock, began = Clock(speed=600, start=START), time.monotonic()
        await clock.sleep(60)
        return clock.seconds(), time.monotonic() - began

    passed, on_the_wall = asyncio.run(story())

    # However late a busy machine wakes us.
    assert passed >= 60
    assert passed / on_the_wall == pytest.approx(600, rel=0.1)


def test_clock_does_not_run_backward():
    with pytest.raises(ValueError, match="forward"):
        Clock(speed=0)


def test_time_stands_still_while_a_thread_works():
    async def story():
        clock = Clock(start=START)
        alarm = asyncio.ensure_future(clock.sleep(3600))
        await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.05)
        worked = clock.seconds()
        await alarm
        return worked, clock.seconds()

    assert run_virtual(story()) == (0.0, 3600.0)


def test_everybody_waiting_for_nothing_is_an_error_and_no_hang():
    async def story():
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="nothing will happen"):
        run_virtual(story())
