"""Numbers of old calls are forgotten, and those of others stay."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from callcenter.forgotten import is_forgotten
from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    HalfForgotten,
)
from callcenter.routes import WRAP_UP_PATH
from callcenter.tests.everywhere import places_of
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive_together
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    OPERATOR,
    OPERATOR_NUMBER,
    OTHER_CALLER,
    at,
    choose,
    end,
    event,
    ring,
    sign_in,
)
from callcenter.tests.upkeep.forgotten_story import (
    DAY,
    LAST_CALL,
    abandoned,
    answered,
    apart_from_hashes,
    rebuild_everything,
    story,
    written_by_people,
)
from callcenter.upkeep.forgetting import (
    forget_old_numbers,
)
from callcenter.upkeep.pruning import prune
from minicc.values import days_to_keep

pytestmark = pytest.mark.django_db


def test_numbers_are_forgotten_by_the_age_of_the_call():
    receive_together(*sign_in(), *abandoned(0), *answered(DAY), end(DAY, sid=OPERATOR))
    receive_together(*abandoned(3 * DAY, LAST_CALL))
    recovered = AbandonedCall.objects.get(call__sid=CALLER).recovered_at

    first = forget_old_numbers(at(3 * DAY), days=2)
    callers = dict(Call.objects.values_list("sid", "caller"))
    rebuild_everything()
    second = forget_old_numbers(at(4 * DAY), days=2)

    assert (first.calls, second.calls) == (1, 1)
    assert is_forgotten(callers[CALLER])
    assert callers[OTHER_CALLER] == callers[LAST_CALL] == CALLER_NUMBER
    assert recovered
    assert AbandonedCall.objects.get(call__sid=CALLER).recovered_at == recovered
    # The calls are joined again, as those of one caller.
    assert Call.objects.get(sid=OTHER_CALLER).caller == callers[CALLER]
    assert HalfForgotten.objects.get().caller == CALLER_NUMBER
    assert Call.objects.get(sid=OPERATOR).caller == OPERATOR_NUMBER
    assert forget_old_numbers(at(4 * DAY), days=2).is_nothing
    forget_old_numbers(at(9 * DAY), days=2)
    assert places_of(CALLER_NUMBER) == []


@pytest.mark.parametrize("is_sealed", [False, True])
def test_number_in_the_note_of_an_old_conversation_goes_too(is_sealed):
    note = event(
        300,
        WRAP_UP_PATH,
        sid=OTHER_CALLER,
        OperatorLeg=OPERATOR,
        Code="claim",
        Note=f"call {CALLER_NUMBER} again",
        From="",
        To="",
    )
    receive_together(*sign_in(), *answered(0), note, end(400, sid=OPERATOR))
    if is_sealed:
        prune(at(DAY), really=True)

    forget_old_numbers(at(9 * DAY), days=1)

    row = Connection.objects.get()
    assert (row.wrap_up_code, row.note) == ("claim", "call *** again")
    assert places_of(CALLER_NUMBER) == []
    if not is_sealed:
        rebuild_everything()
        assert Connection.objects.get().note == "call *** again"


def test_what_is_typed_and_noted_about_an_old_call_goes_with_its_number():
    receive_together(*[one for one in story() if "88888" not in one.call_sid])
    written_by_people()

    forget_old_numbers(at(9 * DAY), days=1)

    assert places_of(CALLER_NUMBER) == [
        "admin.LogEntry.change_message",
        "callcenter.AccessRecord.subject",
        "reports.DayNote.text",
        "reports.ExportAudit.query",
        "reports.SavedView.query",
    ]
    stored = history_rows()
    rebuild_everything()
    assert apart_from_hashes(history_rows()) == apart_from_hashes(stored)


def test_age_is_that_of_the_setting_and_without_it_nothing_is_forgotten(settings):
    receive_together(*abandoned(0))

    settings.KEEP_NUMBERS_DAYS = None
    assert forget_old_numbers(at(900 * DAY)).is_nothing
    settings.KEEP_NUMBERS_DAYS = 3
    assert forget_old_numbers(at(3 * DAY)).is_nothing
    assert forget_old_numbers(at(4 * DAY)).calls == 1


def test_setting_is_a_whole_number_of_days_or_empty():
    assert days_to_keep("KEEP", "") is None
    assert days_to_keep("KEEP", " 90 ") == 90
    for text in ("0", "-1", "1.5", "a year"):
        with pytest.raises(ImproperlyConfigured, match="whole number of days from 1"):
            days_to_keep("KEEP", text)


def test_call_that_is_long_over_without_a_known_end_is_old_too():
    receive_together(ring(0), choose(5))

    assert forget_old_numbers(at(2 * DAY), days=1).is_nothing
    assert forget_old_numbers(at(2 * DAY) + timedelta(days=3), days=1).calls == 1
