"""What history lists are asked for: hours, states, an order, and what nobody can read.

A list that was asked for what it cannot read shows no rows, and says why.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from callcenter.models import AbandonedCall, Call
from reports.admin import listing
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
DAY = {"started_at__first": "2026-11-22", "started_at__last": "2026-11-22"}


def changelist(name: str, app: str = "callcenter") -> str:
    return reverse(f"admin:{app}_{name}_changelist")


def listed(client, name: str, **query: str) -> list[int]:
    """The ids a list shows, as it orders them."""
    response = client.get(changelist(name), query)
    assert response.status_code == 200
    return [row.pk for row in response.context["cl"].result_list]


def said(client, name: str, **query: str) -> str:
    html = client.get(changelist(name), query, headers=ENGLISH).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def tokyo(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November by the clocks of Tokyo."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


def call_at(moment: datetime, **more):
    return rows.make_call(started_at=moment, ended_at=None, **more)


def test_hour_of_the_day_is_that_of_local_clocks_on_each_day(admin_client):
    found = [call_at(tokyo(21, 9)), call_at(tokyo(22, 9, 59))]
    for moment in (tokyo(21, 8, 59), tokyo(22, 10), tokyo(23, 9)):
        call_at(moment)

    assert listed(
        admin_client,
        "call",
        started_at__first="2026-11-21",
        started_at__last="2026-11-22",
        hour="9",
    ) == [each.pk for each in reversed(found)]


def test_entries_and_abandoned_calls_have_hours_too(admin_client):
    gone: dict[str, Any] = {"outcome": "abandoned", "left_at": None}
    early = rows.make_entry(entered_at=tokyo(22, 0, 30), **gone)
    late = rows.make_entry(entered_at=tokyo(22, 23, 59), **gone)
    abandoned = rows.make_abandoned(early)
    abandoned.abandoned_at = tokyo(22, 0, 31)
    abandoned.save()
    rows.make_abandoned(late)

    days = {"entered_at__first": "2026-11-22", "entered_at__last": "2026-11-22"}
    assert listed(admin_client, "queueentry", hour="0", **days) == [early.pk]
    assert listed(admin_client, "queueentry", hour="23", **days) == [late.pk]
    days = {"abandoned_at__first": "2026-11-22", "abandoned_at__last": "2026-11-22"}
    assert listed(admin_client, "abandonedcall", hour="0", **days) == [abandoned.pk]


def test_file_has_the_hour_that_the_list_has(admin_client):
    call_at(tokyo(22, 9))
    call_at(tokyo(22, 10))
    url = reverse("admin:callcenter_call_export", args=["csv"])

    data = b"".join(admin_client.get(url, {**DAY, "hour": "9"}).streaming_content)

    assert data.decode("utf-8-sig").count("2026-11-22 09:00:00") == 1
    assert "2026-11-22 10:00:00" not in data.decode("utf-8-sig")


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"started_at__last": "2026-11-22"},
        {"started_at__first": "2026-10-22", "started_at__last": "2026-11-22"},
    ],
)
def test_hour_without_a_short_period_lists_nothing_and_says_what_is_needed(
    admin_client, days
):
    call_at(tokyo(22, 9))

    assert listed(admin_client, "call", hour="9", **days) == []
    assert "needs a first and a last day, at most 31 days" in said(
        admin_client, "call", hour="9", **days
    )


def test_form_of_the_period_keeps_the_hour_and_presets_carry_it(admin_client):
    html = admin_client.get(changelist("call"), {**DAY, "hour": "9"}).content.decode()

    assert '<option value="9" selected>9:00–9:59</option>' in html
    presets = re.findall(r'href="(\?[^"]*started_at__first[^"]*)"', html)
    assert presets
    assert all("hour=9" in preset for preset in presets)


def test_abandoned_calls_are_filtered_by_the_state_of_the_work(
    admin_client, admin_user
):
    opened, recovered, withheld, taken = (rows.make_abandoned() for _ in range(4))
    recovered.recovered_at = rows.after(90)
    recovered.save()
    withheld.caller = ""
    withheld.save()
    follow_up = rows.make_follow_up(taken)
    follow_up.state, follow_up.claimed_by = "in_progress", admin_user
    follow_up.claimed_at = rows.after(60)
    follow_up.save()

    found = {
        state: listed(admin_client, "abandonedcall", state__exact=state)
        for state in ("open", "in_progress", "reached", "closed", "recovered")
    }

    assert found == {
        "open": [opened.pk],
        "in_progress": [taken.pk],
        "reached": [],
        "closed": [withheld.pk],
        "recovered": [recovered.pk],
    }


@time_machine.travel("2026-11-24T03:00:00Z", tick=False)
def test_rare_state_is_looked_for_in_the_last_days(admin_client):
    html = admin_client.get(changelist("abandonedcall")).content.decode()

    assert "?state__exact=reached&amp;abandoned_at__first=2026-10-25" in html


ORDERED: dict[str, tuple[str, Any]] = {
    "call": ("started_at", lambda wait: rows.make_call(wait_seconds=wait)),
    "queueentry": ("entered_at", lambda wait: rows.make_entry(wait_seconds=wait)),
    "abandonedcall": ("abandoned_at", rows.make_abandoned),
}


def waited(name: str, seconds: int) -> int:
    _moment, make = ORDERED[name]
    row = make() if name == "abandonedcall" else make(seconds)
    type(row)._default_manager.filter(pk=row.pk).update(wait_seconds=seconds)
    return int(row.pk)


@time_machine.travel("2026-11-24T03:00:00Z", tick=False)
@pytest.mark.parametrize("name", ORDERED)
def test_longest_wait_of_the_last_days_stands_first(admin_client, name):
    pks = {seconds: waited(name, seconds) for seconds in (5, 300, 20)}

    html = admin_client.get(changelist(name), headers=ENGLISH).content.decode()
    [link] = re.findall(r'<a href="([^"]+)">longest wait of the last 31 days', html)
    response = admin_client.get(changelist(name) + link.replace("&amp;", "&"))

    rows_shown = response.context["cl"].result_list
    assert [row.pk for row in rows_shown] == [pks[300], pks[20], pks[5]]
    assert "sort-help" not in response.content.decode()


@pytest.mark.parametrize("name", ORDERED)
def test_long_period_is_not_sorted_by_wait_and_the_page_says_why(admin_client, name):
    moment, _ = ORDERED[name]
    newest = [waited(name, seconds) for seconds in (5, 300, 20)][::-1]
    days = {f"{moment}__first": "2026-10-23", f"{moment}__last": "2026-11-23"}
    place = admin_client.get(changelist(name)).context["cl"].list_display
    order = [getattr(each, "__name__", "") for each in place].index("wait_seconds")

    assert listed(admin_client, name, o=f"-{order}", **days) == newest
    assert "choose a period of at most 31 days" in said(admin_client, name, **days)


def test_column_that_cannot_be_sorted_by_leaves_the_newest_first(admin_client):
    newest = call_at(tokyo(22, 12))
    oldest = call_at(tokyo(20, 12))
    between = call_at(tokyo(21, 12))

    assert listed(admin_client, "call", o="-6") == [
        each.pk for each in (newest, between, oldest)
    ]
    assert "This list cannot be sorted by “" in said(admin_client, "call", o="-6")
    assert "cannot be sorted" not in said(admin_client, "call")


UNREADABLE = [
    ("call", {"started_at__first": "yesterday"}, "Write the day as YYYY-MM-DD"),
    ("call", {"started_at__last": "2026-02-30"}, "Write the day as YYYY-MM-DD"),
    ("call", {"started_at__last": "9999-12-31"}, "Choose a day between 2000 and 2199"),
    (
        "call",
        {"started_at__first": "2026-11-23", "started_at__last": "2026-11-22"},
        "The last day is before the first",
    ),
    ("call", {**DAY, "hour": "24"}, "There is no hour “24”"),
    ("call", {**DAY, "hour": "nine"}, "There is no hour “nine”"),
    ("call", {"kind__exact": "nobody"}, "The filter “Kind” does not know “nobody”"),
    ("call", {"outcome__exact": "waiting"}, "does not know “waiting”"),
    ("call", {"on_line": "0"}, "The filter “Line” does not know “0”"),
    ("call", {"in_queue": "nowhere"}, "The filter “Queue” does not know “nowhere”"),
    ("call", {"by_operator": "99"}, "The filter “Operator” does not know “99”"),
    ("call", {"by_operator": "client:no"}, "does not know “client:no”"),
    ("call", {"p": "99"}, "There is no page “99” of this list"),
    ("call", {"p": "zzz"}, "There is no page “zzz” of this list"),
    ("call", {"o": "99"}, "There is no order “99” of this list"),
    ("call", {"o": "1.nonsense"}, "There is no order “1.nonsense” of this list"),
    ("ivrstep", {"at_menu": "nowhere"}, "The filter “Menu” does not know “nowhere”"),
    ("queueentry", {"now": "perhaps"}, "does not know “perhaps”"),
    ("abandonedcall", {"state__exact": "lost"}, "does not know “lost”"),
    ("operatorstate", {"state__exact": "asleep"}, "does not know “asleep”"),
    ("webhookevent", {"derivation": "perhaps"}, "does not know “perhaps”"),
]


@pytest.mark.parametrize(("name", "query", "sentence"), UNREADABLE)
def test_what_cannot_be_read_lists_nothing_and_says_what(
    admin_client, name, query, sentence
):
    for _ in range(2):
        rows.HISTORY[name]()

    assert listed(admin_client, name, **query) == []
    assert sentence in said(admin_client, name, **query)


@pytest.mark.parametrize(("name", "query", "sentence"), UNREADABLE)
def test_what_cannot_be_read_is_not_exported_either(
    admin_client, name, query, sentence
):
    rows.HISTORY[name]()
    url = reverse(f"admin:callcenter_{name}_export", args=["csv"])

    response = admin_client.get(url, query, follow=True, headers=ENGLISH)

    assert response.redirect_chain == [(changelist(name), 302)]
    html = response.content.decode()
    assert "Nothing was exported: " in html
    assert sentence in html


@time_machine.travel("2026-11-24T03:00:00Z", tick=False)
@pytest.mark.parametrize(
    "days",
    [{}, {"started_at__first": "2026-09-01", "started_at__last": "2026-11-22"}],
)
def test_hour_without_days_asks_for_days_and_offers_the_last_ones(admin_client, days):
    found = call_at(tokyo(22, 9))
    call_at(tokyo(22, 10))
    query = {**days, "hour": "9", "q": "5678"}

    html = admin_client.get(changelist("call"), query, headers=ENGLISH).content.decode()

    assert listed(admin_client, "call", **query) == []
    assert "Choose the days, too" in html
    assert "cannot be read" not in html
    [link] = re.findall(r'href="([^"]+)">9:00–9:59 of the last 31 days', html)
    assert "q=5678" in link
    response = admin_client.get(changelist("call") + link.replace("&amp;", "&"))
    assert [row.pk for row in response.context["cl"].result_list] == [found.pk]


def test_two_values_of_one_filter_are_not_read_as_the_last(admin_client):
    rows.make_call()
    url = f"{changelist('call')}?kind__exact=customer&kind__exact=operator"

    assert list(admin_client.get(url).context["cl"].result_list) == []


def test_empty_values_filter_nothing(admin_client):
    call = rows.make_call()

    query = {"kind__exact": "", "on_line": "", "started_at__first": "", "hour": ""}
    assert listed(admin_client, "call", **query) == [call.pk]


def test_queue_of_history_is_known_after_it_was_deleted(admin_client):
    entry = rows.make_entry(queue="gone")

    assert listed(admin_client, "queueentry", in_queue="gone") == [entry.pk]
    assert "Queue: gone" in said(admin_client, "queueentry", in_queue="gone")


def test_count_that_was_stopped_is_not_said_to_be_the_total(admin_client, monkeypatch):
    monkeypatch.setattr(listing, "MOST_LISTED", 2)
    for _ in range(2):
        rows.make_call()

    assert "more than" not in said(admin_client, "call")
    rows.make_call()
    shown = said(admin_client, "call", q="5678")

    # Beside the search, below the list, and on paper.
    assert shown.count("more than 2 entries") == 3
    html = admin_client.get(changelist("call")).content.decode()
    assert "2件以上" in html
    assert not re.search(r"\b[23]件(?!以上|目)", html.replace("最初の2件", ""))


def test_printed_list_says_period_filters_rows_and_when(admin_client):
    rows.make_queue("support", name="Help desk")
    for _ in range(3):
        rows.make_entry()
    query = {
        "entered_at__first": "2026-11-22",
        "entered_at__last": "2026-11-22",
        "hour": "10",
        "in_queue": "support",
        "outcome__exact": "answered",
        "q": "5678",
    }

    with time_machine.travel("2026-11-24T03:04:05Z", tick=False):
        response = admin_client.get(changelist("queueentry"), query, headers=ENGLISH)

    html = response.content.decode()
    paper = html.partition('<dl class="on-paper">')[2].partition("</dl>")[0]
    pairs = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", paper)
    assert [label for label, _text in pairs] == [
        "Entered at",
        "Queue",
        "Outcome",
        "Search",
        "Entries",
        "As of",
    ]
    texts = dict(pairs)
    assert texts["Entered at"].endswith("10:00–10:59")
    assert texts["Queue"] == "Help desk"
    assert texts["Outcome"].lower() == "answered"
    assert texts["Entries"] == "3 entries"
    assert "12:04:05" in texts["As of"]


def test_printed_page_of_a_long_list_says_which_rows_it_has(admin_client):
    for _ in range(51):
        rows.make_call()

    html = admin_client.get(changelist("call"), {"p": "2"}, headers=ENGLISH).content

    assert b"<dd>51 entries, rows 51 to 51</dd>" in html
    assert b"<dd>all days</dd>" in html


RECENT = [
    ("abandonedcall", 1),
    ("followup", 2),
    ("call", 2),
    ("ivrstep", 1),
    ("webhookevent", 1),
]


@pytest.mark.parametrize(("name", "count"), RECENT)
def test_filters_of_the_last_days_say_so(admin_client, name, count):
    rows.make_queue("support", name="Help desk")
    html = admin_client.get(changelist(name), headers=ENGLISH).content.decode()
    japanese = admin_client.get(changelist(name), headers={"accept-language": "ja"})

    sentence = "Searches the last 30 days. If you choose days, it searches those."
    assert html.count(sentence) == count
    sentence = "直近30日間から探します。期間を選ぶとその期間になります。"
    assert japanese.content.decode().count(sentence) == count


def test_filter_of_abandoned_calls_by_state_leads_to_the_work_list(admin_client):
    html = said(admin_client, "abandonedcall")

    assert "The work list shows all open ones, however old." in html


@pytest.mark.parametrize("name", ["call", "queueentry", "abandonedcall", "ivrstep"])
def test_withheld_number_of_a_customer_is_said_in_lists(admin_client, name):
    row = rows.HISTORY[name]()
    Call.objects.update(caller="", from_raw="anonymous")
    AbandonedCall.objects.update(caller="")

    html = admin_client.get(changelist(name)).content.decode()

    assert "非通知" in html
    assert row.pk in listed(admin_client, name)


def test_leg_of_an_operator_without_a_number_is_not_said_to_withhold_it(admin_client):
    rows.make_call(kind="operator", caller="", from_raw="client:sato")
    rows.make_call(kind="operator", caller="", from_raw="")

    assert "非通知" not in admin_client.get(changelist("call")).content.decode()
