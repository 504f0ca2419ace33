"""How many operators a stream of calls needs: Erlang C, and Erlang A. No database.

Formulas and vectors: docs/metrics.md 10. Both take calls to arrive at random at a
steady rate and conversations to be of random length. Erlang C lets every caller wait
for ever, so it asks for too many operators where callers give up; Erlang A lets them
give up after a random time with a known mean.
"""

import math
from dataclasses import dataclass

# Steps of the numerical integration over waits; even, as Simpson's rule needs it.
STEPS = 200
# Parts of a sum that are e to the power of this smaller than the greatest are left out.
_NEGLIGIBLE = 40
_PRECISION, _TINY = 1e-12, 1e-300
# No queue of ours needs more, and a search must end.
MOST_OPERATORS = 5_000


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls as they come: how many in how many seconds, and how long each takes.

    `patience_seconds` is the mean time after which a caller gives up; None for callers
    who never do.
    """

    calls: float
    seconds: float
    handle_seconds: float
    patience_seconds: float | None = None

    @property
    def erlangs(self) -> float:
        """The load: how many calls would be talked at once on average."""
        return self.calls * self.handle_seconds / self.seconds


@dataclass(frozen=True, slots=True)
class Prediction:
    """What callers would find: the share answered in time, and the mean wait.

    The wait is that of answered callers in seconds, None where nobody is answered or
    the queue grows without end.
    """

    service_level: float
    asa_seconds: float | None


NOBODY = Prediction(0.0, None)


def predict(traffic: Traffic, operators: float, threshold: float) -> Prediction:
    """What callers find with so many operators, answered within a threshold (seconds).

    Between two whole numbers of operators, who were there for a part of the time, the
    service level lies between theirs.
    """
    fewer = math.floor(operators)
    share = operators - fewer
    found = _predict(traffic, fewer, threshold)
    if not share:
        return found
    more = _predict(traffic, fewer + 1, threshold)
    service_level = found.service_level + share * (
        more.service_level - found.service_level
    )
    if found.asa_seconds is None or more.asa_seconds is None:
        return Prediction(service_level, None)
    waits = found.asa_seconds + share * (more.asa_seconds - found.asa_seconds)
    return Prediction(service_level, waits)


def operators_needed(traffic: Traffic, threshold: float, goal: float) -> int | None:
    """The fewest operators with which the service level reaches a goal (0 to 1).

    None where more than MOST_OPERATORS would be needed.
    """
    if not traffic.calls:
        return 0
    # As more operators never serve worse, the number can be searched by halves.
    low, high = 0, max(1, math.ceil(traffic.erlangs))
    while _predict(traffic, high, threshold).service_level < goal:
        if high >= MOST_OPERATORS:
            return None
        low, high = high, min(2 * high, MOST_OPERATORS)
    while high - low > 1:
        middle = (low + high) // 2
        if _predict(traffic, middle, threshold).service_level < goal:
            low = middle
        else:
            high = middle
    return high


def _predict(traffic: Traffic, operators: int, threshold: float) -> Prediction:
    if operators < 1:
        return NOBODY
    if not traffic.calls or not traffic.handle_seconds:
        return Prediction(1.0, 0.0)
    if traffic.patience_seconds is None:
        return _erlang_c(traffic, operators, threshold)
    return _erlang_a(traffic, operators, threshold, traffic.patience_seconds)


def _erlang_c(traffic: Traffic, operators: int, threshold: float) -> Prediction:
    load, handle = traffic.erlangs, traffic.handle_seconds
    if operators <= load:
        return NOBODY
    blocked = _erlang_b(load, operators)
    waiting = operators * blocked / (operators - load * (1 - blocked))
    free = operators - load
    return Prediction(
        1 - waiting * math.exp(-free * threshold / handle), waiting * handle / free
    )


def _erlang_b(load: float, operators: int) -> float:
    """The share of calls that find all operators busy where nobody may wait."""
    blocked = 1.0
    for number in range(1, operators + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def _erlang_a(
    traffic: Traffic, operators: int, threshold: float, patience: float
) -> Prediction:
    """By the density of the wait that a caller of endless patience would have.

    It is proportional to exp(a (1 - u) - x / service) with u = exp(-x / patience) and a
    = calls in the time of a patience (Baccelli and Hebuterne 1981); a caller is still
    there after x seconds with the probability u. With u in place of x the integrals are
    incomplete gamma functions.
    """
    rate = traffic.calls / traffic.seconds
    arrivals = rate * patience
    order = operators * patience / traffic.handle_seconds

    def integral(power: float, until: float) -> float:
        """Logarithm of that of u^power e^(a (1 - u)) over waits up to a time."""
        inner = arrivals * math.exp(-until / patience)
        whole, beyond = _gamma_share(power, arrivals), _gamma_share(power, inner)
        if beyond >= whole:
            return -math.inf
        share = whole + math.log(-math.expm1(beyond - whole))
        gamma = math.lgamma(power) - power * math.log(arrivals)
        return math.log(patience) + arrivals + gamma + share

    # As shares of one common factor, that of the density at no wait: the probability
    # that an arriving call takes the last free operator, times the rate of calls.
    at_once = -math.log(rate * _erlang_b(traffic.erlangs, operators - 1))
    everyone = _sum_of_exp(at_once, integral(order, math.inf))
    in_time = _sum_of_exp(at_once, integral(order + 1, threshold))
    answered = _sum_of_exp(at_once, integral(order + 1, math.inf))
    waited = _wait_of_answered(arrivals, order, patience)
    return Prediction(math.exp(in_time - everyone), math.exp(waited - answered))


def _wait_of_answered(arrivals: float, order: float, patience: float) -> float:
    """Logarithm of the integral of x u^(order + 1) e^(a (1 - u)) over all waits x.

    By Simpson's rule: it has no closed form.
    """

    def exponent(wait: float) -> float:
        return -arrivals * math.expm1(-wait / patience) - (order + 1) * wait / patience

    peak = patience * max(0.0, math.log(arrivals / (order + 1)))
    highest, end = exponent(peak), patience / (order + 1)
    while exponent(peak + end) > highest - _NEGLIGIBLE:
        end *= 1.5
    width = (peak + end) / STEPS
    total = 0.0
    for step in range(STEPS + 1):
        wait = step * width
        weight = 1 if step in (0, STEPS) else 4 if step % 2 else 2
        total += weight * wait * math.exp(exponent(wait) - highest)
    return highest + math.log(total * width / 3)


def _gamma_share(order: float, value: float) -> float:
    """Logarithm of the lower incomplete gamma function, as a share of the whole one.

    By its series below the order, by its continued fraction above.
    """
    if value <= 0:
        return -math.inf
    factor = order * math.log(value) - value - math.lgamma(order)
    if value < order + 1:
        term = total = 1 / order
        number = order
        while abs(term) > _PRECISION * abs(total):
            number += 1
            term *= value / number
            total += term
        return factor + math.log(total)
    # Lentz's method.
    bottom = value + 1 - order
    upper, lower = 1 / _TINY, 1 / bottom
    found, step = lower, 0
    while True:
        step += 1
        top = -step * (step - order)
        bottom += 2
        lower = 1 / (top * lower + bottom or _TINY)
        upper = bottom + top / upper or _TINY
        change = upper * lower
        found *= change
        if abs(change - 1) < _PRECISION:
            return math.log1p(-math.exp(factor + math.log(found)))


def _sum_of_exp(one: float, other: float) -> float:
    """The logarithm of a sum, of the logarithms of its parts."""
    high, low = max(one, other), min(one, other)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))
