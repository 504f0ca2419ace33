"""Conversations that a queue records: Twilio is told so, and the caller."""

import pytest

from callcenter.flow import planfile
from callcenter.tests.flow.outlines import PLAN, outline, said
from callcenter.tests.flow.plans import SATO, answered, both, make_step, with_queue

RECORDING = with_queue(PLAN, "support", records_conversations=True)


def dial(plan, queue="support"):
    step = make_step("operator", caller=SATO, step=5, signed_in=True)
    return outline(answered(f"dial:{queue}", step, plan))[1:]


def test_operators_dial_records_from_the_answer_and_asks_to_be_told():
    assert dial(RECORDING) == [
        "Dial action=/twilio/operator/done/?step=6&in=1&queue=support"
        " record=record-from-answer"
        " recordingStatusCallback=/twilio/recording/?step=6"
        " recordingStatusCallbackMethod=POST timeout=120",
        "  Queue url=/twilio/connect/?step=6&queue=support&rec=1 support",
    ]


def test_dial_of_another_queue_records_nothing():
    assert dial(RECORDING, "sales") == [
        "Dial action=/twilio/operator/done/?step=6&in=1&queue=sales timeout=120",
        "  Queue url=/twilio/connect/?step=6&queue=sales sales",
    ]


@pytest.mark.parametrize(
    ("language", "tag", "text"),
    [
        ("ja", "ja-JP", "サービス向上のため、この通話は録音させていただきます。"),
        ("en", "en-US", "This call is recorded, so that we can serve you better."),
    ],
)
# The switch may have been moved since the operator began to wait.
@pytest.mark.parametrize("plan", [PLAN, RECORDING])
def test_caller_hears_of_the_recording_before_being_connected(
    plan, language, tag, text
):
    step = make_step("connect", queue="support", language=language, is_recorded=True)

    _connecting, recorded = said(answered("announce", step, plan))

    assert recorded == (text, tag)


@pytest.mark.parametrize("plan", [PLAN, RECORDING])
def test_caller_of_a_dial_that_records_nothing_hears_nothing_of_it(plan):
    step = make_step("connect", queue="support")

    assert len(said(answered("announce", step, plan))) == 1


def test_queue_has_a_text_of_its_own_for_it():
    plan = with_queue(PLAN, "support", prompts=both("recorded", en="We record."))
    step = make_step("connect", queue="support", language="en", is_recorded=True)

    assert said(answered("announce", step, plan))[1] == ("We record.", "en-US")


def test_plan_in_the_file_keeps_the_switch_and_one_of_before_has_it_off():
    kept = planfile.dumps(RECORDING)
    before = kept.replace('"records_conversations": true, ', "", 1)

    assert planfile.loads(kept).queue("support").records_conversations is True
    assert before != kept
    assert planfile.loads(before).queue("support").records_conversations is False
