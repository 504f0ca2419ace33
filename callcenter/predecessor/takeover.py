"""Takes the predecessor's calls and operators in.

The calls go the way of every event file: nothing is taken in twice, and what was
interrupted is finished by doing it again.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from callcenter.events.eventfile import line_of_event
from callcenter.models import Operator
from callcenter.predecessor.calls import OldCall, events_of, gaps_of
from callcenter.predecessor.rows import operator_of
from callcenter.upkeep import intake


def make_operators(telnums: Iterable[str]) -> int:
    """Makes the operators that are not there yet; gives how many.

    The predecessor let in whoever called from their number, which can be forged. They
    are inactive until somebody has given them a PIN; history knows them all the same.
    """
    made = 0
    for telnum in sorted(telnums):
        number, identity = operator_of(telnum)
        same = {"number": number} if number else {"client_identity": identity}
        if not Operator.objects.filter(**same).exists():
            Operator.objects.create(**same, name=(number or identity), is_active=False)
            made += 1
    return made


def count_gaps(
    calls: Iterable[OldCall], advanced: Callable[[], object]
) -> Counter[str]:
    """What is odd about these legs, or missing: how often what."""
    gaps: Counter[str] = Counter()
    for call in calls:
        gaps.update(gaps_of(call))
        advanced()
    return gaps


def take_over(
    calls: Iterable[OldCall], advanced: Callable[[int, int], object]
) -> intake.Taken:
    """Loads the events of these legs, and so tells them.

    Operators have to be there before: they say which legs are theirs. Calls `advanced`
    with bytes just loaded, and how many there are.
    """
    with TemporaryDirectory(prefix="minicc-takeover-") as folder:
        path = Path(folder) / "events.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for call in calls:
                file.writelines(f"{line_of_event(one)}\n" for one in events_of(call))
        size = path.stat().st_size
        return intake.load(path, advanced=lambda done: advanced(done, size))
