"""The tree of menus: what leads where, drawn once, with what is wrong with it."""

import pytest
from django.utils import translation

from callcenter.flow.plan import LinePlan, MessagePlan, Plan
from reports.callflow.drawing import MOST_LEVELS, DrawingBuilder
from reports.callflow.place_names import PlaceName
from reports.tests.callflow.plans import NUMBER, menu, option, plan, prompts


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def builder(found: Plan) -> DrawingBuilder:
    named = {("line", number): PlaceName("Main line") for number in found.lines}
    return DrawingBuilder(
        found, {**named, ("queue", "support"): PlaceName("Support", "/support/")}
    )


def shape(node):
    """A node as inputs, kind and name, with its branches."""
    name = f"-> {node.name}" if node.is_reference else node.name
    own = [" ".join(node.inputs), node.kind, name]
    return [*own, *([[shape(each) for each in node.branches]] if node.branches else [])]


def tree(*menus, **more):
    return [shape(root) for root in builder(plan(*menus, **more)).line(NUMBER).roots]


AGAIN = ["wrong", "again", "asked again; after 3 wrong tries, to the line’s queue"]
SILENT = ["silence", "queue", "Support"]


def test_line_without_a_menu_leads_to_its_queue():
    assert tree() == [["", "queue", "Support"]]


def test_voicemail_and_other_numbers_are_ends():
    main = menu("main", key_1="voicemail:support", key_2="number:+81312345678")

    assert tree(main) == [
        [
            "",
            "menu",
            "main",
            [
                ["1", "voicemail", "Support"],
                ["2", "number", "03-1234-5678"],
                SILENT,
                AGAIN,
            ],
        ]
    ]


def test_tree_shows_every_input_also_those_that_are_not_set():
    main = menu("main", key_1="queue:support", key_2="message:hours", key_0="end")

    assert tree(main) == [
        [
            "",
            "menu",
            "main",
            [
                ["1", "queue", "Support"],
                ["2", "message", "hours"],
                ["0", "end", "end of the call"],
                SILENT,
                AGAIN,
            ],
        ]
    ]


def test_circle_is_drawn_as_a_reference():
    main = menu("main", key_1="menu:second", key_2="end")
    second = menu("second", key_1="queue:support", key_9="menu:main")

    assert tree(main, second) == [
        [
            "",
            "menu",
            "main",
            [
                [
                    "1",
                    "menu",
                    "second",
                    [
                        ["1", "queue", "Support"],
                        ["9", "menu", "-> main"],
                        SILENT,
                        AGAIN,
                    ],
                ],
                ["2", "end", "end of the call"],
                SILENT,
                AGAIN,
            ],
        ]
    ]


def test_reference_leads_to_where_the_menu_is_drawn():
    main = menu("main", key_1="queue:support", key_9="menu:main")

    (root,) = builder(plan(main)).line(NUMBER).roots

    assert root.branches[1].is_reference
    assert root.branches[1].anchor == root.anchor == "line-815000000101-main"


def test_keys_that_lead_to_the_same_place_stand_together():
    main = menu("main", key_1="queue:support", key_2="queue:support", silence="end")

    (root,) = builder(plan(main)).line(NUMBER).roots

    assert [(each.inputs, each.name) for each in root.branches] == [
        (["1", "2"], "Support"),
        (["silence"], "end of the call"),
        (["wrong"], AGAIN[2]),
    ]


def test_deep_tree_goes_on_below_itself():
    last = MOST_LEVELS + 3
    menus = [menu(f"m{each}", key_1=f"menu:m{each + 1}") for each in range(1, last)]
    menus.append(menu(f"m{last}", key_1="end"))

    roots = builder(plan(*menus)).line(NUMBER).roots

    assert [root.name for root in roots] == ["m1", f"m{MOST_LEVELS + 1}"]


def test_thousand_menus_in_a_row_are_drawn():
    menus = [menu(f"m{each}", key_1=f"menu:m{each + 1}") for each in range(1000)]

    roots = builder(plan(*menus)).line(NUMBER).roots

    assert len(roots) == 200


def test_menu_that_traps_a_caller_is_warned_of_at_its_place():
    main = menu("main", key_1="menu:trap", key_2="end")
    trap = menu("trap", key_1="menu:trap", silence="menu:trap")

    drawing = builder(plan(main, trap)).line(NUMBER)

    assert drawing.roots[0].warnings == []
    assert drawing.roots[0].branches[0].warnings == [
        "trap: its keys lead from menu to menu, and never to a queue, a message or the"
        " end of the call.",
        "trap: silence leads round in a circle, by way of “trap”. A silent caller would"
        " hear menus for ever.",
    ]
    assert drawing.warned == 2


def test_option_whose_target_is_gone_says_so():
    main = menu("main", key_1="queue:gone", key_2="end")

    (root,) = builder(plan(main)).line(NUMBER).roots

    assert root.branches[0].kind == "gone"
    assert root.warnings == [
        "main, input “1”: leads to “gone”, which is switched off or not there. Callers"
        " go to the line’s queue instead."
    ]


def test_text_missing_in_a_language_callers_hear_is_warned_of():
    second = menu("second", texts=prompts("ja"), key_1="message:hours")
    main = menu("main", key_1="end", key_5=option("menu:second", "en"))
    messages = {"hours": MessagePlan("hours")}

    (root,) = builder(plan(main, second, messages=messages)).line(NUMBER).roots

    english = root.branches[1]
    assert english.warnings == ["No text in English: callers hear the one in Japanese."]
    assert english.branches[0].warnings == [
        "No text of its own: callers hear a standard sentence."
    ]


def test_text_may_be_missing_in_a_language_that_no_caller_hears():
    main = menu("main", texts=prompts("ja"), key_1="end")

    assert builder(plan(main)).line(NUMBER).warned == 0


def test_greeting_in_another_language_is_warned_of():
    greeting = prompts("en", purpose="greeting")
    line = LinePlan(NUMBER, "support", prompts=greeting)

    assert builder(plan(line=line)).line(NUMBER).warnings == [
        "Greeting of a line: No text in Japanese: callers hear the one in English."
    ]


def test_menus_that_no_caller_reaches_are_found():
    main = menu("main", key_1="end")
    leaf = menu("leaf", key_1="end")
    lost = menu("lost", key_1="menu:leaf")

    found = builder(plan(main, leaf, lost))

    assert found.unreached == ["lost", "leaf"]
    assert len(found.menus(found.unreached, "Lost").roots) == 1
