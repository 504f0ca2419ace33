"""No path by which anybody makes Twilio dial a number that is not allowed.

Who can try: a caller, an operator on the telephone or in the browser, a user of the
pages, whoever forges a request, and a setup or setting of yesterday. Each test is one
path; the first two say that there are no others.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

import callcenter
from callcenter.desk import ring_backs
from callcenter.dialling import is_dialled
from callcenter.events.eventfile import event_of_request
from callcenter.events.record import record
from callcenter.flow import current, planfile
from callcenter.followup import acts, ringing
from callcenter.models import (
    Menu,
    MenuOption,
    Operator,
    PhoneLine,
    RingBack,
)
from callcenter.params import DIALLED
from callcenter.routes import PREFIX, Kind
from callcenter.tests.bad_numbers import ABROAD, BAD
from callcenter.tests.flow.allowlist import parsed
from callcenter.tests.flow.plans import SATO, answered, make_plan, make_step
from callcenter.tests.lost_callers import gave_up
from callcenter.tests.twilio_client import CALLER, LINE, Answer, sid
from callcenter.tests.webhooks.installation import OPERATOR, database_gone, install
from callcenter.twilio_api import ringing as twilio_ringing

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
LEGS = ["", LINE, ABROAD, OPERATOR, SATO, "client:agent_01", "sip:x@evil.example.com"]


def code() -> Iterator[tuple[str, ast.Call]]:
    """The calls of functions in our code, with the module that has them."""
    root = Path(callcenter.__file__).parent
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root).parts
        if place[0] in ("tests", "standin", "demo", "migrations"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield "/".join(place), node


def test_two_documents_and_one_request_ring_a_number_and_nothing_else_does():
    """Whoever adds another adds its test here."""
    makes_twilio_dial = {"dial", "number", "sip", "client", "refer", "conference"}
    found = set()
    for place, node in code():
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        takes_twiml = place.startswith("flow/") and name in makes_twilio_dial
        is_asked = ast.unparse(node.func).endswith((".calls.create", ".calls.update"))
        if (takes_twiml or is_asked) and not _is_link(node):
            found.add((place, name))

    assert found == {
        ("flow/caller_twiml.py", "dial"),
        ("flow/caller_twiml.py", "number"),
        ("flow/operator_twiml.py", "dial"),
        ("flow/outside_twiml.py", "dial"),
        ("flow/outside_twiml.py", "number"),
        ("flow/twiml.py", "dial"),
        ("twilio_api/ringing.py", "create"),
    }


def _is_link(node: ast.Call) -> bool:
    """Whether it makes an address of ours (`links.client`)."""
    of = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(of, ast.Name) and of.id == "links"


DECISIONS = [
    *(f"dial:{number}" for number in (*BAD, LINE, "+81312345678")),
    *("dial:support", "dial:caller", "announce", "apology", "operator", "wait"),
    *("wrap_up", "sign_off", "ask_pin", "menu:main", "enqueue:support/1", "end"),
    *("voicemail:support", "leave:callback", "goodbye", "hold", ""),
]


def dialled(document: Any) -> set[str]:
    """The numbers that a document has Twilio dial, in whatever way."""
    found = set()
    for element in document.iter():
        if element.tag in ("Number", "Sip", "Client", "Refer", "Conference"):
            found.add(element.text or element.tag)
        if element.tag == "Dial" and (element.text or "").strip():
            found.add(element.text)
        assert "referUrl" not in element.attrib
    return found


@pytest.mark.parametrize("kind", Kind)
def test_no_document_dials_what_is_not_allowed_whatever_was_decided(kind):
    """Decisions are stored, loaded from files and read again: the gate is the last."""
    plan, found = make_plan(), set()
    for decision, caller, whom in product(DECISIONS, LEGS, [*BAD, "+81312345678"]):
        step = make_step(kind, caller=caller, queue="support", menu="main", token="a")
        made = answered(decision, step, plan, whom=whom)
        found |= dialled(parsed(made))

    assert {number for number in found if not is_dialled(number)} == set()
    has_number = kind in (Kind.MENU, Kind.FALLBACK, Kind.CLIENT, Kind.RING_BACK)
    assert bool(found) == has_number


@given(
    kind=st.sampled_from(list(Kind)),
    target=st.text(max_size=30),
    whom=st.text(max_size=30),
)
def test_no_text_gets_into_a_document_as_a_number(kind, target, whom):
    step = make_step(kind, queue="support", menu="main", token="a", digits="1")
    plan = make_plan()

    for decision in (f"dial:{target}", f"dial:+81{target}", "dial:caller"):
        for number in (whom, f"+81{whom}"):
            made = parsed(answered(decision, step, plan, whom=number))
            assert all(is_dialled(one) for one in dialled(made))


# An operator in the browser, and whoever speaks as one.


def setup() -> None:
    install()
    Operator.objects.update(client_identity="agent_01")
    current.forget()


def post(twilio: Any, path: str, **params: str) -> Answer:
    answer: Answer = twilio.post(f"{PREFIX}{path}", **{"CallSid": sid()} | params)
    return answer


def numbers_of(answer: Answer) -> set[str]:
    return dialled(answer.document)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [*BAD, LINE])
def test_browser_operator_who_sends_a_number(twilio, number):
    setup()
    for name in (DIALLED, "To", "Called", "Digits", "Number", "PhoneNumber"):
        params = {"From": "client:agent_01", "To": "", name: number}

        assert numbers_of(post(twilio, "client/", **params)) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "who", ["client:nobody", "client:", OPERATOR, CALLER, "", "sip:agent_01@evil.com"]
)
def test_whoever_says_to_be_an_operator_in_the_browser(twilio, who):
    setup()

    answer = post(twilio, "client/", From=who, **{DIALLED: "+81312345678"})

    assert numbers_of(answer) == set()


# An operator on the telephone, and a caller ID that is forged as one.


@pytest.mark.django_db
@pytest.mark.parametrize("digits", ["1234", "1", "0012125550123#", "+12125550123", "*"])
@pytest.mark.parametrize("path", ["incoming/", "operator/", "operator/done/"])
def test_telephone_operator_who_types_a_number(twilio, digits, path):
    setup()
    for query in ("", "?in=1", "?in=1&queue=%2B12125550123", "?queue=+12125550123"):
        answer = post(
            twilio,
            f"{path}{query}",
            From=OPERATOR,
            To=ABROAD,
            Digits=digits,
            DialCallStatus="completed",
            **{DIALLED: ABROAD},
        )

        assert numbers_of(answer) == set()


# A caller.


@pytest.mark.django_db
@pytest.mark.parametrize("number", BAD)
def test_caller_whatever_number_or_keys_are_sent(twilio, number):
    setup()
    everything = {"Digits": number, "SpeechResult": number, "ForwardedFrom": number}
    for path in (
        "incoming/",
        "menu/main/?step=1",
        "wait/support/1/?step=2",
        "queue-exit/support/1/?step=3",
        "connect/?queue=support",
        "voicemail/support/1/",
        "fallback/",
    ):
        for who in ({"From": number}, {"To": number}, {"From": number, "To": number}):
            answer = post(twilio, path, QueueResult="leave", **everything | who)

            assert numbers_of(answer) == set()


def passes_on(number: str) -> None:
    """A key and a fallback that pass callers on, stored before the setting changed."""
    MenuOption.objects.create(
        menu=Menu.objects.get(), input="7", action="number", number=number
    )
    PhoneLine.objects.update(fallback_number=number)
    current.forget()


@pytest.mark.django_db
def test_key_and_fallback_that_lead_to_a_number_no_longer_allowed(twilio):
    setup()
    passes_on(ABROAD)

    assert numbers_of(post(twilio, "menu/main/?step=1", Digits="7")) == set()
    assert numbers_of(post(twilio, "fallback/")) == set()


@pytest.mark.django_db
def test_setup_of_a_file_that_is_older_than_the_setting(twilio, settings, tmp_path):
    """The database is away, and the process has just begun."""
    setup()
    settings.DIAL_PREFIXES = ["+81", "+1"]
    passes_on(ABROAD)
    assert numbers_of(post(twilio, "menu/main/?step=1", Digits="7")) == {ABROAD}
    plan = planfile.load(Path(settings.SPOOL_DIR) / current.FILE_NAME)
    assert plan.menus["main"].options["7"].target == ABROAD

    settings.DIAL_PREFIXES = ["+81"]

    step = make_step(Kind.MENU, menu="main", digits="7")
    made = answered("dial:" + ABROAD, step, replace(plan, version=-1))
    assert dialled(parsed(made)) == set()
    # A process that has the plan in memory asks the setting as well.
    assert numbers_of(post(twilio, "menu/main/?step=1", Digits="7")) == set()
    assert numbers_of(post(twilio, "fallback/")) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["client/", "menu/main/?step=1", "fallback/"])
def test_decision_that_a_file_of_events_has_brought(twilio, path):
    """A request that is stored already is answered as it was then."""
    setup()
    form = {"CallSid": sid(), "From": "client:agent_01", "To": LINE}
    token = "a-token-of-twilio"
    stored = event_of_request(
        path=f"{PREFIX}{path}",
        form=form,
        received_at=NOW,
        token=token,
        decision=f"dial:{ABROAD}",
    )
    assert record(stored)

    answer = twilio.post(f"{PREFIX}{path}", idempotency=token, **form)

    assert numbers_of(answer) == set()


# A ring-back, by whoever forges, repeats or outlives one.


@pytest.fixture
def sato(settings, twilio):
    setup()
    user = User.objects.create_user("sato")
    permission = Permission.objects.get(codename="change_followup")
    user.user_permissions.add(permission)
    Operator.objects.update(user=user)
    return user


@pytest.fixture
def placed(monkeypatch):
    """Whom Twilio was asked to ring."""
    found: list[str] = []

    def ring_operator(operator: Operator, *_args: Any, **_more: Any) -> str:
        found.append(operator.number or "")
        return sid()

    monkeypatch.setattr(twilio_ringing, "ring_operator", ring_operator)
    return found


def taken(twilio: Any, token: str, **params: str) -> Answer:
    form = {"From": LINE, "To": OPERATOR, "Direction": "outbound-api", "Digits": "1"}
    return post(twilio, f"ring-back/{token}/", **form | params)


@pytest.mark.django_db
def test_ring_back_that_nobody_began(twilio, sato):
    row = gave_up(NOW)
    for token in ("0" * 32, str(row.pk), "caller", "12125550123", "done"):
        assert numbers_of(taken(twilio, token)) == set()


@pytest.mark.django_db
def test_ring_back_whose_request_names_another_number(twilio, sato):
    """Whom it rings, no parameter says."""
    gave_up(NOW)
    ring = acts.ring(CALLER, sato, Operator.objects.get())
    names = (DIALLED, "Called", "Number", "Caller", "ForwardedFrom")
    others = dict.fromkeys(names, ABROAD)

    query = "?step=1&number=%2B12125550123&to=%2B12125550123"
    answer = post(
        twilio,
        f"ring-back/{ring.token}/{query}",
        From=LINE,
        To=OPERATOR,
        Direction="outbound-api",
        Digits="1",
        **others,
    )

    assert numbers_of(answer) == {CALLER}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forged", [{"signed": ""}, {"signed": "AAAA"}, {"token": "another token"}]
)
@pytest.mark.parametrize("path", ["", "done/"])
def test_ring_back_of_a_request_that_is_not_twilios(twilio, sato, forged, path):
    gave_up(NOW)
    ring = acts.ring(CALLER, sato, Operator.objects.get())

    answer = twilio.post(f"{PREFIX}ring-back/{ring.token}/{path}", **forged, Digits="1")

    assert answer.status_code == 403
    assert RingBack.objects.get().dialled_at is None


@pytest.mark.django_db(transaction=True)
def test_ring_back_without_a_database(twilio, sato):
    gave_up(NOW)
    ring = acts.ring(CALLER, sato, Operator.objects.get())

    with database_gone():
        answer = taken(twilio, ring.token)

    assert numbers_of(answer) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [*BAD, LINE])
def test_caller_id_that_was_forged_to_be_rung_back(twilio, sato, placed, number):
    """A caller gave up under a number abroad, a SIP address, or a line of ours."""
    row = gave_up(NOW, number)
    ring = None
    if number:
        ring = acts.ring(number, sato, Operator.objects.get())

    with pytest.raises((ring_backs.NotRung, acts.Refused)):
        ring_backs.ring(row, sato)
    with pytest.raises(ring_backs.NotRung):
        ring_backs.number_to_ring(row.pk, sato)
    assert placed == []
    # Nor where a ring-back was begun before the setting changed.
    if ring:
        assert ringing.whom(ring.token, sid(), OPERATOR, dials=True) == ""
        assert numbers_of(taken(twilio, ring.token)) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [one for one in BAD if 0 < len(one) <= 16])
def test_operator_whose_own_telephone_is_not_allowed(sato, placed, number):
    """Twilio would ring it; whoever edits operators may not choose any number."""
    Operator.objects.update(number=number)

    with pytest.raises(ring_backs.NotRung):
        ring_backs.ring(gave_up(NOW), sato)

    assert placed == []


# A user of the pages.


@pytest.mark.django_db
def test_user_without_the_right_rings_nobody(client, sato, placed):
    row = gave_up(NOW)
    stranger = User.objects.create_user("stranger", is_staff=True)
    stranger.user_permissions.add(Permission.objects.get(codename="view_abandonedcall"))
    client.force_login(stranger)

    answer = client.post(
        reverse("admin:worklist_caller", args=[row.pk]), {"act": "ring"}
    )

    assert (answer.status_code, placed) == (403, [])


@pytest.mark.django_db
def test_user_who_sends_a_number_along_has_the_caller_rung(client, sato, placed):
    row = gave_up(NOW)
    User.objects.update(is_staff=True)
    sato.user_permissions.add(Permission.objects.get(codename="view_abandonedcall"))
    client.force_login(sato)
    sent = {"act": "ring", "number": ABROAD, "to": ABROAD, "caller": ABROAD}

    client.post(reverse("admin:worklist_caller", args=[row.pk]), sent)

    assert placed == [OPERATOR]
    ring = RingBack.objects.get()
    assert ringing.whom(ring.token, ring.operator_call_sid, OPERATOR, dials=True) == (
        CALLER
    )
