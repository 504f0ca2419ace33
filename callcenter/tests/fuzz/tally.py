"""Counts of what a run has tried and seen, for its summary. No database."""

from collections import Counter

TALLY: Counter[str] = Counter()


def sentence(database: str) -> str:
    """The counts of a run as one sentence."""
    n = {name: f"{count:,}" for name, count in TALLY.items()}

    def of(name: str) -> str:
        return n.get(name, "0")

    return (
        f"fuzz on {database}: {of('requests')} requests ({of('accepted')} accepted,"
        f" {of('repeats')} of them repeats, {of('refused')} refused),"
        f" {of('5xx')} answers of 5xx, {of('errors')} errors logged,"
        f" {of('lost')} accepted events lost; {of('documents')} documents with"
        f" {of('faults')} faults; {of('without database')} requests without a database;"
        f" {of('calls')} random calls; {of('rebuilt')} histories rebuilt from a file;"
        f" {of('reports')} reports printed; {of('lines')} lines of event files"
        f" ({of('rejected')} rejected); {of('values')} values for the pure parts;"
        f" {of('addresses')} addresses of lists"
    )
