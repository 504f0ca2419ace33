"""The rows of admin lists for files: complete, in order, looked up and not joined."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation

from callcenter.models import Call, Connection, QueueEntry
from reports.export import lists
from reports.export.columns import LISTS
from reports.export.lists import Listed, ListTable
from reports.tests.factories import (
    CALLER,
    LINE,
    NOON,
    OPERATOR,
    make_call,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
    sid,
)

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")


def local(moment: datetime) -> datetime:
    return moment.astimezone(TOKYO).replace(tzinfo=None)


def table(
    rows: QuerySet[Any], *, may_see_numbers: bool = True, **how: Any
) -> ListTable:
    known: dict[str, Any] = {"is_short": False, "is_searched": False} | how
    period = rows.model._default_manager.all()
    return ListTable(
        Listed(rows, period, **known),
        LISTS[rows.model],
        TOKYO,
        may_see_numbers=may_see_numbers,
    )


@pytest.fixture
def small(monkeypatch) -> None:
    """Pages and windows of two and three rows."""
    monkeypatch.setattr(lists, "PAGE_ROWS", 2)
    monkeypatch.setattr(lists, "WINDOW_ROWS", 3)


def test_row_of_an_entry_names_queue_operator_caller_and_line():
    make_queue(name="サポート")
    make_operator()
    connection = make_connection(make_entry(left_at=NOON + timedelta(seconds=70)))
    entry = connection.entry

    with translation.override("ja"):
        found = table(QueueEntry.objects.all())

    assert dict(zip(found.codes, next(found.shown()), strict=True)) == {
        "entered_at": local(NOON),
        "left_at": local(NOON + timedelta(seconds=70)),
        "queue": "サポート",
        "outcome": "応答",
        "overflow_reason": "",
        "wait_seconds": timedelta(seconds=10),
        "target_seconds": timedelta(seconds=20),
        "position": None,
        "visit": 1,
        "operator": "佐藤",
        "operator_number": OPERATOR,
        "is_inferred": "いいえ",
        "is_lost_while_connecting": "いいえ",
        "caller": CALLER,
        "line": LINE,
        "call_sid": entry.call.sid,
    }
    assert found.head[:3] == ["キュー入り日時", "退出日時", "キュー"]
    assert found.kinds[:3] == [datetime, datetime, str]


def test_row_for_programs_has_codes_seconds_and_moments_with_their_offset():
    make_queue()
    make_connection()

    found = table(QueueEntry.objects.all())

    row = dict(zip(found.codes, next(found.raw()), strict=True))
    assert (row["entered_at"], row["queue"], row["outcome"], row["wait_seconds"]) == (
        "2026-10-20T12:00:00+09:00",
        "support",
        "answered",
        10,
    )
    assert (row["left_at"], row["operator"], row["is_inferred"]) == (
        None,
        OPERATOR,
        False,
    )


def test_operator_of_an_entry_is_the_last_who_took_the_caller():
    entry = make_entry()
    make_connection(entry, operator="+815000000202")
    make_connection(entry, operator="client:hana")

    found = table(QueueEntry.objects.all())

    assert next(found.shown())[found.codes.index("operator")] == "client:hana"


@pytest.mark.parametrize("makes", [1, 3])
def test_page_costs_the_same_however_many_rows_it_has(makes, django_assert_num_queries):
    for at in range(makes):
        make_connection(make_entry(NOON + timedelta(seconds=at)))
    found = table(QueueEntry.objects.all())

    # The entries, their calls, their connections.
    with django_assert_num_queries(3):
        assert len(list(found.shown())) == makes
    assert found.count == makes


HOW: list[dict[str, bool]] = [
    {"is_short": True},
    {"is_searched": False},
    {"is_searched": True},
]


@pytest.mark.parametrize("how", HOW)
def test_every_row_stands_once_newest_first_those_without_moment_last(small, how):
    # Five of one moment stand on several pages, and on one side of a window's edge.
    seconds = [0, 1, 2, 2, 2, 2, 2, 3, 4, 5, 6]
    calls = [make_call(NOON + timedelta(seconds=each)) for each in seconds]
    undated = [Call.objects.create(sid=sid()) for at in range(3)]

    found = table(Call.objects.all(), **how)

    sids = [row[found.codes.index("sid")] for row in found.raw()]
    dated = sorted(calls, key=lambda call: (call.started_at, call.pk), reverse=True)
    assert sids == [call.sid for call in [*dated, *reversed(undated)]]


@pytest.mark.parametrize("how", HOW)
def test_filter_over_another_table_leaves_its_rows_only(small, how):
    entries = [make_entry(NOON + timedelta(seconds=at // 2)) for at in range(12)]
    wanted = [entries[at] for at in (0, 3, 4, 5, 11)]
    for entry in wanted:
        make_connection(entry)
    taken = Connection.objects.filter(entry=OuterRef("pk"), operator=OPERATOR)

    found = table(QueueEntry.objects.filter(Exists(taken)), **how)

    sids = [row[found.codes.index("call_sid")] for row in found.raw()]
    assert sids == [entry.call.sid for entry in reversed(wanted)]


def test_rows_are_read_while_the_file_is_written(small, django_assert_num_queries):
    for at in range(6):
        make_call(NOON + timedelta(seconds=at))
    rows = table(Call.objects.all()).shown()

    with django_assert_num_queries(1):
        next(rows), next(rows)
    with django_assert_num_queries(1):
        next(rows)


@pytest.mark.parametrize("read", [ListTable.shown, ListTable.raw])
def test_numbers_are_masked_but_not_those_of_operators(
    read: Callable[[ListTable], Any],
):
    make_call(caller="+81312345678")
    make_call(caller="", started_at=NOON - timedelta(seconds=1))
    make_call(caller=OPERATOR, kind="operator", started_at=NOON - timedelta(seconds=2))

    found = table(Call.objects.all(), may_see_numbers=False)

    place = found.codes.index("caller")
    assert [row[place] for row in read(found)] == ["********5678", "", OPERATOR]
    assert found.is_masked
    assert not table(Call.objects.all()).is_masked


def test_codes_of_a_file_are_known_apart():
    for spec in LISTS.items():
        found = table(spec[0]._default_manager.all())
        assert len(set(found.codes)) == len(found.codes)
        assert len(set(found.head)) == len(found.head)
