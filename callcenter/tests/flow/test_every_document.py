"""Twilio accepts every document that we can produce. No database."""

from dataclasses import replace
from itertools import product
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.flow import links
from callcenter.flow.plan import OptionPlan, Plan, PromptPlan
from callcenter.models import Prompt
from callcenter.routes import Kind
from callcenter.tests.flow.allowlist import MOST_ENCODED, faults, parsed
from callcenter.tests.flow.plans import (
    CUSTOMER,
    IDLE,
    LINE,
    NOW,
    SATO,
    SUZUKI,
    answered,
    decided,
    make_plan,
    make_step,
    with_menu,
)

KINDS = list(Kind)
DECISIONS = [
    "menu:main",
    "menu:language",
    "menu:gone",
    "enqueue:support/1",
    "enqueue:gone/32767",
    "closed",
    "operator",
    "reject",
    "reject:blocked",
    "message:information",
    "message:gone",
    "end",
    "hold",
    "leave:max_wait",
    "leave:closed",
    "leave:key",
    "apology",
    "voicemail",
    "voicemail:support",
    "goodbye",
    "announce",
    "dial:support",
    "dial:gone",
    "dial:+81312345678",
    "ask_pin",
    "wait",
    "sign_off",
    "wrap_up",
    "wrap_up:billing",
    "not_ready",
    # Of another version, or none.
    "",
    "enqueue:support",
    "enqueue:support/one",
    "menu:",
    "of:another/version",
]
PURPOSES = [one.value for one in Prompt.Purpose]
LONG = "長いお知らせです。" * 2000
ADDRESSES = ("action", "url", "waitUrl", "recordingStatusCallback")


def prompted(*prompts: PromptPlan) -> Plan:
    """A plan in which these are the prompts of everything."""
    plan = make_plan()
    return replace(
        plan,
        lines={k: replace(v, prompts=prompts) for k, v in plan.lines.items()},
        menus={k: replace(v, prompts=prompts) for k, v in plan.menus.items()},
        messages={k: replace(v, prompts=prompts) for k, v in plan.messages.items()},
        queues={k: replace(v, prompts=prompts) for k, v in plan.queues.items()},
    )


def everywhere(language: str, text: str = "", audio_url: str = "") -> Plan:
    """A plan in which one prompt is heard at every moment."""
    return prompted(*(PromptPlan(one, language, text, audio_url) for one in PURPOSES))


AUDIO = "https://sounds.example.com/a.mp3?x=1&y=2"
PLANS = {
    "defaults": prompted(),
    "texts in Japanese only": everywhere("ja", "日本語です。"),
    "texts in English only": everywhere("en", 'English <&> "quoted".'),
    "audio only": everywhere("ja", audio_url=AUDIO),
    "audio and text": everywhere("ja", "文", AUDIO),
    "blank text": everywhere("ja", " \n "),
    "unspeakable text": everywhere("ja", "\x00\x0b\ud800\ufffe"),
    "very long text": everywhere("ja", LONG),
    "very long text to escape": everywhere("en", '&<>"' * 20_000),
    "recording": replace(
        make_plan(),
        queues={
            slug: replace(queue, records_conversations=True)
            for slug, queue in make_plan().queues.items()
        },
    ),
    "empty": Plan(),
}


def steps(kind: str, language: str):
    """Requests of a kind with all that may differ in what is heard."""
    callers = [CUSTOMER, SATO, SUZUKI, IDLE, "client:agent_01", ""]
    for caller, signed_in in product(callers, [False, True]):
        for again, digits in [(0, ""), (0, "1"), (0, "5"), (2, "9"), (3, "")]:
            yield make_step(
                kind,
                caller=caller,
                digits=digits,
                again=again,
                language=language,
                signed_in=signed_in,
                menu="main",
                queue="support",
                visit=1,
                queue_time=0,
                queue_position=3,
                dial_call_status="completed" if digits else "failed",
                queue_result="leave" if digits else "queue-full",
                to="" if signed_in else LINE,
            )


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_decision_gives_a_document_that_twilio_takes(kind, name):
    plan = PLANS[name]
    found = []
    for language in ("", "ja", "en", "xx") if name == "defaults" else ("en", "ja"):
        # What differs in the request matters where prompts do not.
        requests = list(steps(kind, language))[:: 5 if name == "defaults" else 19]
        for decision, step in product(DECISIONS, requests):
            staffed: set[str] | None = set() if step.signed_in else None
            made = answered(decision, step, plan, staffed=staffed)
            found += faults(made, kind)
    assert found == []


@pytest.mark.parametrize("name", PLANS)
def test_every_text_is_short_enough_to_be_read(name):
    plan = PLANS[name]
    spoken = []
    for kind, decision in product(KINDS, DECISIONS):
        made = answered(decision, make_step(kind, queue="support", queue_time=0), plan)
        spoken += [say.text or "" for say in parsed(made).iter("Say")]

    assert spoken != []
    assert [text for text in spoken if len(quote(text, safe="")) >= MOST_ENCODED] == []


@pytest.mark.parametrize("credentials", ["", "twilio:p@ss/w:rd?#"])
def test_every_address_is_absolute(settings, credentials):
    settings.PUBLIC_BASE_URL = "https://cc.example.com"
    settings.WEBHOOK_BASIC_AUTH = credentials
    base = "https://cc.example.com"
    if credentials:
        base = "https://twilio:p%40ss%2Fw%3Ard%3F%23@cc.example.com"
    addresses = []
    for kind, decision in product(KINDS, DECISIONS):
        made = answered(decision, make_step(kind, queue="support"), make_plan())
        for element in parsed(made).iter():
            named = [element.get(name) for name in ADDRESSES]
            addresses += [address for address in named if address is not None]
            if element.tag in ("Redirect", "Play"):
                addresses.append(element.text or "")

    assert addresses != []
    assert [one for one in addresses if not one.startswith(f"{base}/")] == []


TEXT = st.text(max_size=30)
SLUG = st.sampled_from(["main", "language", "support", "gone", "", "日本", "a/b", ".."])
NUMBER = st.one_of(st.none(), st.integers(0, 9_999_999))


@given(
    kind=st.sampled_from([*KINDS, "a future kind"]),
    caller=st.one_of(TEXT, st.sampled_from([SATO, SUZUKI, IDLE, "client:agent_01"])),
    digits=st.one_of(TEXT, st.sampled_from(list("0123456789*#"))),
    queue=SLUG,
    menu=SLUG,
    place=st.tuples(*[st.integers(0, 32_767)] * 4),
    language=st.sampled_from(["", "ja", "en", "xx"]),
    signed_in=st.booleans(),
    result=st.one_of(TEXT, st.sampled_from(["leave", "completed", "no-answer"])),
    times=st.tuples(NUMBER, NUMBER),
    plan=st.sampled_from([make_plan(), Plan()]),
    staffed=st.sampled_from([None, set(), {"support"}]),
)
def test_every_request_gets_a_decision_and_a_document(
    kind,
    caller,
    digits,
    queue,
    menu,
    place,
    language,
    signed_in,
    result,
    times,
    plan,
    staffed,
):
    # Paths with an empty part or a slash in it have no page of ours to come from.
    step = make_step(
        kind,
        caller=caller,
        digits=digits,
        queue=queue,
        menu=menu,
        step=place[0],
        visits=place[1],
        visit=place[2],
        again=place[3],
        language=language,
        signed_in=signed_in,
        queue_result=result,
        dial_call_status=result,
        queue_time=times[0],
        queue_position=times[1],
    )

    decision = decided(step, plan, NOW, waiting=None, staffed=staffed)
    made = answered(decision, step, plan, staffed=staffed)

    assert faults(made, kind) == []


def test_option_that_changes_the_language_is_heard_at_once():
    plan = with_menu(
        make_plan(), "main", options={"5": OptionPlan("queue", "sales", "en")}
    )
    step = make_step("menu", menu="main", digits="5", language="ja")

    made = parsed(answered("enqueue:sales/1", step, plan))

    assert made[0].get("waitUrl") == (
        "https://callcenter.example.com/twilio/wait/sales/1/?step=1&visits=1&lang=en"
        + links.RETRIES
    )
