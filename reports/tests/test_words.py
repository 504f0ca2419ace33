"""Words decided once, in Japanese. No database."""

import pytest
from django.utils.translation import gettext, override

from callcenter.models import Call
from reports.definitions.calls import CallsReport
from reports.definitions.records import OperatorStates
from reports.worklist import files


def labels(columns) -> dict[str, str]:
    with override("ja"):
        return {column.code: str(column.label) for column in columns}


def test_counts_of_a_call_are_headed_as_counts():
    headed = labels(CallsReport.columns)

    assert [headed[code] for code in ("ivr_steps", "entries", "connections")] == [
        *("IVRステップの数", "待ち呼の数", "接続の数")
    ]
    assert headed["duration_seconds"] == "通話の長さ"


def test_state_of_an_operator_has_a_length_and_is_no_call():
    assert labels(OperatorStates.columns)["duration_seconds"] == "長さ"


def test_file_of_the_work_list_calls_people_as_its_page_does():
    assert labels(files.COLUMNS)["handled_by"] == "担当者"


def test_who_ended_a_call_is_called_as_on_its_timeline():
    with override("ja"):
        assert str(Call.DisconnectedBy.CALLER.label) == "お客様"


@pytest.mark.parametrize(
    ("message", "name", "text"),
    [
        ("Select %s to change", "ユーザー", "変更するユーザーの選択"),
        ("Select %s to view", "ユーザー", "表示するユーザーの選択"),
        ("Select %s", "ユーザー", "ユーザーの選択"),
    ],
)
def test_titles_of_lists_have_no_spaces(message, name, text):
    with override("ja"):
        assert gettext(message) % name == text


def test_what_exists_already_is_said_without_spaces():
    names = {"model_name": "オペレーター", "field_label": "電話番号"}

    with override("ja"):
        said = gettext("%(model_name)s with this %(field_label)s already exists.")

    assert said % names == "この電話番号のオペレーターはすでにあります。"
