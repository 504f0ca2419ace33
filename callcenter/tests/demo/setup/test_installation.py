"""The demo installation: exactly that of the sample calls, and made once."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from callcenter.demo.past.holidays import holidays
from callcenter.demo.setup import names
from callcenter.demo.setup.scenario import WORKERS
from callcenter.demo.setup.second_line import add_second_line
from callcenter.flow import tree
from callcenter.flow.current import read_plan
from callcenter.models import (
    Holiday,
    Menu,
    MenuOption,
    Message,
    Operator,
    OperatorQueue,
    PhoneLine,
    Prompt,
    Queue,
    QueueThreshold,
    SetupVersion,
    WebhookEvent,
)
from callcenter.tests.pins import is_pin

pytestmark = pytest.mark.django_db

CONFIG = json.loads(
    (Path(__file__).parents[2] / "data/config.json").read_text(encoding="utf-8")
)
SETUP = [
    PhoneLine,
    Menu,
    MenuOption,
    Message,
    Prompt,
    Queue,
    QueueThreshold,
    Operator,
    OperatorQueue,
    Holiday,
    SetupVersion,
]


def demo(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", "--config-only", *arguments, stdout=out)
    return out.getvalue().strip()


def code_of(operator: Operator) -> str:
    """The code of the demo for an operator, by the name in this installation."""
    (code,) = (
        code
        for code, name in names.OPERATORS.items()
        if names.named(name) == operator.name
    )
    return code


def all_rows() -> list[list[tuple[object, ...]]]:
    return [
        list(model._default_manager.order_by("pk").values_list()) for model in SETUP
    ]


def test_installation_is_that_of_the_sample_calls():
    demo()

    options = MenuOption.objects.select_related("queue", "next_menu", "message")
    menus: dict[str, dict[str, str]] = {menu.slug: {} for menu in Menu.objects.all()}
    for option in options.select_related("menu"):
        target = option.queue or option.next_menu or option.message
        assert target is not None
        menus[option.menu.slug][option.input] = f"{option.action} {target.slug}"
    assert {
        "lines": list(PhoneLine.objects.values_list("number", flat=True)),
        "queues": dict(Queue.objects.values_list("slug", "twilio_sid")),
        "operators": {
            code_of(operator): operator.number or f"client:{operator.client_identity}"
            for operator in Operator.objects.all()
        },
        "menus": menus,
    } == {key: CONFIG[key] for key in ("lines", "queues", "operators", "menus")}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "ja",
            {
                "lines": ["MiniCC 代表", "MiniCCショップ"],
                "queues": ["サポート", "購入相談", "お支払い"],
                "menus": ["メインメニュー", "英語メニュー", "ショップメニュー"],
                "messages": ["商品のご案内", "受付時間のご案内"],
                "operators": ["佐藤 陽子", "鈴木 一郎"],
                "holidays": ["勤労感謝の日"],
            },
        ),
        (
            "en",
            {
                "lines": ["MiniCC", "MiniCC Shop"],
                "queues": ["Support", "Sales", "Billing"],
                "menus": ["Main menu", "English menu", "Shop menu"],
                "messages": ["Product information", "Opening hours"],
                "operators": ["Yoko Sato", "Ichiro Suzuki"],
                "holidays": ["Labor Thanksgiving Day"],
            },
        ),
        ("en-gb", {"queues": ["Support", "Sales", "Billing"]}),
        ("fr", {"queues": ["サポート", "購入相談", "お支払い"]}),
    ],
)
def test_names_are_in_the_language_of_the_installation(settings, language, said):
    settings.LANGUAGE_CODE = language
    add_second_line(holidays([date(2026, 11, 23)]))

    made: dict[str, Any] = {
        "lines": PhoneLine.objects.order_by("number"),
        "queues": Queue.objects.order_by("priority"),
        "menus": Menu.objects.order_by("pk"),
        "messages": Message.objects.order_by("pk"),
        "operators": Operator.objects.order_by("pk"),
        "holidays": Holiday.objects.all(),
    }
    for what, expected in said.items():
        assert [row.name for row in made[what]][: len(expected)] == expected


def test_everything_has_a_name_in_both_languages():
    several = (names.QUEUES, names.MENUS, names.MESSAGES, names.OPERATORS)
    for texts in (
        *(names.MAIN_LINE, names.SHOP_LINE),
        *(texts for each in several for texts in each.values()),
    ):
        assert sorted(texts) == ["en", "ja"]
        assert all(texts.values())
    codes = [worker.code for worker in WORKERS]
    assert sorted(codes) == sorted(names.OPERATORS)


def test_every_queue_has_one_row_of_the_default_thresholds():
    demo()

    rows = QueueThreshold.objects.order_by("queue__slug").values_list(
        "queue__slug", "valid_from__year", "target_seconds", "short_abandon_seconds"
    )
    assert list(rows) == [
        ("billing", 2000, 20, 5),
        ("sales", 2000, 20, 5),
        ("support", 2000, 20, 5),
    ]


def test_line_is_the_default_and_always_open():
    demo()

    line = PhoneLine.objects.get()
    assert (line.is_default, line.menu, line.queue.slug) == (
        True,
        Menu.objects.get(slug="main"),
        "support",
    )
    assert (line.hours.count(), Holiday.objects.count()) == (0, 0)


def test_telephone_operators_have_the_pin_and_browser_operators_none():
    demo()

    assert sorted(
        (code_of(who), is_pin(who, "1234")) for who in Operator.objects.all()
    ) == [
        ("agent_01", False),
        ("agent_02", False),
        ("sato", True),
        ("suzuki", True),
    ]
    assert not Operator.objects.get(client_identity="agent_01").has_pin


def test_operators_serve_support_first():
    demo()

    plan = read_plan()
    assert {operator.name: operator.queues for operator in plan.operators} == {
        "小林 直樹": ("support", "sales", "billing"),
        "加藤 由美": ("support", "sales", "billing"),
        "佐藤 陽子": ("support",),
        "鈴木 一郎": ("support",),
    }


def test_every_prompt_is_there_in_both_languages_and_valid():
    demo()

    for prompt in Prompt.objects.all():
        prompt.full_clean()
    by_language = {
        language: set(
            Prompt.objects.filter(language=language).values_list(
                "purpose", "menu__slug", "message__slug", "queue__slug", "line__number"
            )
        )
        for language in ("ja", "en")
    }
    assert by_language["ja"] == by_language["en"]
    assert len(by_language["ja"]) == 11


def test_menus_have_no_dead_end_and_no_silent_circle():
    demo()

    plan = read_plan()
    assert tree.problems(plan.menus, plan.queues, plan.messages) == []


def test_first_run_says_what_it_made():
    said = demo()

    assert said == (
        "Made the demo installation: queue support, queue sales, queue billing,"
        " message information, menu main, menu language, line +815000000101,"
        " operator sato, operator suzuki, operator agent_01, operator agent_02,"
        " wrap-up code question, wrap-up code order, wrap-up code invoice,"
        " wrap-up code return, wrap-up code complaint, wrap-up code other."
        " The PIN of its telephone operators is 1234."
    )


def test_second_run_changes_nothing_and_says_so():
    demo()
    before = all_rows()

    said = demo()

    assert said == "The demo installation is there already: nothing changed."
    assert all_rows() == before


def test_what_people_changed_in_the_demo_stays():
    demo()
    Queue.objects.filter(slug="support").update(name="お客様窓口", wrapup_seconds=30)
    Operator.objects.filter(number="+815000000201").update(name="佐藤")
    MenuOption.objects.filter(menu__slug="main", input="4").delete()
    before = all_rows()

    demo()

    assert all_rows() == before


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (
            lambda: PhoneLine.objects.create(
                number="+81312345678", name="ours", queue=Queue.objects.all()[0]
            ),
            "line +81312345678",
        ),
        (lambda: Menu.objects.create(slug="ours", name="ours"), "menu ours"),
        (lambda: Message.objects.create(slug="ours", name="ours"), "message ours"),
        (lambda: Queue.objects.create(slug="ours", name="ours"), "queue ours"),
        (
            lambda: Operator.objects.create(name="ours", number="+81312345678"),
            "operator ours",
        ),
    ],
)
def test_installation_made_by_hand_is_left_alone(make, named):
    demo()
    make()
    before = all_rows()

    with pytest.raises(CommandError) as refusal:
        demo()

    assert str(refusal.value) == (
        f"This installation was made by hand ({named}): nothing changed."
        " --replace removes it and makes the demo's."
    )
    assert all_rows() == before


def test_replacing_leaves_the_demo_alone_and_history_untouched():
    demo()
    plain = read_plan()
    queue = Queue.objects.create(slug="ours", name="ours")
    PhoneLine.objects.create(number="+81312345678", name="ours", queue=queue)
    Menu.objects.filter(slug="main").update(tries=1)
    WebhookEvent.objects.create(
        dedup_key="0" * 64, received_at="2026-10-05T01:00:00Z", kind="status"
    )

    said = demo("--replace")

    replaced = read_plan()
    assert said.startswith("Made the demo installation after removing ")
    assert (replaced.lines, replaced.menus, replaced.messages, replaced.queues) == (
        plain.lines,
        plain.menus,
        plain.messages,
        plain.queues,
    )
    assert replaced.version > plain.version
    assert WebhookEvent.objects.count() == 1


def test_every_part_can_be_seen_also_where_the_past_comes_later():
    """`make run` makes the installation first, and its past with the second line."""
    demo()
    add_second_line({})

    assert {
        queue.slug: (
            queue.offers_callback,
            queue.offers_voicemail,
            queue.records_conversations,
        )
        for queue in Queue.objects.all()
    } == {
        "support": (True, True, False),
        "sales": (False, True, False),
        "billing": (False, False, True),
    }
