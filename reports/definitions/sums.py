"""Reports whose rows are sums by a key: their base, and the columns they have."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from reports.query import measures
from reports.query.periods import Key
from reports.query.selection import Selection
from reports.query.table import Reading, Row, Table

# Sums by their names; what has never been added is 0.
Sums = Counter[str]

count = partial(measures.count, get=itemgetter)
seconds = partial(measures.seconds, get=itemgetter)
fraction = partial(measures.fraction, get=itemgetter)
mean = partial(measures.mean, get=itemgetter)


class SummedReport(Table):
    """One row a key, and a total that is made of the sums of all rows."""

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; rates and means of the total are made from the sum of all."""
        found = list(self._sums(asked))
        total = Sums()
        for _key, sums in found:
            total.update(sums)
        return Reading(
            self.columns,
            ([key or None, *self._measured(sums)] for key, sums in found),
            lambda: [None, *self._measured(total)],
            sums=lambda: total,
        )

    @abstractmethod
    def _sums(self, asked: Selection) -> Iterable[tuple[Key, Sums]]:
        """The keys in the order of their rows, and what is summed up of each."""

    def _measured(self, sums: Sums) -> Row:
        return [each.value(sums) if each.value else None for each in self.columns[1:]]


def sums_of(group: Mapping[str, Any], key: str) -> Sums:
    """What a group of a query adds up to, without the key of the group."""
    return Sums({name: amount for name, amount in group.items() if name != key})


def by_name(
    named: Mapping[str, str], used: Iterable[str], found: Mapping[str, Sums]
) -> list[tuple[str, Sums]]:
    """The sums of what is in use and of what was found, by name and then by code."""
    keys: Sequence[str] = sorted(
        {*used, *found}, key=lambda code: (named.get(code, code), code)
    )
    return [(key, found.get(key) or Sums()) for key in keys]
