"""The page of a call: what it shows, to whom, at what cost, and the ways to it."""

import re
from html import unescape

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from callcenter.demo.setup.installation import install
from callcenter.models import Call, WebhookEvent
from callcenter.numbers import phone_number
from callcenter.tests.samples import NAMES, expected, file_of
from callcenter.upkeep.intake import load
from reports.tests.admin import rows
from reports.tests.admin.history.test_history import changelist, links, page
from reports.timeline import page as timeline

pytestmark = pytest.mark.django_db


def shown(client, call: Call, language: str = "en", **query: str) -> str:
    response = client.get(page(call), query, headers={"accept-language": language})
    assert response.status_code == 200
    return unescape(response.content.decode())


def titles(html: str) -> list[str]:
    """The facts of the lines, without links and marks."""
    found = re.findall(r'<p class="moment-title">(.*?)</p>', html, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in found]


def sample(name: str) -> Call:
    """A recorded call, in the installation it was recorded in."""
    install()
    load(file_of(name))
    return Call.objects.get(sid=expected(name)["calls"][0]["sid"])


def whole_call() -> Call:
    """A call with one of everything, and the operator's leg."""
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


def test_answered_call_reads_from_ring_to_wrap_up(admin_client):
    html = shown(admin_client, sample("01-answered"))

    assert titles(html) == [
        "Incoming call",
        "メインメニュー is played",
        "メインメニュー: “1” → サポート",
        "Enters the queue サポート",
        "Position announced: 1",
        "佐藤 陽子 takes the caller",
        "Talk begins",
        "佐藤 陽子: talk ended",
        "Caller hung up",
        "End of the call confirmed",
        "佐藤 陽子: ready",
    ]
    assert "Wait 0:00:31 (11 s over the target of 20 s)" in html
    assert "operator ready for 0:10:33" in html
    assert re.findall(r"<dd>(\d:\d\d:\d\d)</dd>", html) == [
        "0:00:08",
        "0:00:31",
        "0:00:03",
        "0:02:00",
        "0:02:42",
    ]


def test_title_is_the_caller_and_the_time(admin_client):
    call = sample("01-answered")

    english = shown(admin_client, call)
    japanese = shown(admin_client, call, "ja")

    heading = r"<h1>(.*?)<span class=\"call-when\">(.*?)</span></h1>"
    assert re.findall(heading, english) == [("050-0040-6207 ", "5 Oct 2026, 10:15")]
    assert re.findall(heading, japanese) == [("050-0040-6207 ", "2026/10/05(月) 10:15")]
    assert "<title>050-0040-6207 5 Oct 2026, 10:15 | MiniCC</title>" in english


def test_each_line_has_its_local_time_and_the_seconds_since_the_ring(admin_client):
    html = shown(admin_client, sample("01-answered"))

    times = re.findall(
        r'datetime="([^"]+)">\s*([\d:]+)<span class="[^"]*">([^<]+)<', html
    )
    assert times[5] == ("2026-10-05T10:15:39.108961+09:00", "10:15:39", "+0:00:39")


def test_line_of_another_day_names_the_day(admin_client):
    html = shown(admin_client, sample("16-overnight"), "ja")

    assert (
        re.findall(r'<span class="moment-day">(.*?)</span>', html) == ["10/17(土)"] * 4
    )


def test_page_of_a_call_links_to_all_that_hangs_on_it(admin_client):
    call = whole_call()
    rows.make_event()
    rows.make_entry(rows.make_call(caller="+81312345670"))
    entry = call.queue_entries.get()
    own, of_the_leg = WebhookEvent.objects.order_by("id")[:2]
    leg = Call.objects.get(sid=of_the_leg.call_sid)

    assert set(links(admin_client, page(call))) == {
        page(row)
        for row in (
            call.ivr_steps.get(),
            entry,
            entry.connections.get(),
            entry.abandoned_call,
            entry.callback_request,
            call.voicemails.get(),
            call.recordings.get(),
            leg,
            own,
            of_the_leg,
        )
    }


def test_page_of_an_operator_leg_links_to_the_callers_it_took(admin_client):
    leg = rows.make_call(kind="operator", caller="+815000000201")
    taken = rows.make_connection(leg_sid=leg.sid)
    rows.make_connection()
    state = rows.make_state(leg, seconds=0)
    talking = rows.make_state(leg, seconds=30)
    talking.state = "talking"
    talking.save()

    found = links(admin_client, page(leg))

    assert found == [page(state), page(taken.entry.call)]


def test_long_leg_is_cut_and_says_where_the_rest_is(admin_client, monkeypatch):
    monkeypatch.setattr(timeline, "MOST_LINES", 2)
    leg = rows.make_call(kind="operator", caller="+815000000201")
    for number in range(3):
        rows.make_state(leg, seconds=number)

    html = shown(admin_client, leg)

    assert len(titles(html)) == 2
    assert f'href="/admin/callcenter/operatorstate/?q={leg.sid}"' in html
    assert f'href="/admin/callcenter/webhookevent/?q={leg.sid}"' in html


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_leg_has_a_page(admin_client, name, language):
    install()
    load(file_of(name))

    for call in Call.objects.all():
        html = shown(admin_client, call, language)
        assert titles(html)
        assert "%(" not in html
        assert "style=" not in html


def test_missing_exit_is_a_line_of_its_own(admin_client):
    html = shown(admin_client, sample("09-lost-exit"))

    assert "No exit was received missing" in titles(html)
    assert "Outcome: unknown" in html
    assert "6 received, 1 missing, none inferred" in html


def test_call_that_could_not_be_derived_says_so_and_calls_nothing_missing(
    admin_client,
):
    call = sample("01-answered")
    WebhookEvent.objects.filter(call_sid=call.sid).update(
        derived_at=None, derivation_error="ValueError: impossible"
    )

    html = shown(admin_client, call)

    assert "8 received, derivation failed" in html
    assert "missing" not in html


def test_inferred_outcome_carries_a_badge(admin_client):
    html = shown(admin_client, sample("08-system-error-early-hang-up"))

    assert "Caller hung up while waiting inferred" in titles(html)
    assert "none missing, 1 inferred" in html


def test_withheld_number_has_no_other_calls_and_no_country(admin_client):
    call = sample("14-withheld-number")

    html = shown(admin_client, call)

    assert "<h1>Withheld " in html
    assert "This caller on this day" not in html
    assert "Calls of this caller" not in html
    assert "<dt>Country</dt>" not in html


def test_caller_without_a_number_is_shown_by_the_address(admin_client):
    call = rows.make_call(caller="sip:desk@example.com")

    assert "<h1>sip:desk@example.com " in shown(admin_client, call)


def test_other_calls_of_the_day_are_those_of_the_same_number(admin_client):
    call = rows.make_call()
    # 15:00 UTC is midnight in Tokyo.
    for hour, minute, second in ((14, 59, 59), (15, 0, 0)):
        moment = rows.START.replace(hour=hour, minute=minute, second=second)
        rows.make_call(started_at=moment, ended_at=None)
    rows.make_call(caller="+81312345679")

    html = shown(admin_client, call)

    others = re.search(r'<ol class="other-calls">(.*?)</ol>', html, re.DOTALL)
    assert others is not None
    assert re.findall(r">(\d\d:\d\d)</time>", others[1]) == ["10:02", "23:59"]
    assert "Calls of this caller: 3" in html


@pytest.mark.parametrize(
    "caller", ["+81312345678", "0312345678", "sip:desk@pbx.example.com", "+12015550123"]
)
def test_count_of_a_callers_calls_is_that_of_the_list_and_of_a_search(
    admin_client, caller
):
    for number in (caller, caller, "+81312345678", "0312345678", "+44312345678"):
        call = rows.make_call(caller=number)
    call = Call.objects.filter(caller=caller)[0]

    html = shown(admin_client, call)

    [count] = re.findall(r"Calls of this caller: (\d+)", html)
    [link] = re.findall(r'class="btn" href="([^"]*/call/\?[^"]*)"', html)
    behind = admin_client.get(link.replace("&amp;", "&"))
    searched = admin_client.get(changelist("call"), {"q": phone_number(caller)})
    counts = [page.context["cl"].result_count for page in (behind, searched)]
    assert counts == [int(count)] * 2
    assert int(count) == (4 if "312345678" in caller else 2)


def test_count_of_very_many_calls_is_not_said_to_be_the_total(
    admin_client, monkeypatch
):
    monkeypatch.setattr(timeline, "MOST_COUNTED", 2)
    for _ in range(3):
        call = rows.make_call()

    assert "Calls of this caller: more than 2" in shown(admin_client, call)


def test_sealed_call_says_that_its_raw_events_are_gone(admin_client):
    call = whole_call()
    Call.objects.filter(pk=call.pk).update(sealed_at=rows.after(900))
    WebhookEvent.objects.all().delete()

    html = shown(admin_client, call)

    assert "The raw events of this call are gone" in html
    assert "POST /twilio/" not in html
    assert "missing" not in html
    assert titles(html)[:3] == [
        "Incoming call",
        "main: “1” → support",
        "Enters the queue support",
    ]


def test_call_of_which_nothing_is_known_but_the_sid_has_a_page(admin_client):
    call = rows.make_call(
        caller="", line="", started_at=None, ended_at=None, duration_seconds=None
    )

    assert "Withheld" in shown(admin_client, call)


def test_raw_webhooks_are_shown_only_to_those_who_may_see_events(staff):
    call = whole_call()
    client = staff("view_call", "view_queueentry")

    html = shown(client, call)

    assert "POST /twilio/" not in html
    assert "Open all raw data" not in html
    assert set(links(client, page(call))) == {
        page(call.queue_entries.get()),
        page(Call.objects.get(kind="operator")),
    }


def test_raw_webhooks_stand_folded_below_their_line_or_all_open(staff):
    call = whole_call()
    client = staff("view_call", "view_webhookevent", "view_numbers")

    folded, opened = shown(client, call), shown(client, call, raw="open")

    assert folded.count('<details class="raw">') == 2
    assert opened.count('<details class="raw" open>') == 2
    assert "<dt>From</dt>\n        <dd>+81312345678</dd>" in folded


def test_visitor_and_staff_without_the_permission_see_no_page(client, staff):
    call = rows.make_call()

    assert client.get(page(call)).status_code == 302
    assert staff("view_queueentry").get(page(call)).status_code == 403


def test_numbers_of_callers_are_masked_everywhere_for_whom_they_are_secret(staff):
    call = sample("01-answered")
    everything = [f"view_{name}" for name in rows.ALL]

    html = shown(staff(*everything), call, raw="open")

    assert "<h1>*********6207 " in html
    for number in ("+815000406207", "050-0040-6207", "815000406207"):
        assert number not in html
    # Raw webhooks need the permission to see numbers as well.
    assert "POST /twilio/" not in html
    assert "Calls of this caller" not in html


@pytest.mark.parametrize("rows_of_each", [1, 3])
def test_page_of_a_call_asks_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, rows_of_each
):
    call = rows.make_call()
    for number in range(1, rows_of_each + 1):
        rows.make_step(call, step=number)
        entry = rows.make_entry(call, visit=number)
        leg = rows.make_call(kind="operator", caller="+815000000201")
        rows.make_connection(entry, leg_sid=leg.sid)
        rows.make_abandoned(entry)
        rows.make_callback(entry)
        rows.make_recording(call)
        rows.make_voicemail(call)
        rows.make_state(leg, seconds=29 + number)
        rows.make_event(call.sid, number)
        taken = {"kind": "connect", "queue": "support", "other_sid": leg.sid}
        rows.make_event(call.sid, 30, **taken)

    # A server reads it once, and keeps it.
    ContentType.objects.get_for_model(Call)
    # Session, user, the call; eleven of what hangs on it and its legs; six of names;
    # the caller's day and how many calls there are.
    with django_assert_num_queries(22):
        admin_client.get(page(call))


@pytest.mark.parametrize("rows_of_each", [1, 3])
def test_dial_actions_that_name_nobody_cost_three_queries_more(
    admin_client, django_assert_num_queries, rows_of_each
):
    call = rows.make_call()
    for number in range(1, rows_of_each + 1):
        entry = rows.make_entry(call, visit=number)
        leg = rows.make_call(kind="operator", caller="+815000000201")
        rows.make_connection(entry, leg_sid=leg.sid)
        rows.make_event(call.sid, 30, kind="connect", other_sid=leg.sid)
        nobody = {"kind": "operator-done", "other_sid": rows.sid()}
        rows.make_event(leg.sid, 90, **nobody)

    ContentType.objects.get_for_model(Call)
    # To whom the leg was given meanwhile; whether the caller named is a sealed one;
    # which queue a QueueSid is.
    with django_assert_num_queries(25):
        admin_client.get(page(call))


@pytest.mark.parametrize("rows_taken", [1, 3])
def test_page_of_an_operator_leg_asks_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, rows_taken
):
    leg = rows.make_call(kind="operator")
    for number in range(rows_taken):
        rows.make_connection(leg_sid=leg.sid)
        rows.make_state(leg, seconds=number)

    ContentType.objects.get_for_model(Call)
    with django_assert_num_queries(13):
        admin_client.get(page(leg))


@pytest.mark.parametrize(
    "name",
    [
        "queueentry",
        "connection",
        "ivrstep",
        "abandonedcall",
        "recording",
        "voicemail",
        "callbackrequest",
        "operatorstate",
    ],
)
def test_every_list_of_what_hangs_on_calls_leads_to_the_timeline(admin_client, name):
    row = rows.HISTORY[name]()
    call = row.call if hasattr(row, "call") else row.entry.call

    assert page(call) in links(admin_client, changelist(name))
    assert page(call) in links(admin_client, page(row))


def test_event_leads_to_the_timelines_of_its_legs(admin_client):
    call, leg = rows.make_call(), rows.make_call(kind="operator")
    event = rows.make_event(call.sid, other_sid=leg.sid)
    by_sid = reverse("admin:callcenter_call_sid", args=[call.sid])

    assert by_sid in admin_client.get(changelist("webhookevent")).content.decode()
    assert by_sid in admin_client.get(page(event)).content.decode()
    assert admin_client.get(by_sid).headers["location"] == page(call)


def test_sid_of_no_call_leads_to_the_list_with_a_sentence(admin_client):
    url = reverse("admin:callcenter_call_sid", args=["CA" + "f" * 32])

    response = admin_client.get(url, follow=True, headers={"accept-language": "en"})

    assert response.redirect_chain == [(changelist("call"), 302)]
    assert "No call is known under this SID." in response.content.decode()
