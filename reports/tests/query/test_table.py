"""The rows of lists: complete, in order, looked up and not joined."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.test import RequestFactory
from django.utils import translation

from callcenter.models import AbandonedCall, Call, Connection, FollowUp, QueueEntry
from reports.definitions import LISTS, REPORTS
from reports.export.sheet import Sheet
from reports.models import ExportAudit
from reports.query import keyset, table, values
from reports.query.keyset import Listed
from reports.query.table import Reading
from reports.tests.admin import rows as made
from reports.tests.factories import (
    CALLER,
    LINE,
    NOON,
    OPERATOR,
    make_abandoned,
    make_call,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
    selection,
    sid,
)

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")


def local(moment: datetime) -> datetime:
    return moment.astimezone(TOKYO).replace(tzinfo=None)


def reading(
    rows: QuerySet[Any], *, may_see_numbers: bool = True, **how: Any
) -> Reading:
    known: dict[str, Any] = {"is_short": False, "is_filtered": False} | how
    listed = Listed(rows, rows.model._default_manager.all(), **known)
    return LISTS[rows.model].read_listed(listed, may_see_numbers=may_see_numbers)


def codes_of(read: Reading) -> list[str]:
    return [column.code for column in read.columns]


def column_of(read: Reading, code: str) -> list[Any]:
    place = codes_of(read).index(code)
    return [row[place] for row in read.rows()]


@pytest.fixture
def small(monkeypatch) -> None:
    """Pages and windows of two and three rows."""
    monkeypatch.setattr(keyset, "PAGE_ROWS", 2)
    monkeypatch.setattr(keyset, "WINDOW_ROWS", 3)


def test_row_of_an_entry_names_queue_operator_caller_and_line():
    make_queue(name="サポート")
    make_operator()
    connection = make_connection(make_entry(left_at=NOON + timedelta(seconds=70)))
    entry = connection.entry

    with translation.override("ja"):
        sheet = Sheet(reading(QueueEntry.objects.all()), TOKYO, labels=True, typed=True)
    [[row]] = sheet.blocks()

    assert dict(zip(sheet.codes, row, strict=True)) == {
        "call_sid": entry.call.sid,
        "visit": 1,
        "queue": "サポート",
        "entered_at": local(NOON),
        "left_at": local(NOON + timedelta(seconds=70)),
        "wait_seconds": timedelta(seconds=10),
        "outcome": "応答",
        "overflow_reason": None,
        "queue_result": None,
        "position": None,
        "operator": "佐藤",
        "operator_call_sid": connection.operator_call_sid,
        "connections": 1,
        "talk_seconds": timedelta(seconds=60),
        "talk_source": "オペレーターのDial結果",
        "inferred": "いいえ",
        "lost_while_connecting": "いいえ",
        "target_seconds": timedelta(seconds=20),
        "operator_number": OPERATOR,
        "caller": CALLER,
        "line": LINE,
        "line_number": LINE,
    }
    assert sheet.head[2:5] == ["キュー", "待ち開始日時", "退出日時"]
    assert sheet.types[2:6] == [str, datetime, datetime, timedelta]


def test_row_for_programs_has_codes_seconds_and_moments_with_their_offset():
    make_queue()
    make_connection()

    read = reading(QueueEntry.objects.all())
    sheet = Sheet(read, TOKYO, labels=False, typed=False)
    [[cells]] = sheet.blocks()

    row = dict(zip(sheet.codes, cells, strict=True))
    assert (row["entered_at"], row["queue"], row["outcome"], row["wait_seconds"]) == (
        "2026-10-20T12:00:00+09:00",
        "support",
        "answered",
        10,
    )
    assert (row["left_at"], row["operator"], row["inferred"]) == (None, OPERATOR, False)


def test_operator_of_an_entry_is_the_last_who_took_the_caller():
    entry = make_entry()
    make_connection(entry, operator="+815000000202")
    make_connection(entry, operator="client:hana")

    assert column_of(reading(QueueEntry.objects.all()), "operator") == ["client:hana"]


@pytest.mark.parametrize("makes", [1, 3])
def test_page_costs_the_same_however_many_rows_it_has(makes, django_assert_num_queries):
    for at in range(makes):
        make_connection(make_entry(NOON + timedelta(seconds=at)))
    found = reading(QueueEntry.objects.all())

    # The entries, their calls, their connections.
    with django_assert_num_queries(3):
        assert len(list(found.rows())) == makes
    assert found.count == makes


HOW: list[dict[str, bool]] = [
    {"is_short": True},
    {"is_filtered": False},
    {"is_filtered": True},
]


@pytest.mark.parametrize("how", HOW)
def test_every_row_stands_once_newest_first_those_without_moment_last(small, how):
    # Five of one moment stand on several pages, and on one side of a window's edge.
    seconds = [0, 1, 2, 2, 2, 2, 2, 3, 4, 5, 6]
    calls = [make_call(NOON + timedelta(seconds=each)) for each in seconds]
    undated = [Call.objects.create(sid=sid()) for at in range(3)]

    found = reading(Call.objects.all(), has_undated=True, **how)

    sids = column_of(found, "call_sid")
    dated = sorted(calls, key=lambda call: (call.started_at, call.pk), reverse=True)
    assert sids == [call.sid for call in [*dated, *reversed(undated)]]


@pytest.mark.parametrize("how", HOW)
def test_filter_over_another_table_leaves_its_rows_only(small, how):
    entries = [make_entry(NOON + timedelta(seconds=at // 2)) for at in range(12)]
    wanted = [entries[at] for at in (0, 3, 4, 5, 11)]
    for entry in wanted:
        make_connection(entry)
    taken = Connection.objects.filter(entry=OuterRef("pk"), operator=OPERATOR)

    sids = column_of(
        reading(QueueEntry.objects.filter(Exists(taken)), **how), "call_sid"
    )

    assert sids == [entry.call.sid for entry in reversed(wanted)]


def test_rows_are_read_while_the_file_is_written(
    small, monkeypatch, django_assert_num_queries
):
    for at in range(6):
        make_call(NOON + timedelta(seconds=at))
    monkeypatch.setattr(table, "BLOCK_ROWS", 2)
    blocks = reading(Call.objects.all()).blocks()

    # A page of calls, and who answered them.
    with django_assert_num_queries(2):
        next(blocks)
    with django_assert_num_queries(2):
        next(blocks)


def test_numbers_are_masked_but_not_those_of_operators():
    make_call(caller="+81312345678")
    make_call(caller="", started_at=NOON - timedelta(seconds=1))
    make_call(caller=OPERATOR, kind="operator", started_at=NOON - timedelta(seconds=2))

    found = reading(Call.objects.all(), may_see_numbers=False)

    assert column_of(found, "caller") == ["********5678", None, OPERATOR]
    assert found.is_masked
    assert not reading(Call.objects.all()).is_masked


@pytest.mark.parametrize("report", [each for each in REPORTS if each.slug == "calls"])
def test_numbers_are_masked_unless_somebody_says_that_they_may_be_seen(report):
    make_call(caller="+81312345678")

    found = report.read(selection())

    assert column_of(found, "caller") == ["********5678"]


def test_codes_and_heads_of_a_table_are_known_apart():
    for table_ in [*LISTS.values(), *REPORTS]:
        codes = [column.code for column in table_.columns]
        heads = [column.heading for column in table_.columns]
        assert len(set(codes)) == len(codes)
        assert len(set(heads)) == len(heads)


def listed_in_the_admin(model: type[Model]) -> QuerySet[Any]:
    request = RequestFactory().get("/")
    found: QuerySet[Any] = site.get_model_admin(model).get_queryset(request)
    return found


@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize("may_see_numbers", [True, False])
def test_row_of_a_page_and_row_of_a_file_hold_the_same(model, may_see_numbers):
    name = str(model._meta.model_name)
    if name == "exportaudit":
        ExportAudit.objects.create(
            started_at=NOON, username="hana", subject="calls", is_masked=True
        )
    else:
        made.ALL[name]()
    rows = listed_in_the_admin(model)

    found = list(reading(rows, may_see_numbers=may_see_numbers).rows())

    assert found
    assert found == [
        tuple(
            values.value_of(column, row, may_see_numbers=may_see_numbers)
            for column in LISTS[model].columns
        )
        for row in rows
    ]


def test_work_on_a_caller_reads_the_same_on_a_page_and_in_a_file():
    hana = User.objects.create_user("hana")
    abandoned = make_abandoned(recovered_at=NOON + timedelta(seconds=90))
    FollowUp.objects.create(
        abandoned_call=abandoned, attempts=2, claimed_by=hana, claimed_at=NOON
    )
    entry = make_connection(make_entry(NOON, outcome="answered")).entry
    make_connection(entry, connected_at=NOON, talk_seconds=5, operator="client:a")

    for model in (AbandonedCall, QueueEntry):
        rows = listed_in_the_admin(model)
        assert list(reading(rows).rows()) == [
            tuple(
                values.value_of(column, row, may_see_numbers=True)
                for column in LISTS[model].columns
            )
            for row in rows
        ]
