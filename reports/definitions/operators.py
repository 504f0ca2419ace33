"""What operators did: connections, talk, and how long they were ready."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.models import Connection, Operator, OperatorState
from reports.definitions.columns import OPERATOR
from reports.definitions.sums import (
    SummedReport,
    Sums,
    by_name,
    count,
    fraction,
    mean,
    seconds,
)
from reports.present import kinds
from reports.query.operator_times import times
from reports.query.selection import Selection
from reports.query.table import Behind, Column, Reading, Row

State = OperatorState.State

_AHT = mean(
    "aht_seconds",
    _("Average handle time (AHT)"),
    ("handled", "talks"),
    _(
        "Talk and wrap-up time by connection; connections of unknown length are left"
        " out. Hold is not recorded."
    ),
)
# Without wrap-up it is no AHT (docs/metrics.md 5.3).
_WITHOUT_WRAP_UP = replace(_AHT, label=_("Average talk time (no wrap-up recorded)"))


class OperatorsReport(SummedReport):
    """One row per operator, idle ones too; talk and states are cut to the period.

    An operator stands here as history names them: who works by telephone and in the
    browser has two rows.
    """

    slug = "operators"
    title = _("Operators")
    unit = _(
        "Counts connections of queue entries of the period; talk and states are cut at"
        " its ends."
    )
    fields = ("operator",)
    opens = _("Every number that is a link opens the connections it counts.")
    columns = [
        OPERATOR,
        count(
            "connections",
            pgettext_lazy("count", "Connections"),
            _("Conversations with callers who entered a queue in the period."),
        ),
        seconds(
            "talk_seconds",
            _("Talk time"),
            _(
                "Talk within the period. What is under way, or of unknown length, is"
                " left out."
            ),
        ),
        mean(
            "average_talk_seconds",
            _("Average talk time (ATT)"),
            ("talk_seconds", "talks"),
            _("Talk time by connection; those of unknown length are left out."),
        ),
        seconds(
            "wrapup_seconds",
            _("Wrap-up time"),
            _("From the end of a talk until the operator asked for the next caller."),
        ),
        _AHT,
        seconds(
            "ready_seconds",
            _("Ready time"),
            _("Signed in, and waiting for a caller."),
        ),
        seconds(
            "not_ready_seconds",
            _("Not-ready time"),
            _("Signed in, but taking no calls, such as on a break."),
        ),
        seconds(
            "login_seconds",
            _("Login time"),
            _(
                "From signing in to signing out, within the period; also between taking"
                " a caller and speaking, which is in no other column."
            ),
        ),
        fraction(
            "occupancy",
            _("Occupancy"),
            ("handled", "busy_or_ready"),
            _("Talk and wrap-up time, of these and the ready time."),
        ),
        Column(
            "missed_offers",
            _("Missed offers"),
            kinds.COUNT,
            explanation=_(
                "Not known: operators wait on the line and are given callers without"
                " being rung."
            ),
        ),
    ]
    parts = [
        Column("handled", _("talk and wrap-up time"), kinds.SECONDS),
        Column("busy_or_ready", _("talk, wrap-up and ready time"), kinds.SECONDS),
    ]

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; handle time is called talk time where nobody has wrapped up."""
        reading = super().read(asked, may_see_numbers=may_see_numbers)
        if not reading.sums().get("wrapup_seconds"):
            reading.columns = [
                _WITHOUT_WRAP_UP if each is _AHT else each for each in self.columns
            ]
        return reading

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The connections; those of nobody who is known cannot be listed alone."""
        if code != "connections" or (row is not None and not row[0]):
            return None
        if row is not None:
            asked = replace(asked, operators=(row[0],), operator_key="")
        since, until = asked.period.bounds()
        entered = replace(asked, first=None, last=None, since=since, until=until)
        return Behind(Connection, entered)

    def _sums(self, asked: Selection) -> Iterable[tuple[str, Sums]]:
        named: dict[str, str] = {}
        used = set(asked.operators)
        for operator in Operator.objects.all():
            identity = operator.client_identity
            own = [operator.number, f"client:{identity}" if identity else None]
            names = [name for name in own if name]
            named |= dict.fromkeys(names, operator.name)
            if operator.is_active and not asked.operators:
                used.add(names[0])
        found = times(asked, timezone.now())
        return by_name(named, used, {name: _of(done) for name, done in found.items()})


def _of(done: Sums) -> Sums:
    """The sums of a row, of what an operator did."""
    talk, wrap_up, ready = done["talk"], done[State.WRAP_UP], done[State.READY]
    return Sums(
        connections=done["connections"],
        talks=done["talks"],
        talk_seconds=talk,
        wrapup_seconds=wrap_up,
        ready_seconds=ready,
        not_ready_seconds=done[State.NOT_READY],
        login_seconds=sum(done[state] for state in State),
        handled=talk + wrap_up,
        busy_or_ready=talk + wrap_up + ready,
    )
