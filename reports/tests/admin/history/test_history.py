"""Lists and pages of history: what they show, what they find, what they cost."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from callcenter.models import Call, Operator, WebhookEvent
from reports.admin import listing
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db


def changelist(name: str) -> str:
    return reverse(f"admin:callcenter_{name}_changelist")


def page(row) -> str:
    return reverse(f"admin:callcenter_{row._meta.model_name}_change", args=[row.pk])


def listed(client, name: str, **query: str) -> list[int]:
    """The ids a list shows, as it orders them."""
    response = client.get(changelist(name), query)
    assert response.status_code == 200
    return [row.pk for row in response.context["cl"].result_list]


def links(client, url: str) -> list[str]:
    """The pages of rows that a page links to, in its tables and fields."""
    html = client.get(url).content.decode()
    return re.findall(r'href="(/admin/callcenter/\w+/\d+/change/)"', html)


def whole_call() -> Call:
    """A call with one of everything, and an event of another leg that names it."""
    call = rows.make_call()
    rows.make_step(call)
    entry = rows.make_entry(call)
    leg = rows.make_call(kind="operator", caller="+815000000201")
    rows.make_connection(entry, leg_sid=leg.sid)
    rows.make_abandoned(entry)
    rows.make_recording(call)
    rows.make_voicemail(call)
    rows.make_callback(entry)
    rows.make_event(call.sid)
    rows.make_event(leg.sid, 30, other_sid=call.sid, kind="operator-done")
    return call


def test_call_is_followed_by_links_to_its_entry_and_on_to_its_event(admin_client):
    call = whole_call()
    entry = call.queue_entries.get()
    event = rows.make_event(
        call.sid, 12, kind="wait", queue="support", visit=1, decision="hold"
    )

    assert page(call) in links(admin_client, changelist("call"))
    assert page(entry) in links(admin_client, page(call))
    assert page(event) in links(admin_client, page(entry))
    assert page(call) in links(admin_client, page(event))
    assert page(entry) in links(admin_client, page(event))


def test_page_of_an_entry_links_to_its_events(admin_client):
    call = rows.make_call()
    entry = rows.make_entry(call, visit=2)
    asked = rows.make_event(call.sid, decision="enqueue:support/2")
    waited = rows.make_event(call.sid, 1, kind="wait", queue="support", visit=2)
    taken = rows.make_event(call.sid, 2, kind="connect", queue="support")
    rows.make_event(call.sid, 3, kind="wait", queue="support", visit=1)
    rows.make_event(call.sid, 4, kind="connect", queue="sales")
    rows.make_event(kind="wait", queue="support", visit=2)

    assert links(admin_client, page(entry)) == [
        page(row) for row in (call, asked, waited, taken)
    ]


@pytest.mark.parametrize(
    "name", ["connection", "ivrstep", "queueentry", "abandonedcall"]
)
def test_page_of_a_part_links_to_its_call(admin_client, name):
    row = rows.HISTORY[name]()
    call = row.entry.call if name == "connection" else row.call

    assert page(call) in links(admin_client, page(row))


def test_page_of_an_event_shows_its_form_escaped_and_why_derivation_failed(
    admin_client,
):
    event = rows.make_event(
        params={"From": "<script>", "Digits": ["1", "2"]},
        derived_at=None,
        derivation_error="ValueError: <odd>",
    )

    html = admin_client.get(page(event)).content.decode()

    assert '<tr><th scope="row">Digits</th><td>1, 2</td></tr>' in html
    assert '<tr><th scope="row">From</th><td>&lt;script&gt;</td></tr>' in html
    assert "<pre>ValueError: &lt;odd&gt;</pre>" in html


def test_events_are_filtered_by_how_their_derivation_went(admin_client):
    rows.make_event()
    pending = rows.make_event(derived_at=None)
    failed = rows.make_event(
        seconds=1, derived_at=None, derivation_error="ValueError: odd"
    )
    late = rows.make_event(derived_at=None, derivation_error=WebhookEvent.LATE)

    assert listed(admin_client, "webhookevent", derivation="pending") == [
        failed.pk,
        pending.pk,
    ]
    assert listed(admin_client, "webhookevent", derivation="failed") == [failed.pk]
    assert listed(admin_client, "webhookevent", derivation="late") == [late.pk]


def test_page_of_a_late_event_says_that_its_call_stays_as_it_is(admin_client):
    late = rows.make_event(derived_at=None, derivation_error=WebhookEvent.LATE)

    html = admin_client.get(page(late), headers={"accept-language": "en"}).content

    assert b"the call stays as it is." in html


@pytest.mark.parametrize(
    "term",
    [
        "+81312345678",
        "03-1234-5678",
        "０３ー１２３４ー５６７８",
        "0312345678",
        "5678",
        "(03) 1234 5678",
    ],
)
def test_number_is_found_however_it_is_written(admin_client, term):
    call = rows.make_call(caller="+81312345678")
    rows.make_call(caller="+81312345679")
    rows.make_call(caller="")
    entry = rows.make_entry(call)
    event = rows.make_event(call.sid)

    assert listed(admin_client, "call", q=term) == [call.pk]
    assert listed(admin_client, "queueentry", q=term) == [entry.pk]
    assert listed(admin_client, "webhookevent", q=term) == [event.pk]


@pytest.mark.parametrize("term", ["78", "support", "%", "CA00", "+", "5678a"])
def test_what_is_neither_a_number_nor_a_sid_finds_nothing(admin_client, term):
    rows.make_call(caller="+81312345678")

    assert listed(admin_client, "call", q=term) == []


def test_last_digits_find_no_number_that_has_them_elsewhere(admin_client):
    ending = rows.make_call(caller="+81312340101")
    rows.make_call(caller="+81301015678")

    assert listed(admin_client, "call", q="0101") == [ending.pk]


def test_sid_finds_the_leg_and_what_names_it(admin_client):
    call = whole_call()
    other = whole_call()
    leg_sid = call.queue_entries.get().connections.get().operator_call_sid

    assert listed(admin_client, "call", q=call.sid) == [call.pk]
    assert len(listed(admin_client, "webhookevent", q=call.sid)) == 2
    assert len(listed(admin_client, "connection", q=leg_sid)) == 1
    assert listed(admin_client, "queueentry", q=other.sid) == [
        other.queue_entries.get().pk
    ]


def test_period_takes_whole_local_days(admin_client):
    # 15:00 UTC is midnight in Tokyo.
    first = rows.make_call(
        started_at=rows.START.replace(hour=15, minute=0, second=0), ended_at=None
    )
    last = rows.make_call(
        started_at=rows.START.replace(day=23, hour=14, minute=59, second=59),
        ended_at=None,
    )
    for day, hour, minute, second in ((22, 14, 59, 59), (23, 15, 0, 0)):
        moment = rows.START.replace(day=day, hour=hour, minute=minute, second=second)
        rows.make_call(started_at=moment, ended_at=None)

    found = listed(
        admin_client,
        "call",
        started_at__first="2026-11-23",
        started_at__last="2026-11-23",
    )

    assert found == [last.pk, first.pk]


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_day_that_is_none_leads_back_to_the_list(admin_client, day):
    response = admin_client.get(
        changelist("call"), {"started_at__first": day, "started_at__last": day}
    )

    assert response.status_code in (200, 302)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("call", {"q": "\x00"}),
        ("call", {"q": "²³¹"}),
        ("call", {"on_line": "\x00"}),
        ("connection", {"by_operator": "²"}),
        ("connection", {"by_operator": "9" * 40}),
        ("webhookevent", {"derivation": "perhaps"}),
        ("call", {"p": "99"}),
        ("call", {"kind__exact": "nobody"}),
        ("queueentry", {"now": "perhaps"}),
        ("abandonedcall", {"_popup": "1", "_to_field": "id"}),
    ],
)
def test_odd_queries_break_no_list(admin_client, name, query):
    rows.HISTORY[name]()

    assert admin_client.get(changelist(name), query).status_code in (200, 302)


def test_period_keeps_the_other_filters(admin_client):
    html = admin_client.get(
        changelist("call"), {"kind__exact": "customer", "q": "5678"}
    ).content.decode()

    assert '<input type="hidden" name="kind__exact" value="customer">' in html
    assert '<input type="hidden" name="q" value="5678">' in html


@time_machine.travel("2026-11-24T03:00:00Z", tick=False)
def test_presets_of_a_period_are_local_days(admin_client):
    html = admin_client.get(changelist("call")).content.decode()
    _list, _, filters = html.partition('id="changelist-filter"')
    by_period, _, _others = filters.partition("</details>")

    assert re.findall(
        r"started_at__first=([\d-]+)&amp;started_at__last=([\d-]+)", by_period
    ) == [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23", "2026-11-24"),
        ("2026-11-16", "2026-11-22"),
        ("2026-11-01", "2026-11-24"),
        ("2026-10-01", "2026-10-31"),
    ]


def test_rows_are_filtered_by_the_names_of_the_setup(admin_client):
    rows.make_queue("support")
    operator = rows.make_operator(number="+815000000201")
    entry = rows.make_entry()
    rows.make_entry(queue="sales")
    connection = rows.make_connection(entry)

    assert listed(admin_client, "queueentry", in_queue="support") == [entry.pk]
    assert listed(admin_client, "connection", by_operator=str(operator.pk)) == [
        connection.pk
    ]
    assert listed(admin_client, "connection", by_operator="0") == []


@time_machine.travel("2026-11-24T03:00:00Z", tick=False)
def test_what_is_so_now_is_what_the_first_page_counts(admin_client):
    now = timezone.now()
    waiting, forgotten = (
        rows.make_entry(
            rows.make_call(heard_at=now - timedelta(seconds=seconds), ended_at=None),
            outcome="waiting",
        )
        for seconds in (5, 7200)
    )
    rows.make_entry()

    assert sorted(listed(admin_client, "queueentry", outcome__exact="waiting")) == [
        waiting.pk,
        forgotten.pk,
    ]
    assert listed(admin_client, "queueentry", now="1") == [waiting.pk]


@time_machine.travel("2026-11-24T03:00:00Z", tick=False)
def test_operators_at_work_are_those_of_whom_something_is_heard(admin_client):
    now = timezone.now()
    states = [
        rows.make_state(
            rows.make_call(kind="operator", heard_at=now - timedelta(minutes=minutes)),
            ended_at=ended_at,
        )
        for minutes, ended_at in ((5, None), (60, None), (1, now))
    ]

    assert listed(admin_client, "operatorstate", now="1") == [states[0].pk]
    assert listed(admin_client, "operatorstate", now="1", state__exact="talking") == []
    assert len(listed(admin_client, "operatorstate", state__exact="ready")) == 3


def test_calls_and_entries_are_filtered_by_what_hangs_on_them(admin_client):
    rows.make_line("+815000000101", queue=rows.make_queue("support"))
    operator = rows.make_operator(number="+815000000201")
    taken = rows.make_entry()
    connection = rows.make_connection(taken)
    step = rows.make_step(taken.call)
    elsewhere = rows.make_entry(
        rows.make_call(line="+815000000102"), queue="sales", outcome="abandoned"
    )
    rows.make_abandoned(elsewhere)

    by = {"by_operator": str(operator.pk)}
    assert listed(admin_client, "call", in_queue="support") == [taken.call_id]
    assert listed(admin_client, "call", **by) == [taken.call_id]
    assert listed(admin_client, "queueentry", **by) == [taken.pk]
    assert listed(admin_client, "queueentry", on_line="+815000000101") == [taken.pk]
    assert listed(admin_client, "connection", in_queue="support") == [connection.pk]
    assert listed(admin_client, "connection", in_queue="sales") == []
    assert listed(admin_client, "ivrstep", on_line="+815000000101") == [step.pk]
    assert listed(admin_client, "abandonedcall", on_line="+815000000101") == []


@time_machine.travel("2026-11-24T03:00:00Z", tick=False)
def test_what_no_index_of_the_list_knows_is_looked_for_in_the_last_days(admin_client):
    rows.make_queue("support")

    html = admin_client.get(changelist("call")).content.decode()

    links = re.findall(r'href="(\?[^"]*in_queue[^"]*)"', html)
    assert [link.replace("&amp;", "&") for link in links] == [
        "?in_queue=support&started_at__first=2026-10-25"
    ]


@time_machine.travel("2026-11-24T03:00:00Z", tick=False)
def test_kind_of_an_event_is_looked_for_in_the_last_days_or_those_chosen(admin_client):
    def offered(**query: str) -> str:
        html = admin_client.get(changelist("webhookevent"), query).content.decode()
        links = re.findall(r'href="(\?[^"]*kind__exact=fallback[^"]*)"', html)
        assert len(links) == 1
        return str(links[0]).replace("&amp;", "&")

    assert offered() == "?kind__exact=fallback&received_at__first=2026-10-25"
    assert offered(received_at__first="2026-01-01") == (
        "?kind__exact=fallback&received_at__first=2026-01-01"
    )


def test_long_list_is_counted_no_further_than_it_goes(admin_client, monkeypatch):
    monkeypatch.setattr(listing, "MOST_LISTED", 2)
    for _ in range(3):
        rows.make_call()

    html = admin_client.get(
        changelist("call"), headers={"accept-language": "en"}
    ).content.decode()

    assert "Only the first 2 rows are listed" in html


def test_durations_and_numbers_read_as_people_write_them(admin_client):
    rows.make_entry(wait_seconds=3695)

    html = admin_client.get(changelist("queueentry")).content.decode()

    assert '<td class="field-caller">03-1234-5678</td>' in html
    assert '<td class="field-wait_seconds">1:01:35</td>' in html


def test_queue_operator_and_menu_are_called_by_their_names(admin_client):
    rows.make_queue("support", name="Support desk")
    rows.make_menu("main", name="Main menu")
    rows.make_operator("Hana Sato", number="+815000000201")
    connection = rows.make_connection()
    rows.make_step()
    rows.make_state()

    def cell(name: str, code: str) -> str:
        html = admin_client.get(changelist(name)).content.decode()
        [found] = re.findall(rf'<td class="field-{code}">([^<]*)</td>', html)
        return str(found)

    assert cell("queueentry", "queue") == "Support desk"
    assert cell("queueentry", "operator") == "Hana Sato"
    assert cell("queueentry", "talk_seconds") == "0:01:00"
    assert cell("connection", "operator") == "Hana Sato"
    assert cell("connection", "queue") == "Support desk"
    assert cell("ivrstep", "menu") == "Main menu"
    assert cell("operatorstate", "operator") == "Hana Sato"
    assert "Support desk" in admin_client.get(page(connection.entry)).content.decode()


def test_what_has_no_name_any_more_keeps_its_code(admin_client):
    rows.make_connection()

    html = admin_client.get(changelist("connection")).content.decode()

    assert '<td class="field-queue">support</td>' in html
    assert '<td class="field-operator">050-0000-0201</td>' in html


def test_link_from_a_report_names_an_operator_as_history_does(admin_client):
    rows.make_operator(number="+815000000201", client_identity="sato")
    connection = rows.make_connection()
    by_browser = rows.make_connection()
    by_browser.operator = "client:sato"
    by_browser.save()

    found = listed(admin_client, "connection", by_operator="client:sato")
    both = listed(
        admin_client, "connection", by_operator=str(Operator.objects.get().pk)
    )

    assert found == [by_browser.pk]
    assert sorted(both) == [connection.pk, by_browser.pk]


# Session, user, count, rows, what the filters and columns read beside them, and the
# names of queues, operators, lines, menus and messages.
LIST_QUERIES = {
    "call": 10,
    "queueentry": 11,
    "connection": 10,
    "ivrstep": 11,
    "abandonedcall": 9,
    "recording": 6,
    "voicemail": 8,
    "callbackrequest": 8,
    "operatorstate": 7,
    "webhookevent": 7,
}


@pytest.mark.parametrize("rows_in_list", [1, 3])
@pytest.mark.parametrize("name", rows.HISTORY)
def test_list_asks_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, name, rows_in_list
):
    for _ in range(rows_in_list):
        rows.HISTORY[name]()

    with django_assert_num_queries(LIST_QUERIES[name]):
        admin_client.get(changelist(name))
