"""Recordings by REST: list, read, delete."""

from datetime import date, timedelta

import pytest

from callcenter.standin.calls.recordings import Recording
from callcenter.tests.standin.rest.client import ask, raw, refusal
from callcenter.tests.standin.server import ACCOUNT, CALLER, LINE, START, Server

GONE = (404, 20404)


def record(exchange, number, call_sid="", days=0):
    sid = f"RE{number:032x}"
    call_sid = call_sid or exchange.new_leg(CALLER, LINE, "inbound").sid
    began = START + timedelta(days=days)
    recording = Recording(sid, call_sid, "RecordVerb", began, 12, "")
    exchange.recordings[sid] = recording
    return recording


def test_recording_is_told_whole_under_the_account_and_under_its_call():
    async def story(exchange, client):
        one = record(exchange, 1)
        account = f"/2010-04-01/Accounts/{ACCOUNT.sid}"
        place = f"{account}/Recordings/{one.sid}"
        shared = {
            "sid": one.sid,
            "account_sid": ACCOUNT.sid,
            "api_version": "2010-04-01",
            "call_sid": one.call_sid,
            "conference_sid": None,
            "channels": 1,
            "source": "RecordVerb",
            "status": "completed",
            "error_code": None,
            "date_created": "Tue, 24 Nov 2026 00:00:00 +0000",
            "date_updated": "Tue, 24 Nov 2026 00:00:12 +0000",
            "start_time": "Tue, 24 Nov 2026 00:00:00 +0000",
            "duration": "12",
            "price": None,
            "price_unit": "USD",
            "encryption_details": None,
        }
        assert raw(exchange, "GET", f"Recordings/{one.sid}.json") == (
            200,
            shared
            | {
                "media_url": f"https://api.twilio.com{place}",
                "subresource_uris": {
                    "add_on_results": f"{place}/AddOnResults.json",
                    "transcriptions": f"{place}/Transcriptions.json",
                },
                "uri": f"{place}.json",
            },
        )
        of_call = f"Calls/{one.call_sid}/Recordings/{one.sid}.json"
        assert raw(exchange, "GET", of_call) == (
            200,
            shared | {"track": "both", "uri": f"{account}/{of_call}"},
        )
        assert client.recordings(one.sid).fetch().duration == "12"
        recordings = client.calls(one.call_sid).recordings
        assert recordings(one.sid).fetch().track == "both"

    ask(Server({}), story)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [3, 2, 1]),
        ({"date_created": date(2026, 11, 25)}, [2]),
        ({"date_created_after": date(2026, 11, 25)}, [3, 2]),
        ({"date_created_before": date(2026, 11, 25)}, [2, 1]),
        ({"conference_sid": "CF" + "0" * 32}, []),
    ],
)
def test_list_shows_what_passes_the_filters_newest_first(filters, expected):
    async def story(exchange, client):
        recordings = [record(exchange, number, days=number - 1) for number in (1, 2, 3)]
        shown = [one.sid for one in client.recordings.list(**filters)]
        assert shown == [recordings[number - 1].sid for number in expected]

    ask(Server({}), story)


def test_list_of_a_call_shows_its_own_only():
    async def story(exchange, client):
        first, other = record(exchange, 1), record(exchange, 2)
        second = record(exchange, 3, first.call_sid)
        by_call = client.calls(first.call_sid).recordings
        by_filter = client.recordings
        assert [one.sid for one in by_call.list()] == [second.sid, first.sid]
        assert [one.sid for one in by_filter.list(call_sid=other.call_sid)] == [
            other.sid
        ]
        assert refusal(by_call(other.sid).fetch)[:2] == GONE
        nowhere = f"Calls/CA{'0' * 32}/Recordings.json"
        assert raw(exchange, "GET", nowhere)[0] == 404

    ask(Server({}), story)


@pytest.mark.parametrize("under", ["account", "call"])
def test_deleted_recording_is_told_only_to_who_asks_for_deleted_ones(under):
    async def story(exchange, client):
        gone, stays = record(exchange, 1), record(exchange, 2)
        where = client if under == "account" else client.calls(gone.call_sid)

        assert where.recordings(gone.sid).delete()

        assert [one.sid for one in client.recordings.list()] == [stays.sid]
        assert client.calls(gone.call_sid).recordings.list() == []
        assert refusal(client.recordings(gone.sid).fetch)[:2] == GONE
        assert refusal(client.recordings(gone.sid).delete)[:2] == GONE
        every = client.recordings.list(include_soft_deleted=True)
        assert [one.status for one in every] == ["completed", "deleted"]
        read = client.recordings(gone.sid).fetch(include_soft_deleted=True)
        assert read.status == "deleted"

    ask(Server({}), story)
