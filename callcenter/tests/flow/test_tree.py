"""What is wrong with a tree of menus. No database."""

import pytest

from callcenter.flow.plan import MenuPlan, OptionPlan
from callcenter.flow.tree import Problem, Reason, problems
from callcenter.tests.flow.plans import make_plan

QUEUE = OptionPlan("queue", "support")
END = OptionPlan("end")


def to(menu: str) -> OptionPlan:
    return OptionPlan("menu", menu)


def found(**menus: dict[str, OptionPlan]) -> list[Problem]:
    plans = {slug: MenuPlan(slug, options=options) for slug, options in menus.items()}
    return problems(plans, {"support"}, {"information"})


@pytest.mark.parametrize(
    "options",
    [
        {"1": QUEUE},
        {"1": OptionPlan("message", "information")},
        {"0": END},
        {"1": QUEUE, "silence": QUEUE},
        # Wrong keys are counted, and pressing them is no silence.
        {"1": QUEUE, "wrong": to("main")},
        {"1": QUEUE, "9": to("main")},
    ],
)
def test_menu_from_which_keys_lead_on_is_all_right(options):
    assert found(main=options) == []


@pytest.mark.parametrize("options", [{}, {"silence": QUEUE}, {"wrong": QUEUE}])
def test_menu_without_a_key_is_a_dead_end(options):
    assert found(main=options) == [Problem("main", Reason.NO_KEY)]


def test_menus_whose_keys_lead_only_to_each_other_are_dead_ends():
    assert found(
        main={"1": to("other")},
        other={"1": to("main")},
        way={"1": to("main"), "2": END},
    ) == [
        Problem("main", Reason.NO_WAY_OUT),
        Problem("other", Reason.NO_WAY_OUT),
    ]


@pytest.mark.parametrize(
    "option",
    [
        OptionPlan("queue", "inactive"),
        OptionPlan("menu", "gone"),
        OptionPlan("message", "gone"),
        OptionPlan("queue"),
        OptionPlan("voicemail", "inactive"),
        OptionPlan("number"),
    ],
)
def test_missing_target_is_reported_with_its_key(option):
    assert found(main={"1": QUEUE, "7": option}) == [
        Problem("main", Reason.MISSING_TARGET, "7", option.target)
    ]


def test_menu_whose_only_key_leads_nowhere_is_reported_once():
    assert found(main={"1": to("gone")}) == [
        Problem("main", Reason.MISSING_TARGET, "1", "gone")
    ]


def test_menu_that_repeats_itself_in_silence_is_a_circle():
    assert found(main={"1": QUEUE, "silence": to("main")}) == [
        Problem("main", Reason.SILENT_LOOP, "silence", "main")
    ]


def test_silent_circle_is_the_problem_of_the_menus_in_it_only():
    assert found(
        one={"1": QUEUE, "silence": to("two")},
        two={"1": QUEUE, "silence": to("three")},
        three={"1": QUEUE, "silence": to("two")},
    ) == [
        Problem("two", Reason.SILENT_LOOP, "silence", "three"),
        Problem("three", Reason.SILENT_LOOP, "silence", "two"),
    ]


def test_silence_that_ends_in_a_queue_is_no_circle():
    assert (
        found(
            one={"1": QUEUE, "silence": to("two")},
            two={"1": QUEUE, "silence": to("three")},
            three={"1": QUEUE},
        )
        == []
    )


def test_all_problems_are_reported_menu_by_menu():
    plan = make_plan()

    assert problems(plan.menus, ["sales"], []) == [
        Problem("main", Reason.MISSING_TARGET, "#", "gone"),
        Problem("main", Reason.MISSING_TARGET, "1", "support"),
        Problem("main", Reason.MISSING_TARGET, "2", "information"),
    ]
