"""What callers did when a menu was asked."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.models import Call, IvrStep, Menu, MenuOption
from reports.definitions.ivr_menus import IvrMenusReport
from reports.query.counted_steps import INPUTS
from reports.tests.factories import (
    LINE,
    NOON,
    make_call,
    make_queue,
    make_step,
    rows_of,
    selection,
    totals_of,
)

pytestmark = pytest.mark.django_db

REPORT = IvrMenusReport()
OTHER = "+815000000102"
QUIET = {
    "asked": 0,
    "answered": 0,
    "no_input": 0,
    "wrong_key": 0,
    "hung_up": 0,
    "drop_off_rate": None,
} | dict.fromkeys(INPUTS, 0)
TO_QUEUE, AGAIN = "enqueue:support/1", "menu:main"


def make_asked(*answers: tuple[str, str], is_over: bool = True, line=LINE) -> None:
    """A call that was asked the main menu so often, with these inputs and ways on."""
    call = make_call(line=line, ended_at=NOON + timedelta(minutes=1))
    if not is_over:
        Call.objects.filter(pk=call.pk).update(ended_at=None)
    for step, (key, led_to) in enumerate(answers, 1):
        make_step(call=call, step=step, input=key, led_to=led_to)


def make_menu(slug: str = "main", name: str = "Main", **options: str) -> Menu:
    """A menu with keys that lead to a queue, or to a menu of that name."""
    menu = Menu.objects.create(slug=slug, name=name)
    for key, way in options.items():
        leads = (
            {"action": "menu", "next_menu": menu}
            if way == "menu"
            else {"action": "queue", "queue": make_queue(f"of-{slug}-{key}")}
        )
        MenuOption.objects.create(menu=menu, input=key.removeprefix("key"), **leads)
    return menu


def test_what_callers_did_in_every_column():
    make_menu(key1="queue", key9="menu")
    make_asked(("1", TO_QUEUE))
    make_asked(("", TO_QUEUE))
    make_asked(("", ""))
    make_asked(("7", AGAIN), ("*", AGAIN), ("#", TO_QUEUE))
    make_asked(("9", AGAIN), ("", ""), is_over=False)

    assert rows_of(REPORT) == [
        {
            "menu": "main",
            "asked": 8,
            "answered": 2,
            "no_input": 1,
            "wrong_key": 3,
            "hung_up": 1,
            "drop_off_rate": 1 / 8,
        }
        | dict.fromkeys(INPUTS, 0)
        | {"input_1": 1, "input_7": 1, "input_9": 1}
        | {"input_star": 1, "input_hash": 1}
    ]


def test_key_that_was_taken_out_of_the_menu_is_still_right():
    make_menu(key1="queue")
    make_asked(("4", "enqueue:billing/1"))

    assert totals_of(REPORT)["answered"] == 1


def test_key_of_a_menu_that_is_gone_is_wrong_where_it_was_asked_again():
    make_asked(("7", AGAIN), ("1", TO_QUEUE))
    make_asked(("1", TO_QUEUE))

    (row,) = rows_of(REPORT)

    # Nobody knows whether the 1 after the 7 was an option: the last try, then.
    assert (row["answered"], row["wrong_key"]) == (1, 2)


def test_right_key_after_a_wrong_one_is_right():
    make_menu(key1="queue")
    make_asked(("7", AGAIN), ("1", TO_QUEUE))

    (row,) = rows_of(REPORT)

    assert (row["answered"], row["wrong_key"], row["input_1"]) == (1, 1, 1)


def test_key_after_silence_is_no_second_try():
    make_menu(key1="queue")
    make_asked(("", AGAIN), ("4", "enqueue:billing/1"))

    (row,) = rows_of(REPORT)

    assert (row["no_input"], row["answered"], row["wrong_key"]) == (1, 1, 0)


def test_menus_stand_by_name_and_those_nobody_was_asked_too():
    make_menu("b", "Alpha")
    make_menu("a", "Beta")
    make_asked(("1", TO_QUEUE))

    rows = rows_of(REPORT)

    assert [row["menu"] for row in rows] == ["b", "a", "main"]
    assert rows[0] == {"menu": "b"} | QUIET


def test_quiet_day_shows_no_rate():
    assert totals_of(REPORT) == {"menu": None} | QUIET


def test_calls_to_one_line():
    make_asked(("1", TO_QUEUE))
    make_asked(("1", TO_QUEUE), line=OTHER)

    assert totals_of(REPORT, line=OTHER)["asked"] == 1


@pytest.mark.parametrize("count", [1, 5])
def test_number_of_queries_does_not_grow(count, django_assert_num_queries):
    for number in range(count):
        make_menu(f"m{number}", f"M{number}", key1="queue")
        make_step(menu=f"m{number}")
    asked = selection()

    with django_assert_num_queries(2):
        rows = list(REPORT.read(asked).rows())
    assert len(rows) == count


KEYS = st.sampled_from(["", "1", "7", "9", "*", "12"])
WAYS = st.sampled_from(["", AGAIN, TO_QUEUE, "menu:sub", "message:hours", "end"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["main", "sub", "gone"]), KEYS, WAYS), max_size=6
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(STEPS, max_size=3))
def test_every_step_of_a_call_that_is_over_is_one_of_four(calls):
    Menu.objects.all().delete()
    Call.objects.all().delete()
    for slug, option in (("main", "9"), ("sub", "1")):
        menu = Menu.objects.create(slug=slug, name=slug)
        MenuOption.objects.create(menu=menu, input=option, action="end")
    for steps in calls:
        call = make_call(ended_at=NOON)
        for step, (menu_slug, key, led_to) in enumerate(steps, 1):
            make_step(call=call, step=step, menu=menu_slug, input=key, led_to=led_to)

    totals = totals_of(REPORT)
    for row in [*rows_of(REPORT), totals]:
        four = ("answered", "no_input", "wrong_key", "hung_up")
        assert row["asked"] == sum(row[code] for code in four)
    assert totals["asked"] == IvrStep.objects.count()
