"""The search box of the work list, by the rules of the lists' search."""

from django.contrib.auth.models import User
from django.db.models import Q

from callcenter.numbers import caller_of, is_withheld
from reports.present import masking
from reports.present.formats import DIGITS_LEFT
from reports.query import search

# The condition that no call fulfils.
NOTHING = Q(pk__in=())


class TooManyDigits(Exception):
    """The reader sees numbers masked, and searches by more digits than are shown."""


def condition(text: str, user: User) -> Q:
    """The abandoned calls that a text finds.

    By searching for more digits than are shown, a reader could find out the others: for
    that it raises TooManyDigits. Whoever rings back sees the numbers of this page.
    """
    may_see = masking.may_see_numbers_to_ring_back(user)
    term = search.normal(text)
    if search.is_sid(term):
        return Q(call__sid=term)
    if search.is_number(term):
        if not may_see and len(term) > DIGITS_LEFT:
            raise TooManyDigits
        return search.of_number("call__caller_reversed", term)
    if not may_see or not term or is_withheld(text):
        return NOTHING
    if ":" in text:
        return Q(caller=caller_of(text.strip()))
    return Q(call__caller_reversed=text.strip()[::-1])
