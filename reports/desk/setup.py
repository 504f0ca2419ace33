"""What desks show of the setup: names by their codes, the same for all of them."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.models import WrapUpCode
from reports.kept import Kept
from reports.present import decisions, names
from reports.present.names import Names


@dataclass(frozen=True, slots=True)
class Code:
    """A wrap-up code; one that is switched off is still read, and no longer chosen."""

    code: str
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Setup:
    """The names at one moment."""

    queues: Names
    menus: Names
    messages: Names
    operators: Names
    codes: list[Code]

    @property
    def paths(self) -> Names:
        """Paths through menus in words, for the reader of the page."""
        return decisions.paths(self.queues, self.menus, self.messages)


def _read(_now: datetime) -> Setup:
    rows = WrapUpCode.objects.values_list("code", "name", "is_active")
    return Setup(
        queues=names.queues(),
        menus=names.menus(),
        messages=names.messages(),
        operators=names.operators(),
        codes=[Code(*row) for row in rows],
    )


_kept = Kept(_read)
# The names, at most a second old. It raises django.db.Error.
at = _kept.at
forget = _kept.forget
