"""Reads the file of a capture, and what history makes of its calls. No database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from callcenter.capture.findings import Capture, Captured
from callcenter.events.eventfile import UnreadableLine, event_of_line
from callcenter.history.derive import derive
from callcenter.history.rules import Rules
from callcenter.models import Call
from callcenter.params import InvalidParams


@dataclass
class Read:
    """What could be read of a file, and how many lines could not."""

    requests: list[Captured] = field(default_factory=list)
    rejected: int = 0

    @property
    def capture(self) -> Capture:
        """The requests as findings are made of them."""
        return Capture(self.requests)


def read(file: Path) -> Read:
    """The requests of a file; any event file can be read. Raises OSError."""
    found = Read()
    with file.open("rb") as lines:
        for line in lines:
            try:
                event = event_of_line(line)
                extra = json.loads(line).get("capture")
            except (UnreadableLine, InvalidParams):
                found.rejected += 1
                continue
            found.requests.append(
                Captured(event, extra if isinstance(extra, dict) else {})
            )
    return found


def calls(found: Read) -> Iterator[str]:
    """One line for each leg: what history makes of it, without any setup."""
    events = [one.event for one in found.requests]
    sids = dict.fromkeys(event.call_sid for event in events if event.call_sid)
    for sid in sids:
        history = derive(sid, events, Rules())
        call = history.call
        if call is None:
            continue
        said = [f"{sid}  {call.kind}", call.outcome, _seconds(call)]
        for one in history.entries:
            wait = one.entry.wait_seconds
            said.append(f"{one.entry.queue}: {one.entry.outcome} after {wait} s")
            if one.connection:
                talk, code = one.connection.talk_seconds, one.connection.wrap_up_code
                said.append(f"talk {talk} s by {one.connection.talk_source or '?'}")
                said.append(code and f"code {code}")
        states = history.operator_states
        said.append(" > ".join(state.state for state in states))
        yield ", ".join(filter(None, said))


def _seconds(call: Call) -> str:
    seconds = call.duration_seconds
    return "" if seconds is None else f"{seconds} s"
