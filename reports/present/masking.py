"""Who may read callers' numbers, and how they read for everybody else. No database.

The reader of a page is known while its request is answered, as the language is, so that
a column of a list need not be told. Without a reader numbers are masked.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponseBase

from callcenter.numbers import phone_number
from reports.present import formats

PERMISSION = "callcenter.view_numbers"

Reader = User | AnonymousUser
Handler = Callable[[HttpRequest], HttpResponseBase]

_reader: ContextVar[Reader | None] = ContextVar("reader", default=None)
# So many digits in a row are a number, whatever stands around them: sip:+8150...@host.
_DIGITS = re.compile(r"\+?[0-9]{5,}")


def know_the_reader(get_response: Handler) -> Handler:
    """A middleware: whoever is logged in is the reader until the page is written."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        token = _reader.set(request.user)
        try:
            return get_response(request)
        finally:
            _reader.reset(token)

    return answer


def reader() -> Reader | None:
    """Whoever reads the page that is being written, if anybody."""
    return _reader.get()


def may_see_numbers(user: Reader | None) -> bool:
    """Whether somebody may read callers' numbers; nobody in particular may not."""
    return user is not None and user.has_perm(PERMISSION)


def may_ring_back(user: Reader) -> bool:
    """Whether the work list shows whole numbers: whoever rings back must know whom."""
    return may_see_numbers(user) or user.has_perm("callcenter.change_followup")


def number_for(user: Reader | None, number: str) -> str:
    """A caller's number as it reads for somebody: as people write it, or masked."""
    if may_see_numbers(user):
        return phone_number(number)
    return formats.masked_number(number)


def shown(number: str) -> str:
    """A caller's number as it reads for the reader of this page."""
    return number_for(_reader.get(), number)


def as_sent(text: str) -> str:
    """What Twilio sent, its numbers masked for those who may not see them."""
    if may_see_numbers(_reader.get()):
        return text
    return _DIGITS.sub(lambda found: formats.masked_number(found[0]), text)
