"""The links from a number to its rows: the list shows what a report counted."""

from datetime import date

import pytest

from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    IvrStep,
    OperatorState,
    QueueEntry,
)
from reports.admin.filters import selection_of
from reports.present.links import list_url
from reports.query.selection import Selection
from reports.query.waits import WaitSpan
from reports.tests.factories import (
    LINE,
    NOON,
    OPERATOR,
    make_abandoned,
    make_call,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
    make_step,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 20)
PAGE = "/admin/callcenter/queueentry/"


def test_list_of_everything_has_a_plain_address():
    assert list_url(QueueEntry) == PAGE
    assert list_url(QueueEntry, Selection()) == PAGE


def test_address_holds_what_is_asked_for():
    asked = Selection(
        first=DAY, queue="support", outcome="abandoned", search="+81 5678"
    )

    assert list_url(QueueEntry, asked) == (
        f"{PAGE}?outcome__exact=abandoned&in_queue=support&q=%2B81+5678"
        "&entered_at__first=2026-10-20"
    )


def test_list_cannot_be_asked_for_several_operators():
    with pytest.raises(ValueError, match="too many values"):
        list_url(QueueEntry, Selection(operators=("client:a", "client:b")))


ASKED = [
    (Call, Selection(first=DAY, last=DAY, kind="customer", outcome="answered")),
    (Call, Selection(first=DAY, line=LINE, operators=(OPERATOR,))),
    (Call, Selection(last=DAY, queue="support")),
    (QueueEntry, Selection(first=DAY, last=DAY, queue="support", outcome="answered")),
    (QueueEntry, Selection(first=DAY, line=LINE, operators=(OPERATOR,))),
    (QueueEntry, Selection(first=DAY, waited=WaitSpan(10, 30), counted="given_up")),
    (QueueEntry, Selection(last=DAY, waited=WaitSpan(None, 10))),
    (QueueEntry, Selection(first=DAY, counted="ab5-numerator")),
    (Connection, Selection(first=DAY, queue="support", operators=(OPERATOR,))),
    (AbandonedCall, Selection(first=DAY, last=DAY, queue="support", line=LINE)),
    (IvrStep, Selection(first=DAY, menu="main", line=LINE)),
    (OperatorState, Selection(first=DAY, operators=(OPERATOR,))),
]


@pytest.mark.parametrize(("model", "asked"), ASKED)
def test_list_shows_the_rows_of_the_selection_and_reads_it_back(
    admin_client, model, asked
):
    make_operator(client_identity="sato")
    make_queue("support")
    make_queue("sales")
    wanted = make_call(outcome="answered")
    make_connection(make_entry(call=wanted))
    make_step(call=wanted)
    make_abandoned()
    make_abandoned(NOON.replace(day=1), queue="sales")
    for at, other in (
        (NOON.replace(day=1), make_call(NOON.replace(day=1), outcome="answered")),
        (NOON, make_call(line="+815000000102", kind="operator")),
    ):
        entry = make_entry(at, call=other, queue="sales")
        make_connection(entry, operator="client:sato")
        make_step(at, call=other, menu="other")
        OperatorState.objects.create(
            call=other, operator="client:sato", started_at=NOON, state="ready"
        )
    OperatorState.objects.create(
        call=make_call(kind="outbound"),
        operator=OPERATOR,
        started_at=NOON,
        state="ready",
    )

    changelist = admin_client.get(list_url(model, asked)).context["cl"]

    moment = model._meta.ordering[0].removeprefix("-")
    rows = asked.of_period(model._default_manager.all(), moment)
    expected = set(rows.filter(asked.condition(model)))
    assert set(changelist.result_list) == expected
    assert expected
    assert len(expected) < model._default_manager.count()
    assert selection_of(changelist) == asked
