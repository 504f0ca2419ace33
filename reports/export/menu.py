"""The export menu of a page: the formats, and how files write telephone numbers."""

from collections.abc import Callable
from typing import NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from reports.export.downloads import FORMATS, Format
from reports.export.sheet import Numbers

# The parameter by which a file is asked to write telephone numbers.
NUMBERS = "numbers"
UNKNOWN_NUMBERS = _("Numbers can be written as “page” or “e164”.")


class ExportGroup(NamedTuple):
    """Part of the menu: a heading, which may be empty, and names with links."""

    heading: StrOrPromise
    links: list[tuple[StrOrPromise, str]]


def groups(
    url: Callable[[str, dict[str, str]], str], *, has_numbers: bool
) -> list[ExportGroup]:
    """The menu; `url` makes an address of a format's code and further parameters.

    Where the table has telephone numbers, grouped by how a file writes them.
    """

    def links(formats: list[Format], **more: str) -> list[tuple[StrOrPromise, str]]:
        return [(each.name, url(each.code, more)) for each in formats]

    formats = list(FORMATS.values())
    if not has_numbers:
        return [ExportGroup("", links(formats))]
    for_people = [each for each in formats if each.is_for_people]
    for_programs = [each for each in formats if not each.is_for_people]
    return [
        ExportGroup(
            _("Numbers as on the page: 090-1234-5678"),
            links(for_people, **{NUMBERS: Numbers.PAGE.value}),
        ),
        ExportGroup(
            _("Numbers in E.164: +819012345678"),
            links(for_people, **{NUMBERS: Numbers.E164.value}),
        ),
        ExportGroup(_("For programs"), links(for_programs)),
    ]


def numbers_asked(query: QueryDict) -> Numbers | None:
    """How an address asks for numbers, as on the page by default; None if unknown."""
    asked = query.get(NUMBERS, Numbers.PAGE)
    return Numbers(asked) if asked in Numbers.values else None


def recorded(query: str, file_format: Format, numbers: Numbers) -> str:
    """The query of an export for the record of exports, with the form of numbers."""
    if not file_format.is_for_people:
        return query
    return "&".join(filter(None, (query, f"{NUMBERS}={numbers.value}")))
