"""Takes over the predecessor's calls and operators.

The calls are loaded as an event file: nothing is loaded twice, and an interrupted run
is finished by the next.
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
    """Creates the operators that do not exist yet; returns how many.

    The predecessor let in whoever called from an operator's number, which can be
    forged. So they are inactive until somebody gives them a PIN; history knows them by
    their number all the same.
    """
    made = 0
    for telnum in sorted(telnums):
        number, identity = operator_of(telnum)
        same = {"number": number} if number else {"client_identity": identity}
        if not Operator.objects.filter(**same).exists():
            Operator.objects.create(**same, name=(number or identity), is_active=False)
            made += 1
    return made


def count_gaps(calls: Iterable[OldCall], on_each: Callable[[], object]) -> Counter[str]:
    """How often each thing is odd about these legs, or missing.

    Calls `on_each` after each leg.
    """
    gaps: Counter[str] = Counter()
    for call in calls:
        gaps.update(gaps_of(call))
        on_each()
    return gaps


def take_over(
    calls: Iterable[OldCall], on_bytes: Callable[[int, int], object]
) -> intake.LoadResult:
    """Loads the events of these legs, and derives their calls.

    The operators have to exist before: by their numbers history knows their legs. Calls
    `on_bytes` with the bytes just loaded, and how many there are in all.
    """
    with TemporaryDirectory(prefix="minicc-takeover-") as folder:
        path = Path(folder) / "events.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for call in calls:
                file.writelines(f"{line_of_event(one)}\n" for one in events_of(call))
        size = path.stat().st_size
        return intake.load(path, on_bytes=lambda done: on_bytes(done, size))
