"""Random setups, also such as the admin would refuse. No database."""

from datetime import date

from hypothesis import strategies as st

from callcenter.demo.setup.installation import LINE
from callcenter.flow.plan import (
    HoursPlan,
    LinePlan,
    MenuPlan,
    MessagePlan,
    OperatorPlan,
    OptionPlan,
    Plan,
    PromptPlan,
    QueuePlan,
)
from callcenter.flow.step import Between, Step
from callcenter.models import MenuOption
from callcenter.params import VoiceParams
from callcenter.routes import PATHS
from callcenter.tests.fuzz.values import CALLERS, PARAMETERS, any_text

# Slugs as the admin allows them.
SLUGS = ["main", "support", "sales", "a", "x-1", "z" * 50]
KEYS = [*"0123456789*#", "silence", "wrong"]
# Text from a URL has no unpaired surrogates: Django replaces them.
_read_text = any_text.map(lambda text: text.encode(errors="replace").decode())
_slug = st.sampled_from(SLUGS)
_language = st.sampled_from(["ja", "en", "ja", "en", "fr"])
_texts = st.one_of(
    any_text,
    st.text(st.sampled_from("あ。. \n&<🙂\x00"), max_size=9000),
    st.integers(2800, 9000).map(lambda length: "あ" * length),
)


def _purposes(*purposes: str) -> st.SearchStrategy[tuple[PromptPlan, ...]]:
    one = st.builds(
        PromptPlan,
        purpose=st.sampled_from(purposes),
        language=_language,
        text=_texts,
        audio_url=st.sampled_from(["", "", "https://cc.example.test/a.wav?b=1&c=2"]),
    )
    return st.lists(one, max_size=2).map(tuple)


_options = st.dictionaries(
    st.sampled_from(KEYS),
    st.builds(
        OptionPlan,
        action=st.sampled_from([*MenuOption.Action, "teleport"]),
        target=st.one_of(_slug, st.just("+81312345678")),
        language=st.sampled_from(["", "", "ja", "en"]),
    ),
    max_size=6,
)
_menus = st.builds(
    MenuPlan,
    slug=_slug,
    timeout_seconds=st.integers(1, 60),
    tries=st.integers(1, 9),
    options=_options,
    prompts=_purposes("main"),
)
_queues = st.builds(
    QueuePlan,
    slug=_slug,
    priority=st.integers(0, 99),
    max_wait_seconds=st.integers(0, 9_999),
    wrapup_seconds=st.integers(0, 600),
    leaves_when_unstaffed=st.booleans(),
    leaves_at_closing=st.booleans(),
    offers_callback=st.booleans(),
    offers_voicemail=st.booleans(),
    announces_wait=st.booleans(),
    records_conversations=st.booleans(),
    prompts=_purposes("waiting", "connecting"),
)
_hours = st.builds(
    HoursPlan, weekday=st.integers(1, 7), opens_at=st.times(), closes_at=st.times()
)
_lines = st.builds(
    LinePlan,
    number=st.sampled_from([LINE, "+15550100002"]),
    queue=_slug,
    menu=st.one_of(st.just(""), _slug),
    language=st.sampled_from(["ja", "en"]),
    fallback_number=st.sampled_from(["", "+15550100003", LINE]),
    hours=st.lists(_hours, max_size=3).map(tuple),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=2),
    prompts=_purposes("greeting", "closed"),
)
_operators = st.builds(
    OperatorPlan,
    name=any_text,
    number=st.sampled_from(["", *[one for one in CALLERS if one.startswith("+81")]]),
    client_identity=st.sampled_from(["", "agent_01"]),
    pin=st.sampled_from(["", "md5$salt$0", "no hash at all"]),
    queues=st.lists(_slug, max_size=3).map(tuple),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A setup; its menus may lead to targets that do not exist."""
    return Plan(
        version=draw(st.integers(0, 9)),
        lines={one.number: one for one in draw(st.lists(_lines, max_size=2))},
        default_line=draw(st.sampled_from([LINE, "", "+464"])),
        menus={one.slug: one for one in draw(st.lists(_menus, max_size=3))},
        messages={
            slug: MessagePlan(slug, draw(_purposes("main")))
            for slug in draw(st.sets(_slug, max_size=2))
        },
        queues={one.slug: one for one in draw(st.lists(_queues, max_size=3))},
        operators=tuple(draw(st.lists(_operators, max_size=2))),
        blocked=draw(st.frozensets(st.sampled_from(CALLERS), max_size=2)),
        wrap_up_codes=draw(
            st.dictionaries(st.sampled_from(["1", "12", "999"]), _slug, max_size=2)
        ),
    )


@st.composite
def forms(draw: st.DrawFn) -> dict[str, str | list[str]]:
    """A form as `VoiceParams.parse` takes it: each name with one or several values."""
    form: dict[str, str | list[str]] = {"CallSid": "CA" + "1" * 32}
    for name in draw(st.lists(st.sampled_from(sorted(PARAMETERS)), max_size=10)):
        one = PARAMETERS[name]
        form[name] = draw(st.one_of(one, one, one, st.lists(one, max_size=3)))
    for name in draw(st.lists(any_text, max_size=2)):
        form[name] = draw(any_text)
    return form


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """A request and its place in a call, also at the limits of what URLs may say."""
    form = draw(forms()) | {"CallSid": "CA" + "1" * 32}
    number = st.one_of(st.integers(0, 3), st.sampled_from([99, 100, 101, 9_999_999]))
    return Step(
        kind=draw(st.sampled_from([*PATHS])),
        params=VoiceParams.parse(form),
        queue=draw(st.one_of(_slug, _read_text))[:64],
        visit=draw(st.sampled_from([0, 1, 2, 32_767])),
        menu=draw(st.one_of(_slug, _read_text)),
        step=draw(number),
        visits=draw(st.sampled_from([0, 1, 2, 32_767])),
        again=draw(number),
        language=draw(st.sampled_from(["", "ja", "en"])),
        signed_in=draw(st.booleans()),
        is_recorded=draw(st.booleans()),
        token=draw(_read_text),
        proof=draw(_read_text)[:64],
        state=draw(st.sampled_from(["", *Between])),
        about=draw(st.sampled_from(["", "CA" + "2" * 32])),
    )
