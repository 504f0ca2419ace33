"""What is derived of recordings: whom they are of, and their deletion. No database."""

import pytest

from callcenter.models import Recording, Voicemail
from callcenter.routes import DELETED_PATH, DELETION_ASKED_PATH
from callcenter.tests.history.derived import derived
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OTHER_CALLER,
    at,
    choose,
    event,
    ring,
    sign_in,
)

SID = "RE" + "a" * 32
OTHER = "RE" + "b" * 32


def recorded(seconds, sid=SID, *, leg=CALLER, step=""):
    path = f"recording/?step={step}" if step else "recording/"
    return event(seconds, path, sid=leg, RecordingSid=sid, RecordingStatus="completed")


def connect(seconds, step, caller=CALLER):
    return event(
        seconds,
        f"connect/?step={step}&queue=support&rec=1",
        "announce",
        sid=caller,
        DequeingCallSid=OPERATOR,
    )


def asked(seconds, sid=SID, leg=CALLER):
    moment = at(seconds).isoformat()
    return event(99, DELETION_ASKED_PATH, sid=leg, RecordingSid=sid, At=moment)


def deleted(seconds, sid=SID, leg=CALLER):
    moment = at(seconds).isoformat()
    return event(99, DELETED_PATH, sid=leg, RecordingSid=sid, At=moment)


def test_recording_of_an_operators_dial_is_of_the_caller_whom_it_took():
    history = derived(
        *sign_in(-300),
        connect(36, 7),
        connect(136, 12, OTHER_CALLER),
        # Ready only after the next caller was taken.
        recorded(140, SID, leg=OPERATOR, step=7),
        recorded(240, OTHER, leg=OPERATOR, step=12),
        sid=OPERATOR,
    )

    assert {row.recording_sid: row.caller_sid for row in history.recordings} == {
        SID: CALLER,
        OTHER: OTHER_CALLER,
    }


def test_of_two_callers_whom_one_dial_took_the_last_was_recorded():
    history = derived(
        *sign_in(-300),
        connect(36, 7),
        connect(40, 7, OTHER_CALLER),
        recorded(140, leg=OPERATOR, step=7),
        sid=OPERATOR,
    )

    assert [row.caller_sid for row in history.recordings] == [OTHER_CALLER]


@pytest.mark.parametrize("step", ["", "9"])
def test_recording_whose_caller_no_request_names_is_of_nobody_known(step):
    history = derived(
        *sign_in(-300),
        connect(36, 7),
        recorded(140, leg=OPERATOR, step=step),
        sid=OPERATOR,
    )

    assert [row.caller_sid for row in history.recordings] == [""]


def test_recording_of_a_callers_own_leg_is_of_that_caller():
    history = derived(ring(), recorded(60, step=3))

    assert [row.caller_sid for row in history.recordings] == [CALLER]


def voicemail(seconds, sid=SID):
    return event(seconds, "voicemail/support/1/", "goodbye", RecordingSid=sid)


def test_deletion_is_of_one_recording_and_the_first_moment_counts():
    events = [
        ring(),
        choose(5),
        voicemail(60),
        recorded(70),
        recorded(80, OTHER),
        asked(500),
        asked(400),
        deleted(900),
        deleted(1000),
    ]

    for order in (events, events[::-1]):
        history = derived(*order)
        rows: list[Recording | Voicemail] = [*history.recordings, *history.voicemails]
        assert sorted(
            (
                type(row).__name__,
                row.recording_sid,
                row.deletion_asked_at,
                row.deleted_at,
            )
            for row in rows
            if row.recording_sid == SID
        ) == [
            ("Recording", SID, at(400), at(900)),
            ("Voicemail", SID, at(400), at(900)),
        ]
        other = [row for row in rows if row.recording_sid == OTHER]
        assert [(row.deletion_asked_at, row.deleted_at) for row in other] == [
            (None, None)
        ]


def test_deletion_moves_no_other_fact_of_the_call():
    before, after = (
        derived(ring(), choose(5), voicemail(60), *more)
        for more in ([], [asked(400), deleted(900)])
    )

    assert before.call is not None
    assert after.call is not None
    columns = [one.attname for one in before.call._meta.concrete_fields]
    changed = [
        one for one in columns if getattr(before.call, one) != getattr(after.call, one)
    ]
    # Received with the last request of the call; here it came later than that.
    assert changed == ["heard_at"]


@pytest.mark.parametrize("text", ["", "soon", "2026-10-05T01:00:00", "9999-12-31"])
def test_moment_that_cannot_be_read_is_that_of_the_event(text):
    odd = event(99, DELETED_PATH, RecordingSid=SID, At=text)

    (row,) = derived(ring(), recorded(60), odd).recordings

    assert row.deleted_at == at(99)


def test_leg_known_only_from_recordings_and_their_deletion_is_no_call():
    assert derived(recorded(0), deleted(9)).call is None
