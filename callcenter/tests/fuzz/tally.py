"""What a run has tried and seen, for the line at its end. No database."""

from collections import Counter

TALLY: Counter[str] = Counter()


def sentence(database: str) -> str:
    """The run in one line."""
    n = {name: f"{count:,}" for name, count in TALLY.items()}

    def of(name: str) -> str:
        return n.get(name, "0")

    return (
        f"fuzz on {database}: {of('requests')} requests ({of('accepted')} accepted,"
        f" {of('repeats')} of them repeats, {of('refused')} refused),"
        f" {of('5xx')} answers of 5xx, {of('errors')} errors logged,"
        f" {of('lost')} accepted events lost; {of('documents')} documents with"
        f" {of('faults')} faults; {of('without database')} requests without a database;"
        f" {of('calls')} random calls; {of('retold')} histories told again from a file;"
        f" {of('reports')} reports printed; {of('lines')} lines of event files"
        f" ({of('rejected')} rejected); {of('values')} values for the pure parts"
    )
