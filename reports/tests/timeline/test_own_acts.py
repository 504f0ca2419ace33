"""What MiniCC itself keeps of a leg is said on its page, in both languages."""

from datetime import datetime

import pytest
from django.utils.translation import override

from callcenter.history.desk_states import Act
from callcenter.models import Call, WrapUpCode
from callcenter.routes import WRAP_UP_PATH
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    at,
    choose,
    connect,
    done,
    end,
    event,
    keys,
    leave,
    ring,
    wait,
)
from callcenter.upkeep.intake import load_events
from reports.tests.admin.history.test_history import page
from reports.timeline.phases import moments
from reports.timeline.reading import story_of

pytestmark = pytest.mark.django_db


def shown(client, sid: str, language: str) -> str:
    with override(language):
        client.cookies["django_language"] = language
        html = client.get(page(Call.objects.get(sid=sid))).content.decode()
    return str(html)


@pytest.mark.parametrize(
    ("language", "title"), [("en", "The operator noted"), ("ja", "オペレーターの記録")]
)
def test_what_the_operator_noted_stands_on_the_page_of_the_call(
    admin_client, language, title
):
    talk = [ring(), choose(5), wait(6, 0), connect(36, 31), done(160, talk=120)]
    note = event(
        170, WRAP_UP_PATH, OperatorLeg=OPERATOR, Code="billing", Note="<i>x</i>"
    )
    load_events([*talk, leave(161, "bridged", 31), end(162), note])

    WrapUpCode.objects.create(code="billing", name="Bill explained")

    html = shown(admin_client, CALLER, language)

    assert title in html
    assert "Bill explained (billing)" in html
    assert "&lt;i&gt;x" in html
    assert "<i>x" not in html


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", ["The operator noted", "typed a wrap-up code that is unknown"]),
        ("ja", ["オペレーターの記録", "登録のない対応区分の入力"]),
    ],
)
def test_code_typed_on_the_telephone_stands_on_the_page_of_the_call(
    admin_client, language, titles
):
    talk = [ring(), choose(5), wait(6, 0), connect(36, 31), done(160, talk=120)]
    typed = [
        keys(164, "*99", "wrap_up", about=CALLER),
        keys(170, "*12", "wrap_up:billing", about=CALLER),
    ]
    load_events([*talk, leave(161, "bridged", 31), end(162), *typed])

    WrapUpCode.objects.create(code="billing", name="Bill explained")

    html = shown(admin_client, CALLER, language)

    for title in titles:
        assert title in html
    assert "Bill explained (billing)" in html
    # The end of the call stands at its moment, not at that of the code.
    assert shown_end(CALLER) == at(162)


def shown_end(sid: str) -> datetime:
    found = moments(story_of(Call.objects.get(sid=sid)))
    (ended,) = [one.at for one in found if one.kind.code == "ended"]
    return ended


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Not ready, at the desk"), ("ja", "デスクで離席に変更")],
)
def test_act_at_the_desk_stands_on_the_page_of_the_leg_it_ends(
    admin_client, language, title
):
    leg = [
        event(0, "client/", "operator", sid=OPERATOR, MiniccDesk="1"),
        event(1, "operator/?in=1&step=1", "dial:support", sid=OPERATOR),
        event(
            40,
            Act.NOT_READY.path,
            sid=OPERATOR,
            Operator="client:sato",
            Reason="Mittagspause",
        ),
        end(41, sid=OPERATOR),
    ]
    load_events(leg)

    html = shown(admin_client, OPERATOR, language)

    assert title in html
    assert "Mittagspause" in html
