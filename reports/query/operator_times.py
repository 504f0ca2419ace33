"""What operators did in a period: connections, talk and states, in seconds.

The stored sums of days answer what they can, and the rows of history the rest; both
give the same. States that are open are added as they are now.
"""

from collections import Counter
from datetime import datetime

from reports.query.intervals.answer import stored_operator_sums
from reports.query.operator_rows import STATES, sums_of_open_states, sums_of_rows
from reports.query.selection import Selection

# By the operator, as history names them; the sums by name, as in `operator_rows`.
Times = dict[str, Counter[str]]


def times(asked: Selection, now: datetime) -> Times:
    """What the operators who are asked for did in the period, until now at most.

    A fixed number of queries, however many operators and days there are.
    """
    found = stored_operator_sums(asked)
    if found is None:
        found = sums_of_rows(asked)
    for operator, lengths in sums_of_open_states(asked, now).items():
        found[operator].update(lengths)
    for sums in found.values():
        for name in ("talk", *STATES):
            sums[name] //= 1_000_000
    return found
