"""Every kind of request is known wherever kinds are told apart."""

import re
from typing import Any

import pytest
from django.urls import NoReverseMatch, resolve, reverse

from callcenter import routes
from callcenter.decision import NOTHING
from callcenter.flow.decide import decide
from callcenter.history.derive import History
from callcenter.models import WebhookEvent
from callcenter.models.events import KIND_LABELS
from callcenter.routes import Kind
from callcenter.tests.flow.plans import NOW, make_plan, make_step
from callcenter.tests.history.derived import derived
from callcenter.tests.sample_events import (
    choose,
    connect,
    done,
    end,
    event,
    leave,
    ring,
    wait,
)

# A call that an event of each kind adds something to, and that event.
NEWS: dict[Kind, tuple[list[WebhookEvent], WebhookEvent]] = {
    Kind.INCOMING: ([end(60)], ring()),
    Kind.MENU: ([ring()], event(5, "menu/main/", "end", Digits="1")),
    Kind.WAIT: ([ring(), choose()], wait(15, 10)),
    Kind.QUEUE_EXIT: ([ring(), choose()], leave(30, "hangup", 25)),
    Kind.CONNECT: ([ring(), choose()], connect(30, 25)),
    Kind.OPERATOR: ([event(0, "incoming/")], event(5, "operator/")),
    Kind.OPERATOR_DONE: ([ring(), choose(), connect(30, 25)], done(90, talk=58)),
    Kind.CLIENT: ([end(60)], event(0, "client/")),
    Kind.VOICEMAIL: (
        [ring(), choose()],
        event(60, "voicemail/support/1/", RecordingSid="RE" + "7" * 32),
    ),
    Kind.RING_BACK: ([ring()], event(60, "ring-back/abc/", "announce")),
    Kind.RING_BACK_DONE: ([ring()], event(90, "ring-back/abc/done/", "goodbye")),
    Kind.RECORDING: (
        [ring()],
        event(
            90,
            "recording/",
            RecordingSid="RE" + "7" * 32,
            RecordingStatus="completed",
        ),
    ),
    Kind.STATUS: ([ring()], end(60)),
    Kind.FALLBACK: ([ring(), end(60)], event(30, "fallback/", "apology")),
    Kind.INTERNAL: ([ring()], event(90, "/internal/settle/")),
}


def path_of(kind: Kind, **place: str) -> str:
    """The path of a request of this kind."""
    below = re.sub(r"<str:(\w+)>", lambda name: place[name[1]], routes.PATHS[kind])
    return routes.PREFIX + below


def facts(history: History) -> list[dict[str, Any]]:
    """All columns of all rows, but for when the call was last heard of."""
    rows: list[Any] = [
        history.call,
        *history.ivr_steps,
        *history.recordings,
        *history.voicemails,
    ]
    for one in history.entries:
        rows += [one.entry, one.connection, one.callback]
    unlike = ("_state", "heard_at")
    return [
        {name: value for name, value in vars(row).items() if name not in unlike}
        for row in rows
        if row is not None
    ]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_served_at_its_path_or_said_not_to_be(kind):
    if kind in routes.WITHOUT_VIEW:
        with pytest.raises(NoReverseMatch):
            reverse(routes.url_name(kind))
        return

    path = path_of(kind, menu="main", queue="support", visit="1", token="abc")
    match = resolve(path)

    assert vars(match.func)["view_class"].kind == kind
    assert reverse(routes.url_name(kind), kwargs=match.kwargs) == path


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_the_flow_is_decided_and_no_other(kind):
    decision = decide(make_step(kind, queue="support"), make_plan(), NOW)

    is_decided = kind not in (*routes.WITHOUT_VIEW, *routes.WITHOUT_DECISION)
    assert (decision != NOTHING) == is_decided


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_event_makes_history(kind):
    before, news = NEWS[kind]

    assert news.kind == kind
    assert facts(derived(*before, news)) != facts(derived(*before))


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_name_for_people(kind):
    assert str(KIND_LABELS[kind]) != ""
    assert dict(WebhookEvent._meta.get_field("kind").flatchoices)[kind.value]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/twilio/incoming/", (Kind.INCOMING, {})),
        ("/twilio/operator/done/", (Kind.OPERATOR_DONE, {})),
        ("/twilio/menu/main/", (Kind.MENU, {"menu": "main"})),
        (
            "/twilio/wait/%E8%A9%B1/x/",
            (Kind.WAIT, {"queue": "%E8%A9%B1", "visit": "x"}),
        ),
        ("/internal/settle/", (Kind.INTERNAL, {})),
        ("/twilio/incoming", None),
        ("/twilio/menu//", None),
        ("/twilio/menu/a/b/", None),
        ("/twilio/incoming/\n", None),
        ("/internal/", None),
        ("/admin/", None),
        ("", None),
    ],
)
def test_path_says_the_kind_and_the_place_or_is_not_ours(path, place):
    assert routes.place_of(path) == place
