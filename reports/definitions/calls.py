"""Inbound customer calls, and the legs of every kind."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from callcenter.models import Call
from callcenter.models.history import was_rung
from callcenter.numbers import country
from reports.definitions import columns
from reports.present import kinds, names, swatches
from reports.query.keyset import Listed
from reports.query.selection import Selection
from reports.query.table import Behind, Column, ListTable
from reports.query.values import last_known

Kind = Call.Kind

_CALL_SID = replace(columns.CALL_SID, paths=("sid",))
_STARTED_AT = Column("started_at", _("Started at"), kinds.MOMENT)
_ENDED_AT = Column("ended_at", _("Ended at"), kinds.MOMENT)
_DURATION_SECONDS = Column(
    "duration_seconds", _("Duration"), kinds.SECONDS, adds_up=True
)
_KIND = Column("kind", _("Kind"), names=names.of(Kind))
_STATUS = Column("status", _("Status"))


def _party(number: str, raw: str) -> str | None:
    """The number or text of a caller, else an address of ours; none when withheld."""
    return number or (raw if ":" in raw else None)


def _from(kind: str, direction: str, caller: str, line: str, raw: str) -> str | None:
    return _party(line if was_rung(kind, direction) else caller, raw)


def _to(kind: str, direction: str, caller: str, line: str, raw: str) -> str | None:
    return _party(caller if was_rung(kind, direction) else line, raw)


# An operator's number is no secret, a customer's may be one.
def _is_from_customer(kind: str, direction: str, *_: str) -> bool:
    return kind != Kind.OPERATOR and not was_rung(kind, direction)


def _is_to_customer(kind: str, direction: str, *_: str) -> bool:
    return was_rung(kind, direction)


_FROM = Column(
    "from",
    _("From"),
    kinds.PHONE_NUMBER,
    paths=("kind", "direction", "caller", "line", "from_raw"),
    value=_from,
    is_caller=True,
    is_of_caller=_is_from_customer,
    says_withheld=True,
)
_TO = Column(
    "to",
    _("To"),
    kinds.PHONE_NUMBER,
    paths=("kind", "direction", "caller", "line", "to_raw"),
    value=_to,
    is_caller=True,
    is_of_caller=_is_to_customer,
)


def _operator(kind: str, caller: str, raw: str, answered: str | None) -> str | None:
    """Whose leg it is, or who answered the caller; the last of several operators."""
    return (caller or raw) if kind == Kind.OPERATOR else answered


def _count(code: str, label: StrOrPromise, field: str) -> Column:
    """The number of rows that belong to a call, which its own field holds."""
    return Column(code, label, kinds.COUNT, paths=(field,), adds_up=True)


class CallsReport(ListTable):
    """One row per inbound customer call; in the list of the admin one row per leg."""

    slug = "calls"
    title = _("Calls")
    model = Call
    moment = "started_at"
    columns = [
        _CALL_SID,
        _STARTED_AT,
        _ENDED_AT,
        _DURATION_SECONDS,
        columns.LINE,
        replace(
            columns.CALLER,
            paths=("caller", "kind"),
            value=lambda caller, _kind: caller or None,
            is_of_caller=lambda _caller, kind: kind != Kind.OPERATOR,
        ),
        Column(
            "caller_country",
            _("Country"),
            paths=("caller",),
            value=lambda caller: country(caller) or None,
        ),
        Column(
            "outcome",
            _("Outcome"),
            names=names.of(Call.Outcome),
            drawn=swatches.outcome,
        ),
        columns.IVR_PATH,
        _count("ivr_steps", pgettext_lazy("count", "IVR steps"), "ivr_step_count"),
        _count("entries", pgettext_lazy("count", "Queue entries"), "entry_count"),
        _count(
            "connections", pgettext_lazy("count", "Connections"), "connection_count"
        ),
        columns.WAIT_SECONDS,
        columns.TALK_SECONDS,
        Column("disconnected_by", _("Ended by"), names=names.of(Call.DisconnectedBy)),
        *(replace(each, is_for_lists=True) for each in (_KIND, _FROM, _TO, _STATUS)),
        *columns.of_fields(Call, "from_log"),
        Column(
            "operator",
            _("Operator"),
            kinds.PHONE_NUMBER,
            names=names.operators,
            is_for_lists=True,
            paths=(
                "kind",
                "caller",
                "from_raw",
                "queue_entries__connections__operator",
            ),
            value=_operator,
            gather=last_known,
        ),
        columns.line_number(),
    ]

    def as_list(self, asked: Selection) -> Behind:
        return Behind(Call, replace(asked, kind=Kind.CUSTOMER))

    def listed(self, asked: Selection) -> Listed[Call]:
        """Legs of customers: a filter, since the period holds legs of other kinds."""
        legs = super().listed(asked)
        customers = legs.rows.filter(kind=Kind.CUSTOMER)
        return Listed(customers, legs.period, is_filtered=True)


class LegsReport(ListTable):
    """One row per leg, whosever it is.

    Filtered by a queue: the legs that entered it. Filtered by an operator: the
    operator's own legs and those of callers whom they served.
    """

    slug = "legs"
    title = _("Legs")
    model = Call
    moment = "started_at"
    columns = [
        _CALL_SID,
        _KIND,
        _STARTED_AT,
        _ENDED_AT,
        _DURATION_SECONDS,
        _FROM,
        _TO,
        _STATUS,
    ]
