"""The recorded calls as the lines of their pages."""

from itertools import pairwise

import pytest

from callcenter.demo.setup.installation import install
from callcenter.models import Call
from callcenter.tests.samples import NAMES, expected, file_of
from callcenter.upkeep.intake import load
from reports.timeline import phases, reading
from reports.timeline.story import Story

pytestmark = pytest.mark.django_db

# Second, what happened, how sure, how many webhooks, what the legs are in from then on.
CALLS = {
    ("01-answered", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+8 key 1 ivr",
        "+8 queued 1 wait",
        "+28 position 1 wait",
        "+39 connect 1 notice|notice",
        "+42 talk 0 talk|talk",
        "+162 done 1 talk|wrap_up",
        "+162 left 1 end|wrap_up",
        "+162 ended 1 end|wrap_up",
        "+175 state 0 end",
    ],
    ("01-answered", "operator"): [
        "+0 dialled-in 2 signing_in",
        "+6 state 3 ready",
        "+639 state 1 talk",
        "+762 state 1 wrap_up",
        "+775 state 1 ready",
        "+1500 ended 1 end",
    ],
    ("02-abandoned", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+7 key 1 ivr",
        "+7 queued 1 wait",
        "+27 position 1 wait",
        "+47 position 1 wait",
        "+65 left 1 end",
        "+65 ended 1 end",
    ],
    ("03-short-abandoned", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+5 key 1 ivr",
        "+5 queued 1 wait",
        "+8 left 1 end",
        "+8 ended 1 end",
    ],
    ("04-requeued", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+8 key 1 ivr",
        "+8 queued 1 wait",
        "+28 position 1 wait",
        "+48 leaving 1 wait",
        "+48 left 1 ivr",
        "+48 queued 1 wait",
        "+69 position 1 wait",
        "+74 connect 1 notice|notice",
        "+77 talk 0 talk|talk",
        "+137 left 1 end|talk",
        "+137 done 1 end|wrap_up",
        "+138 ended 1 end|wrap_up",
        "+150 state 0 end",
    ],
    ("05-voicemail-after-max-wait", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+6 queued 1 wait",
        "+36 position 1 wait",
        "+66 position 1 wait",
        "+96 position 1 wait",
        "+126 leaving 1 wait",
        "+126 left 1 ivr",
        "+155 voicemail 1 ivr",
        "+155 ended 1 end",
        "+163 recording 1 end",
    ],
    ("06-queue-full", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+6 queued 0 wait",
        "+6 left 1 ivr",
        "+15 ended 1 end",
    ],
    ("07-error", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+6 queued 1 wait",
        "+6 left 1 ivr",
        "+14 ended 1 end",
    ],
    ("08-system-error-early-hang-up", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+6 queued 0 wait",
        "+6 left inferred 1 end",
        "+7 ended 1 end",
    ],
    ("09-lost-exit", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+6 queued 1 wait",
        "+26 position 1 wait",
        "+46 position 1 wait",
        "+57 no-exit missing 0 end",
        "+57 ended 1 end",
    ],
    ("10-exit-before-connect", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+7 key 1 ivr",
        "+7 queued 1 wait",
        "+24 connect 1 notice|notice",
        "+27 talk 0 talk|talk",
        "+75 done 1 talk|wrap_up",
        "+75 left 1 end|wrap_up",
        "+75 ended 1 end|wrap_up",
        "+300 state 0 end",
    ],
    ("11-duplicates", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+9 key 1 ivr",
        "+9 queued 1 wait",
        "+29 position 1 wait",
        "+31 connect 1 notice|notice",
        "+34 talk 0 talk|talk",
        "+124 done 1 talk|wrap_up",
        "+124 left 1 end|wrap_up",
        "+124 ended 1 end|wrap_up",
        "+600 state 0 end",
    ],
    ("12-hang-up-during-announcement", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+6 queued 1 wait",
        "+24 connect 1 notice|notice",
        "+25 left 1 end|notice",
        "+25 ended 1 end|notice",
        "+25 done 1 end",
    ],
    ("13-operator-by-client", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+5 key 1 ivr",
        "+5 queued 1 wait",
        "+9 connect 1 notice|notice",
        "+12 talk 0 talk|talk",
        "+213 left 1 end|talk",
        "+213 done 1 end|wrap_up",
        "+214 ended 1 end|wrap_up",
        "+240 state 0 end",
    ],
    ("14-withheld-number", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+6 queued 1 wait",
        "+26 position 1 wait",
        "+41 left 1 end",
        "+41 ended 1 end",
    ],
    ("15-ivr-only", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+31 ended 1 end",
    ],
    ("16-overnight", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+10 key 1 ivr",
        "+10 queued 1 wait",
        "+30 position 1 wait",
        "+40 connect 1 notice|notice",
        "+43 talk 0 talk|talk",
        "+650 done 1 talk|wrap_up",
        "+650 left 1 end|wrap_up",
        "+650 ended 1 end|wrap_up",
        "+700 state 0 end",
    ],
    ("17-operator-only", "operator"): [
        "+0 dialled-in 2 signing_in",
        "+6 state 5 ready",
        "+640 ended 1 end",
    ],
    ("18-out-of-hours", "customer"): [
        "+0 rang 1 ivr",
        "+14 ended 1 end",
    ],
    ("19-menu-wrong-key-and-time-out", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+7 key 1 ivr",
        "+23 key 1 ivr",
        "+23 queued 1 wait",
        "+28 connect 1 notice|notice",
        "+31 talk 0 talk|talk",
        "+61 left 1 end|talk",
        "+61 ended 1 end|talk",
        "+61 done 1 end|wrap_up",
        "+200 state 0 end",
    ],
    ("20-hang-up-in-the-menu", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+9 ended 1 end",
    ],
    ("21-two-operators", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+6 key 1 ivr",
        "+6 queued 1 wait",
        "+26 position 1 wait",
        "+30 connect 1 notice|notice",
        "+31 done 1 wait",
        "+32 connect 1 notice|notice",
        "+35 talk 0 talk|talk",
        "+80 done 1 talk|wrap_up",
        "+80 left 1 end|wrap_up",
        "+80 ended 1 end|wrap_up",
        "+300 state 0 end",
    ],
    ("22-raw-caller-number", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+3 key 1 ivr",
        "+3 queued 1 wait",
        "+64 left 1 end",
        "+64 ended 1 end",
    ],
    ("23-call-back-into-the-queue", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+3 key 1 ivr",
        "+3 queued 1 wait",
        "+64 left 1 end",
        "+64 ended 1 end",
    ],
    ("24-two-calls-at-once", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+3 key 1 ivr",
        "+3 queued 1 wait",
        "+34 connect 1 talk|talk",
        "+234 done 1 talk|wrap_up",
        "+234 left 1 end|wrap_up",
        "+235 ended 1 end|wrap_up",
    ],
    ("25-first-request-doubled", "customer"): [
        "+0 rang 1 ivr",
        "+0 asked 0 ivr",
        "+0 request 1 ivr",
        "+5 key 1 ivr",
        "+5 queued 1 wait",
        "+50 left 1 end",
        "+50 ended 1 end",
    ],
    ("26-ended-before-it-was-answered", "customer"): [
        "+0 rang 1 ivr",
        "+0 ended 1 end",
    ],
}
WITH_LINES = [
    name for name in NAMES if not name.startswith(("clock-change", "metrics"))
]


def legs(name: str, kind: str) -> list[str]:
    if kind == Call.Kind.OPERATOR:
        return [leg["sid"] for leg in expected(name)["other_legs"]]
    return [call["sid"] for call in expected(name)["calls"]]


def in_short(story: Story) -> list[str]:
    """Each line of a timeline in short."""
    start = int(story.start.timestamp())
    return [
        " ".join(
            [
                f"{int(line.moment.at.timestamp()) - start:+d}",
                line.moment.kind.code,
                *line.moment.marks,
                str(len(line.moment.events)),
                "|".join(filter(None, [line.caller or "-", line.operator])),
            ]
        )
        for line in phases.lines(phases.moments(story))
    ]


@pytest.mark.parametrize(("name", "kind"), CALLS)
def test_recorded_call_has_these_lines(name, kind):
    install()
    load(file_of(name))

    call = Call.objects.get(sid=legs(name, kind)[0])

    assert in_short(reading.story_of(call)) == CALLS[name, kind]


def test_every_recorded_call_has_its_lines():
    assert {name for name, _kind in CALLS} == set(WITH_LINES)


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_event_stands_behind_one_line(name):
    install()
    load(file_of(name))
    for call in Call.objects.all():
        story = reading.story_of(call)

        behind = [event.pk for one in phases.moments(story) for event in one.events]

        assert sorted(behind) == sorted(event.pk for event in story.events)
        assert len(behind) == len(set(behind))


@pytest.mark.parametrize("name", NAMES)
def test_bar_of_phases_covers_the_call(name):
    install()
    load(file_of(name))
    for call in Call.objects.exclude(ended_at=None):
        story = reading.story_of(call)
        drawn = phases.lines(phases.moments(story))
        assert call.ended_at

        stretches = phases.stretches(drawn, call.ended_at)

        if call.ended_at == call.started_at:
            assert stretches == []
            continue
        assert stretches[0].since == call.started_at
        for before, after in pairwise(stretches):
            assert before.until <= after.since
        whole = sum(phases.phase_seconds(story, stretches).values())
        assert whole == pytest.approx(call.duration_seconds, abs=3)
        widths = [float(width[:-1]) for *_, width in phases.segments(stretches)]
        assert sum(widths) == pytest.approx(100, abs=1)
