"""Who may see callers' numbers, and how they are masked for others. No database.

The user of a request is known while it is answered, as the language is, so that columns
of a list need no argument for it. Without a user numbers are masked.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponseBase

from reports.present import formats

PERMISSION = "callcenter.view_numbers"

Reader = User | AnonymousUser
Handler = Callable[[HttpRequest], HttpResponseBase]

_reader: ContextVar[Reader | None] = ContextVar("reader", default=None)
# What people write between the digits of a number, in half and full width.
_BETWEEN = r"[\s().\-/‐‑‒–—―−ーｰ－（）．・／]"
# Five digits or more are taken for a number, whatever stands between them. Longer
# alternatives first: what has digits and is no number, then addresses.
_PARTS = re.compile(
    rf"""
    (?P<other>
        (?<![0-9A-Za-z]) [A-Z]{{2}}[0-9a-fA-F]{{32}} (?![0-9A-Za-z])  # a SID
        | (?<!\d) (?:19|20)[0-9]{{2}} ([-/]) [01][0-9] \2 [0-3][0-9]  # a day
            (?:[T ] [0-2][0-9] (?: :[0-5][0-9] ){{1,2}} (?:\.[0-9]+)?
                (?: Z | [+-][0-9]{{2}}:?[0-9]{{2}} )? )?
            (?! {_BETWEEN}?\d)
        | (?<!\d) [0-3]?[0-9][ ][A-Z][a-z]{{2}}[ ](?:19|20)[0-9]{{2}}  # of an e-mail
            [ ][0-2][0-9](?: :[0-5][0-9] ){{2}} (?:[ ][+-][0-9]{{4}})? (?!\d)
    )
    | (?P<scheme>\b(?:sips?|tel):) (?P<user>[^@\s<>"]*) (?P<host>(?:@[^@\s<>"]*)?)
    | [+＋]? [(（]? \d (?:{_BETWEEN}{{0,3}}\d){{4,}}
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Fewer digits are a number where nothing else can stand.
_DIGIT = re.compile(r"\d")
_FEW_DIGITS = re.compile(rf"[+＋]?(?:{_BETWEEN}*\d){{1,4}}{_BETWEEN}*")


def know_the_reader(get_response: Handler) -> Handler:
    """A middleware that keeps the user while the request is answered."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        token = _reader.set(request.user)
        try:
            return get_response(request)
        finally:
            _reader.reset(token)

    return answer


@contextmanager
def read_by(user: Reader) -> Iterator[None]:
    """Let a user be the reader of what the worker writes."""
    token = _reader.set(user)
    try:
        yield
    finally:
        _reader.reset(token)


def reader() -> Reader | None:
    """The user of the request that is being answered, if there is one."""
    return _reader.get()


def may_see_numbers(user: Reader | None) -> bool:
    """Whether a user may see callers' numbers; False without a user."""
    return user is not None and user.has_perm(PERMISSION)


def may_see_numbers_to_ring_back(user: Reader) -> bool:
    """Whether a user sees whole numbers to ring back: on the work list, at the desk."""
    return may_see_numbers(user) or user.has_perm("callcenter.change_followup")


def number_for(user: Reader | None, number: str) -> str:
    """A caller's number for a user: as people write it, or masked."""
    seen = number if may_see_numbers(user) else formats.masked_number(number)
    return formats.number(seen)


def shown(number: str) -> str:
    """A caller's number for the user of the current request."""
    return number_for(_reader.get(), number)


def as_sent(text: str) -> str:
    """A text from Twilio, with numbers masked for users who may not see them.

    Numbers are recognised in any writing; SIDs, days and moments stay.
    """
    if may_see_numbers(_reader.get()):
        return text
    return _PARTS.sub(_masked_part, text)


def address_as_sent(text: str) -> str:
    """A `From`, a `To` or whom we dial: as `as_sent`; here few digits are a number."""
    if not may_see_numbers(_reader.get()) and _FEW_DIGITS.fullmatch(text):
        return _DIGIT.sub("*", text)
    return as_sent(text)


def without_numbers(text: str) -> str:
    """A text in which every number is masked, whoever reads it."""
    return _PARTS.sub(_masked_part, text)


def _masked_part(found: re.Match[str]) -> str:
    if found["other"] is not None:
        return found[0]
    if found["scheme"] is not None:
        return found["scheme"] + "*" * len(found["user"]) + found["host"]
    return formats.masked_number(found[0])
