"""What operators did in a period: connections, talk and states, in seconds.

The stored sums of days answer what they can, and the rows of history the rest; both
give the same. States that are open are added as they are now.
"""

from datetime import datetime

from reports.query.intervals.answer import stored_operator_sums
from reports.query.operator_rows import OperatorSums, sums_of_open_states, sums_of_rows
from reports.query.selection import Selection


def times(asked: Selection, now: datetime) -> OperatorSums:
    """What the operators who are asked for did in the period, until now at most.

    A fixed number of queries, however many operators and days there are.
    """
    found = stored_operator_sums(asked)
    if found is None:
        found = sums_of_rows(asked)
    for operator, lengths in sums_of_open_states(asked, now).items():
        found[operator].update(lengths)
    return found
