"""What the wall says about a moment: targets of queues, and more queues than fit."""

from dataclasses import replace

import pytest
from django.utils import translation

from reports.tests.wall.boards import NOW, board, queue
from reports.wall.shown import MOST_ROWS, shown


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def level_of(*queues):
    return shown(board(*queues), []).figures[2]


def rows_of(*queues):
    return shown(board(*queues), []).rows


def test_row_is_judged_by_the_target_of_its_own_queue():
    rows = rows_of(
        queue("A", within=85, offered=100, target=80),
        queue("B", within=85, offered=100, target=90),
        queue("C", within=85, offered=100, target=96),
        queue("D", within=85, offered=100, target=None),
        queue("E", within=0, offered=0, target=80),
    )

    assert [(one.level.value, one.level.note) for one in rows] == [
        ("85.0%", "target 80%"),
        ("85.0%", "below 90%"),
        ("85.0%", "below 96%"),
        ("85.0%", ""),
        ("—", ""),
    ]
    assert [one.level.state for one in rows] == ["ok", "warn", "bad", "", ""]
    assert [one.level.sign for one in rows] == ["", "! ", "!! ", "", ""]


def test_target_that_all_queues_with_one_share_judges_the_whole():
    level = level_of(
        queue("A", within=60, offered=100, target=80),
        queue("B", within=80, offered=100, target=80),
        queue("C", within=10, offered=10, target=None),
    )

    assert level.value == "71.4"
    assert (level.note, level.also) == ("target 80%", "since 14:30: 71.4%")
    assert level.state == "warn"


def test_targets_that_differ_judge_by_how_many_queues_are_below_their_own():
    level = level_of(
        queue("A", within=85, offered=100, target=80),
        queue("B", within=85, offered=100, target=90),
        queue("C", within=50, offered=100, target=70),
        queue("D", within=0, offered=100, target=None),
        # Nothing was offered: nobody knows.
        queue("E", target=95),
    )

    assert level.note == "2 of 3 queues below target"
    assert level.state == "bad"


def test_targets_that_differ_and_are_met_are_good():
    level = level_of(
        queue("A", within=85, offered=100, target=80),
        queue("B", within=95, offered=100, target=90),
    )

    assert level.note == "0 of 2 queues below target"
    assert level.state == "ok"


@pytest.mark.parametrize(
    "queues",
    [
        [queue("A", within=8, offered=10, target=None)],
        [queue("A", target=80), queue("B", target=90)],
    ],
)
def test_without_a_target_or_without_calls_nothing_is_judged(queues):
    level = level_of(*queues)

    assert (level.note, level.state) == ("", "")


def test_each_operator_who_is_ready_counts_once_for_some_queues():
    here = [queue("A", ready=2), queue("B", ready=3)]

    # Both have operators 0 and 1.
    waiting = shown(board(*here, queue("C", ready=5)), ["A", "B"]).figures[0]
    assert waiting.note == "3 ready"


def test_as_many_queues_as_fit_keep_their_order():
    queues = [queue(f"Q{number}", waits=number) for number in range(MOST_ROWS)]

    assert [one.name for one in rows_of(*queues)] == [one.name for one in queues]
    assert shown(board(*queues), []).more == ""


def test_of_more_queues_than_fit_those_come_first_whose_callers_wait_longest():
    idle = [queue(f"Idle {number}") for number in range(MOST_ROWS)]
    needy = [
        queue("Short", callers=9, waits=5),
        queue("Long, few", callers=1, waits=90),
        queue("Long, many", callers=2, waits=90),
    ]

    board_now = shown(board(*idle, *needy), [])

    names = [one.name for one in board_now.rows]
    assert names[:4] == ["Long, many", "Long, few", "Short", "Idle 0"]
    assert len(names) == MOST_ROWS
    assert board_now.more == "Longest waits first; 3 more queues with 0 waiting"


@pytest.mark.parametrize(
    ("name", "is_long"),
    [
        ("Support", False),
        ("ご注文", False),
        ("法人のお客様窓口", True),
        ("S" * 15, True),
    ],
)
def test_wide_name_is_set_smaller(name, is_long):
    assert rows_of(queue(name))[0].is_long == is_long


@pytest.mark.parametrize(
    ("slugs", "said"),
    [
        ([], "There is no queue yet."),
        (["off"], "None of the queues of this screen is active."),
    ],
)
def test_wall_without_a_queue_says_why(slugs, said):
    made = shown(board(), slugs)

    assert (made.rows, made.nothing) == ([], said)
    assert [one.value for one in made.figures] == ["0", "—", "—", "0"]


def test_caller_of_a_queue_that_is_off_is_still_to_be_rung_back():
    made = replace(board(queue("A")), ring_back={"off": {"caller": NOW}})

    assert shown(made, []).figures[3].value == "1"
    assert shown(made, ["A"]).figures[3].value == "0"
