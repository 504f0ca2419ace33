"""A caller's line and an operator's, for the tests of queues."""

from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.calls.legs import Leg
from callcenter.tests.standin.server import BASE, CALLER, LINE, OPERATOR, Server

DESK = "+815000000102"
WAIT = '<Pause length="10"/>'
ENQUEUE = '<Enqueue action="/action" waitUrl="/wait">sales</Enqueue>'
DIAL = '<Dial action="/done" timeout="60"><Queue url="/connect">sales</Queue></Dial>'
ANNOUNCE = '<Say language="en-US">An operator for you</Say>'


def server(**replies) -> Server:
    """One that queues callers and lets operators dial the queue once."""
    given = {"incoming": ENQUEUE, "desk": DIAL, "wait": WAIT, "connect": ANNOUNCE}
    given |= {"action": "", "done": ""}
    given |= replies
    return Server({f"/{name}": reply for name, reply in given.items()})


def caller(exchange: Exchange, number: str = CALLER) -> Leg:
    """Somebody calls."""
    return exchange.ring(number, LINE)


def operator(exchange: Exchange, number: str = OPERATOR) -> Leg:
    """An operator dials in."""
    if DESK not in exchange.numbers:
        exchange.add_number(Number(DESK, f"{BASE}/desk", f"{BASE}/status"))
        exchange.queue("sales")
    return exchange.ring(number, DESK)


def result(server: Server) -> dict[str, str]:
    """What the only Enqueue action posted."""
    (form,) = server.forms("/action")
    names = ("QueueResult", "QueueTime", "CallStatus")
    posted = {name: form[name] for name in names if name in form}
    posted["has QueueSid"] = str("QueueSid" in form)
    return posted
