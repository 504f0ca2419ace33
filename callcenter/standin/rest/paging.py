"""Pages of lists, as the API gives them: tokens, URLs, counts."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from callcenter.standin.rest.values import N, Parameters, Resource

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000


Page = dict[str, int | str | list[Resource] | None]


def page(
    name: str,
    found: Sequence[N],
    resource: Callable[[N], Resource],
    path: str,
    filters: Parameters,
) -> Page:
    """One page of the found resources under a name, with the URLs of its neighbours.

    A token holds the resource where the page before ended (or the one after began),
    so that what is added in front meanwhile repeats nothing and hides nothing.
    """
    size = min(max(filters.whole("PageSize", DEFAULT_SIZE), 1), LARGEST_SIZE)
    number = max(filters.whole("Page", 0), 0)
    token = filters.text("PageToken")
    start, end = _bounds([one.sid for one in found], token, number, size)
    shown = found[start:end]
    asked = [pair for pair in filters.pairs if pair[0] not in _PAGING]

    def address(number: int, token: str = "") -> str:
        query = [*asked, ("PageSize", str(size)), ("Page", str(number))]
        return f"{path}?{urlencode(query + [('PageToken', token)] * bool(token))}"

    has_next = end < len(found) and bool(shown)
    has_previous = start > 0 and bool(shown)
    return {
        name: [resource(one) for one in shown],
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "page": number,
        "page_size": size,
        "uri": address(number, token),
        "first_page_uri": address(0),
        "next_page_uri": address(number + 1, f"PA{shown[-1].sid}")
        if has_next
        else None,
        "previous_page_uri": address(max(number - 1, 0), f"PB{shown[0].sid}")
        if has_previous
        else None,
    }


_PAGING = frozenset({"PageSize", "Page", "PageToken"})


def _bounds(sids: list[str], token: str, number: int, size: int) -> tuple[int, int]:
    """Where a page begins and ends; by its number where the token's resource is gone.

    PA goes on after a resource, PB gives what is before it.
    """
    side, sid = token[:2], token[2:]
    if sid not in sids:
        return number * size, (number + 1) * size
    place = sids.index(sid)
    if side == "PA":
        return place + 1, place + 1 + size
    return max(place - size, 0), place
