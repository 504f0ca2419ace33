"""Menus asked, row by row."""

from datetime import timedelta

import pytest

from reports.definitions.ivr import IvrStepsReport
from reports.tests.factories import NOON, make_call, make_step, rows_of, selection

pytestmark = pytest.mark.django_db

STEPS = IvrStepsReport()


def test_steps_stand_newest_first_with_what_they_led_to():
    call = make_call()
    later = NOON + timedelta(seconds=5)
    make_step(NOON, call=call, step=1, input="", led_to="menu:main")
    make_step(later, call=call, step=2, input="1", led_to="enqueue:support/1")
    make_step(NOON + timedelta(days=1))

    assert rows_of(STEPS) == [
        {
            "call_sid": call.sid,
            "step": 2,
            "asked_at": later,
            "menu": "main",
            "input": "1",
            "led_to": "enqueue:support/1",
        },
        {
            "call_sid": call.sid,
            "step": 1,
            "asked_at": NOON,
            "menu": "main",
            "input": None,
            "led_to": "menu:main",
        },
    ]


@pytest.mark.parametrize("steps", [1, 3])
def test_number_of_queries_does_not_grow(steps, django_assert_num_queries):
    for _number in range(steps):
        make_step()
    asked = selection()

    with django_assert_num_queries(2):
        list(STEPS.read(asked).rows())
