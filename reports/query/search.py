"""What people type into the search box of a history list, as indexed lookups.

A whole number finds the calls of one telephone, however it is written: in international
form, or in the national one of the home country.
"""

import re
import unicodedata

from django.db.models import Q

from callcenter.numbers import HOME_COUNTRY_CODE, international_form

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_NUMBER = re.compile(r"\+?[0-9]+")
_SEPARATORS = re.compile(r"[\s()\-‐‑–ー－.]")
# Fewer digits find half of the country.
FEWEST_DIGITS = 3
# National numbers of Japan have ten digits or more, the first one a zero that the
# international form leaves out.
_NATIONAL = re.compile(r"0[0-9]{9,}")
_HOME = f"+{HOME_COUNTRY_CODE}"


def normal(term: str) -> str:
    """The term in half-width characters, without what people put between digits."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", term))


def is_sid(term: str) -> bool:
    """Whether the (normal) term is an identifier of Twilio's."""
    return _SID.fullmatch(term) is not None


def is_number(term: str) -> bool:
    """Whether the (normal) term is a telephone number, or its last digits."""
    return (
        _NUMBER.fullmatch(term) is not None and len(term.lstrip("+")) >= FEWEST_DIGITS
    )


def of_number(lookup: str, term: str) -> Q:
    """Numbers that a (normal) term finds, by the column that holds them reversed.

    A whole number is that and the same in the other form, in which carriers may have
    sent it; fewer digits are the last ones.
    """
    spellings = {term, international_form(term)}
    if term.startswith(_HOME):
        spellings.add(term.replace(_HOME, "0", 1))
    elif not (term.startswith("+") or _NATIONAL.fullmatch(term)):
        return _ends_with(lookup, term)
    return Q(**{f"{lookup}__in": sorted(each[::-1] for each in spellings)})


def of_caller(caller: str) -> Q:
    """Calls of a caller, however the number was sent; of a text that text alone."""
    if is_number(caller):
        return of_number("caller_reversed", caller)
    return Q(caller=caller)


def _ends_with(lookup: str, term: str) -> Q:
    """Numbers that end with these digits.

    A range, since it takes the index on every database: __startswith is LIKE BINARY on
    MySQL, and LIKE without regard to case takes no index on SQLite. Letters come after
    digits in every collation.
    """
    backwards = term[::-1]
    return Q(**{f"{lookup}__gte": backwards, f"{lookup}__lt": f"{backwards}a"})
