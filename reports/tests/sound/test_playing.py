"""Voicemail and recordings are played through us, by whom may, and are recorded."""

import re
import socket
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from callcenter.audio import playing
from callcenter.models import AccessRecord, Recording, Voicemail
from callcenter.reasons import Explained, Reason
from callcenter.standin import sound
from callcenter.twilio_api.media import BeyondEnd, Part
from reports.sound import views
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
SEE_MESSAGES = ("view_call", "view_voicemail", "play_voicemail")
SEE_TALKS = ("view_call", "view_recording", "play_recordings")
URL = "https://api.twilio.com/2010-04-01/Accounts/AC/Recordings/RE"


@pytest.fixture
def twilio(monkeypatch):
    """Twilio with files as long as their rows say; keeps what was asked of it."""
    asked = []

    def fetch(sid, first, most):
        asked.append((sid, first, most))
        file = sound.tone(60 if Recording.objects.filter(recording_sid=sid) else 10)
        if first >= len(file):
            raise BeyondEnd(len(file))
        return Part(file[first : first + most], first, len(file))

    monkeypatch.setattr(playing, "fetch", fetch)
    return asked


@pytest.fixture
def failing(monkeypatch):
    """Twilio that fails for a reason."""

    def fail(reason):
        def fetch(sid, first, most):
            raise Explained(reason, "a detail")

        monkeypatch.setattr(playing, "fetch", fetch)

    return fail


def noted():
    """The record of access, without that somebody logged in."""
    return AccessRecord.objects.exclude(kind="login")


def message(**fields):
    row = rows.make_voicemail()
    Voicemail.objects.update(url=URL, **fields)
    row.refresh_from_db()
    return row


def talk(**fields):
    row = rows.make_recording()
    Recording.objects.update(url=URL, **fields)
    row.refresh_from_db()
    return row


def audio(row):
    name = {Voicemail: "voicemail", Recording: "recording"}[type(row)]
    return reverse(f"admin:{name}_audio", args=[row.pk])


def deletion(row):
    return audio(row).replace("/audio/", "/deletion/")


def play(client, row, part=""):
    headers = ENGLISH | ({"range": part} if part else {})
    return client.get(audio(row), headers=headers)


@pytest.mark.parametrize(
    ("may", "make", "seconds"), [(SEE_MESSAGES, message, 10), (SEE_TALKS, talk, 60)]
)
def test_whole_file_is_sent_in_a_type_of_ours(staff, twilio, may, make, seconds):
    answer = play(staff(*may), make())

    assert answer.status_code == 200
    assert answer.content == sound.tone(seconds)
    assert answer["Content-Type"] == "audio/wav"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Accept-Ranges"] == "bytes"
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert "media-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("part", "said", "length"),
    [
        ("bytes=0-", "bytes 0-99999/160044", 100_000),
        ("bytes=0-1", "bytes 0-1/160044", 2),
        ("bytes=160000-", "bytes 160000-160043/160044", 44),
    ],
)
def test_player_gets_the_part_that_it_asks_for(
    staff, twilio, monkeypatch, part, said, length
):
    monkeypatch.setattr(views, "LARGEST_PART", 100_000)

    answer = play(staff(*SEE_MESSAGES), message(), part)

    assert answer.status_code == 206
    assert answer["Content-Range"] == said
    assert len(answer.content) == length


def test_part_behind_the_end_is_said_to_be_there(staff, twilio):
    answer = play(staff(*SEE_MESSAGES), message(), "bytes=160044-")

    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */160044")
    assert not noted().exists()


def test_file_too_long_to_be_sent_at_once_is_played_in_parts(
    staff, twilio, monkeypatch
):
    monkeypatch.setattr(views, "LARGEST_WHOLE", 1000)
    client, row = staff(*SEE_MESSAGES), message()

    assert play(client, row).status_code == 413
    assert play(client, row, "bytes=0-99").status_code == 206


@pytest.mark.parametrize(
    ("may", "make"),
    [
        (("view_voicemail", "play_recordings", "view_recording"), message),
        (("play_voicemail",), message),
        (("view_recording", "play_voicemail", "view_voicemail"), talk),
        (("view_recording", "delete_audio"), talk),
    ],
)
def test_nobody_else_hears_it_and_twilio_is_not_asked(staff, twilio, may, make):
    assert play(staff(*may), make()).status_code == 403
    assert twilio == []
    assert not noted().exists()


def test_visitors_are_led_to_the_log_in(client, twilio):
    answer = play(client, message())

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")
    assert twilio == []


@pytest.mark.parametrize(
    ("group", "allowed"),
    [
        ("Operator", {"message"}),
        ("Supervisor", {"message", "talk"}),
        ("Administrator", {"message", "talk", "deletion"}),
    ],
)
def test_what_each_group_may(member, twilio, group, allowed):
    client, spoken, recorded = member(group), message(), talk()

    found = {
        "message": play(client, spoken).status_code == 200,
        "talk": play(client, recorded).status_code == 200,
        "deletion": client.post(deletion(spoken)).status_code == 302,
    }

    assert {what for what, is_done in found.items() if is_done} == allowed


def test_listening_is_recorded_once_however_many_parts_it_has(staff, twilio):
    client, row = staff(*SEE_MESSAGES), message()
    began = rows.after(1000)
    with time_machine.travel(began, tick=False):
        for part in ("bytes=0-1", "bytes=0-", "bytes=100000-", ""):
            play(client, row, part)
    with time_machine.travel(began + timedelta(seconds=69), tick=False):
        # Not from its beginning: nobody listens without a record.
        play(client, row, "bytes=500-")
    (record,) = noted()
    assert (record.kind, record.username, record.at) == (
        "voicemail-played",
        "staff",
        began,
    )
    assert record.subject == f"{row.recording_sid} {row.call.sid}"

    with time_machine.travel(began + timedelta(seconds=71), tick=False):
        play(client, row, "bytes=500-")

    assert noted().count() == 2


def test_another_listener_and_another_recording_are_recorded_too(
    staff, twilio, admin_client
):
    client, row, other = staff(*SEE_MESSAGES, *SEE_TALKS), message(), talk()

    for who, what in ((client, row), (client, other), (admin_client, row)):
        play(who, what)

    assert sorted(noted().values_list("kind", "username")) == [
        ("recording-played", "staff"),
        ("voicemail-played", "admin"),
        ("voicemail-played", "staff"),
    ]


@pytest.mark.parametrize(
    ("reason", "status", "said"),
    [
        (Reason.RECORDING_GONE, 404, "The recording is not at Twilio, or not there"),
        (Reason.RECORDING_TOO_LONG, 413, "The recording is too long to be fetched."),
        (Reason.MANY_LISTENERS, 503, "Many people are listening at this moment"),
        (Reason.TWILIO_NOT_SET_UP, 503, "MiniCC has no credentials to ask Twilio"),
        (Reason.TWILIO_SLOW, 504, "Twilio did not answer in time."),
        (Reason.TWILIO_UNREACHABLE, 502, "Twilio cannot be reached."),
        (Reason.TWILIO_CREDENTIALS, 502, "Twilio refuses our credentials"),
    ],
)
def test_what_fails_is_a_plain_sentence(staff, failing, reason, status, said):
    failing(reason)

    answer = play(staff(*SEE_MESSAGES), message(), "bytes=0-")

    assert answer.status_code == status
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith(f"This cannot be played: {said}")
    # What a technician asks for stands in the log.
    assert "a detail" not in answer.content.decode()
    assert not noted().exists()


def test_many_listeners_leave_threads_for_others(staff, twilio, monkeypatch):
    monkeypatch.setattr(playing, "_PATIENCE_SECONDS", 0.01)
    held = [playing._places.acquire(blocking=False) for _ in range(3)]
    try:
        answer = play(staff(*SEE_MESSAGES), message())
    finally:
        for _ in filter(None, held):
            playing._places.release()

    assert (answer.status_code, twilio) == (503, [])


@pytest.mark.parametrize("column", ["deleted_at", "deletion_asked_at"])
def test_what_is_deleted_or_to_be_is_played_to_nobody(staff, twilio, column):
    row = message(**{column: rows.after(9000)})

    answer = play(staff(*SEE_MESSAGES), row)

    said = {
        "deleted_at": "Deleted at Twilio on 22 Nov 2026.",
        "deletion_asked_at": "It is being deleted at Twilio.",
    }
    assert (answer.status_code, answer.content.decode()) == (410, said[column])
    assert twilio == []


def test_in_the_demo_a_tone_plays_and_nobody_is_asked(staff, twilio, settings):
    settings.DEMO = True

    answer = play(staff(*SEE_MESSAGES), message(), "bytes=44-99")

    assert answer.content == sound.tone(10)[44:100]
    assert twilio == []


@pytest.fixture
def stand_in(settings):
    """A program of this machine that is asked in place of Twilio, and listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        settings.TWILIO_API_BASE_URL = f"http://127.0.0.1:{port}"
        settings.DEMO = True
        yield listening


def test_in_the_demo_a_tone_plays_while_no_stand_in_listens(staff, twilio, stand_in):
    """What a telephone of the demo left, the server's own stand-in has recorded."""
    stand_in.close()

    answer = play(staff(*SEE_MESSAGES), message(), "bytes=44-99")

    assert answer.content == sound.tone(10)[44:100]
    assert twilio == []


@pytest.mark.usefixtures("stand_in")
def test_in_the_demo_the_stand_in_that_listens_is_asked(staff, twilio):
    row = message()

    assert play(staff(*SEE_MESSAGES), row, "bytes=44-99").status_code == 206
    assert [sid for sid, *_ in twilio] == [row.recording_sid]


@pytest.mark.usefixtures("stand_in")
def test_in_the_demo_a_tone_plays_for_what_the_stand_in_does_not_have(
    staff, failing, settings
):
    failing(Reason.RECORDING_GONE)
    row, user = message(), staff(*SEE_MESSAGES)

    answer = play(user, row, "bytes=44-99")
    settings.DEMO = False
    gone = play(user, row, "bytes=44-99")

    assert answer.content == sound.tone(10)[44:100]
    assert gone.status_code != 206


def test_unknown_row_is_not_found(admin_client):
    for pk in (99, 10**30):
        assert admin_client.get(f"/admin/voicemail/{pk}/audio/").status_code == 404
    assert admin_client.post(audio(message())).status_code == 405


def test_wish_to_delete_is_kept_recorded_and_told(admin_client, twilio, settings):
    row = message()
    page = row_page(row)
    assert (
        "Delete at Twilio" in admin_client.get(page, headers=ENGLISH).content.decode()
    )
    assert admin_client.get(deletion(row)).status_code == 405

    answer = admin_client.post(deletion(row), headers=ENGLISH, follow=True)
    admin_client.post(deletion(row))

    html = answer.content.decode()
    assert answer.redirect_chain == [(page, 302)]
    assert "The audio will be deleted at Twilio within minutes." in html
    assert "It is being deleted at Twilio." in html
    assert "<audio" not in html
    assert "Delete at Twilio" not in html
    (record,) = noted()
    assert (record.kind, record.username) == ("audio-deletion", "admin")
    row.refresh_from_db()
    assert row.deletion_asked_at is not None


def row_page(row):
    return reverse(f"admin:callcenter_{row._meta.model_name}_change", args=[row.pk])


def changelist(row):
    return reverse(f"admin:callcenter_{row._meta.model_name}_changelist")


@pytest.mark.parametrize(("may", "make"), [(SEE_MESSAGES, message), (SEE_TALKS, talk)])
@pytest.mark.parametrize("place", ["timeline", "row", "list"])
def test_pages_have_a_player_for_those_who_may_hear_it(staff, may, make, place):
    row = make()
    url = {
        "timeline": row_page(row.call),
        "row": row_page(row),
        "list": changelist(row),
    }[place]

    html = staff(*may).get(url, headers=ENGLISH).content.decode()

    assert audio(row) in html
    assert 'src="/static/reports/player.js"' in html
    assert ("<audio controls preload" in html) == (place != "list")
    assert "twilio.com" not in html


@pytest.mark.parametrize(
    ("may", "make"), [(SEE_MESSAGES[:2], message), (SEE_TALKS[:2], talk)]
)
@pytest.mark.parametrize("place", ["timeline", "row", "list"])
def test_others_see_the_row_and_neither_player_nor_address(staff, may, make, place):
    row = make()
    url = {
        "timeline": row_page(row.call),
        "row": row_page(row),
        "list": changelist(row),
    }[place]

    html = staff(*may).get(url, headers=ENGLISH).content.decode()

    length = "0:00:10" if make is message else "0:01:00"
    assert length in html
    for secret in ("twilio.com", "<audio", "/audio/", "/deletion/"):
        assert secret not in html


def test_message_and_its_recording_are_one_player_that_operators_may_use(member):
    row = message()
    rows.make_recording(row.call)
    Recording.objects.update(recording_sid=row.recording_sid, url=URL)

    for group in ("Operator", "Supervisor"):
        html = member(group).get(row_page(row.call), headers=ENGLISH).content.decode()
        assert re.findall(r'<audio [^>]*src="([^"]+)"', html) == [audio(row)]


def test_conversation_is_heard_on_the_callers_timeline(staff):
    call = rows.make_call()
    leg = rows.make_call(kind="operator", caller="+815000000201")
    recording = rows.make_recording(leg)
    Recording.objects.update(caller_sid=call.sid)
    client = staff(*SEE_TALKS)

    html = client.get(row_page(call), headers=ENGLISH).content.decode()
    listed = client.get(changelist(recording), headers=ENGLISH).content.decode()

    assert audio(recording) in html
    assert "The recording begins" in html
    assert f"/admin/callcenter/call/sid/{call.sid}/" in listed


def test_list_finds_a_conversation_by_its_callers_number(admin_client):
    call = rows.make_call(caller="+81398765432")
    recording = rows.make_recording(rows.make_call(kind="operator"))
    Recording.objects.update(caller_sid=call.sid)
    rows.make_recording()

    for term in ("03-9876-5432", call.sid):
        found = admin_client.get(changelist(recording), {"q": term})
        assert [row.pk for row in found.context["cl"].result_list] == [recording.pk]


def test_address_of_twilio_is_in_no_raw_request_of_a_page(admin_client):
    call = rows.make_call()
    event = rows.make_event(call.sid)
    event.params |= {"RecordingUrl": URL, "RecordingSid": "RE1"}
    event.save()

    for url in (row_page(call), row_page(event)):
        html = admin_client.get(url, headers=ENGLISH).content.decode()
        assert "RecordingUrl" in html
        assert "not shown" in html
        assert URL not in html


@pytest.mark.parametrize("make", [message, talk])
@pytest.mark.parametrize("code", ["csv", "json", "xlsx"])
def test_address_of_twilio_is_in_no_file(admin_client, make, code):
    row = make()
    name = f"admin:callcenter_{row._meta.model_name}_export"

    answer = admin_client.get(reverse(name, args=[code]), {"at_once": "1"})
    content = b"".join(answer) if answer.streaming else answer.content

    assert answer.status_code == 200
    assert row.recording_sid.encode() in content or code == "xlsx"
    assert b"api.twilio.com" not in content
