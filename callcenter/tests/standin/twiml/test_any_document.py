"""Whatever a server answers, the leg ends and nothing breaks."""

from xml.sax.saxutils import escape, quoteattr

from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.standin.network.transport import Answer
from callcenter.standin.twiml.schema import RULES
from callcenter.tests.standin.server import CALLER, LINE, Server, play

NAMES = sorted(RULES)
ATTRIBUTES = sorted({name for rule in RULES.values() for name in rule.attributes})
PLAIN = ["", "0", "1", "5", "-1", "9" * 5000, "true", "GET", "auto", "#", "*", "٣"]
ODD = ["/incoming", "http://[", "https://x_y/", "//", "#rp=no", "anna", "dtmf speech"]
VALUES = st.sampled_from([*PLAIN, *ODD])
TEXTS = st.sampled_from(
    ["", "sales", "x" * 65, "/incoming", "http://[", "+8150", "長い"]
)


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, text, inner: (
            f"<{name}"
            + "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
            + f">{escape(text)}{''.join(inner)}</{name}>"
        ),
        st.sampled_from(NAMES),
        st.dictionaries(
            st.sampled_from([name for name in ATTRIBUTES if ":" not in name]),
            VALUES,
            max_size=4,
        ),
        TEXTS,
        st.lists(children, max_size=3),
    )


documents = st.lists(st.recursive(element(st.just("")), element, max_leaves=6))


@given(documents, st.floats(0, 100))
@example(["<Redirect>http://[</Redirect>"], 1.0)
@example([f'<Pause length="{"9" * 5000}"/>'], 1.0)
@example(['<Enqueue waitUrl="http://[">sales</Enqueue>'], 1.0)
@example(['<Dial><Number statusCallback="http://[">1</Number></Dial>'], 1.0)
def test_any_document_lets_the_leg_end(inside, patience):
    served = Server({"/incoming": "".join(inside)})

    async def story(exchange):
        async def picks_up(leg):
            leg.answer()

        exchange.clients["anna"] = exchange.phones["+8150"] = picks_up
        leg = exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(patience)
        leg.press("1#*")
        await exchange.clock.sleep(patience)
        leg.hang_up()
        await exchange.clock.sleep(700)

    exchange = play(served, story)

    assert all(leg.is_over for leg in exchange.calls.values())
    assert len(served.forms("/status")) == 1


@given(st.binary(max_size=200), st.sampled_from(["text/xml", "", "text/xml;;"]))
def test_any_bytes_let_the_leg_end(body, kind):
    served = Server({"/incoming": Answer(200, kind, body)})

    async def story(exchange):
        exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(100)
        for leg in exchange.calls.values():
            leg.hang_up()

    exchange = play(served, story)

    (leg,) = exchange.calls.values()
    assert leg.is_over


@given(st.text(max_size=60))
@example("http://[")
@example("https://a:b@[::1]:x/")
def test_any_address_lets_the_leg_end(url):
    served = Server({})

    async def story(exchange):
        leg = exchange.ring(CALLER, LINE, voice_url=url)
        await exchange.clock.sleep(100)
        leg.hang_up()

    exchange = play(served, story)

    (leg,) = exchange.calls.values()
    assert leg.is_over
