"""Who may see callers' numbers, and how they are masked for others. No database.

The user of a request is known while it is answered, as the language is, so that columns
of a list need no argument for it. Without a user numbers are masked.
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
_URIS = ("sip:", "sips:", "tel:")
# Five digits in a row or more are taken for a number.
_DIGITS = re.compile(r"\+?[0-9]{5,}")


def know_the_reader(get_response: Handler) -> Handler:
    """A middleware that keeps the user while the request is answered."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        token = _reader.set(request.user)
        try:
            return get_response(request)
        finally:
            _reader.reset(token)

    return answer


def reader() -> Reader | None:
    """The user of the request that is being answered, if there is one."""
    return _reader.get()


def may_see_numbers(user: Reader | None) -> bool:
    """Whether a user may see callers' numbers; False without a user."""
    return user is not None and user.has_perm(PERMISSION)


def may_see_numbers_to_ring_back(user: Reader) -> bool:
    """Whether a user sees whole numbers on the work list, to ring back."""
    return may_see_numbers(user) or user.has_perm("callcenter.change_followup")


def number_for(user: Reader | None, number: str) -> str:
    """A caller's number for a user: as people write it, or masked."""
    if may_see_numbers(user):
        return phone_number(number)
    return formats.masked_number(number)


def shown(number: str) -> str:
    """A caller's number for the user of the current request."""
    return number_for(_reader.get(), number)


def as_sent(text: str) -> str:
    """A text from Twilio, with numbers masked for users who may not see them."""
    if may_see_numbers(_reader.get()):
        return text
    if text.casefold().startswith(_URIS):
        return formats.masked_number(text)
    return _DIGITS.sub(lambda found: formats.masked_number(found[0]), text)
