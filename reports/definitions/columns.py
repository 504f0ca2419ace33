"""Columns that several reports have, and what they are looked up from."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from callcenter.models import Call, Connection, QueueEntry
from callcenter.numbers import phone_number
from reports.present import formats, names
from reports.query.table import Column

CALL_SID = Column("call_sid", _("Call SID"))
VISIT = Column("visit", _("Visit"), formats.count)
QUEUE = Column("queue", _("Queue"), names=names.queues)
LINE = Column("line", _("Line"), phone_number)
CALLER = Column("caller", _("Caller"), phone_number)
POSITION = Column("position", _("Position"), formats.count)
IVR_PATH = Column("ivr_path", _("IVR path"))
WAIT_SECONDS = Column("wait_seconds", _("Wait"), formats.duration, adds_up=True)
TALK_SECONDS = Column("talk_seconds", _("Talk time"), formats.duration, adds_up=True)
TALK_SOURCE = Column(
    "talk_source", _("Source of talk time"), names=names.of(Connection.TalkSource)
)
OPERATOR = Column("operator", _("Operator"), names=names.operators)
OPERATOR_CALL_SID = Column("operator_call_sid", _("Operator leg"))
ENTRY_OUTCOME = Column("outcome", _("Outcome"), names=names.of(QueueEntry.Outcome))


def call_sids(pks: Iterable[int]) -> dict[int, str]:
    """SIDs of calls by primary key, for the rows of a page.

    A dictionary beside the list, because a join makes MariaDB sort millions of rows
    before the first is there.
    """
    return dict(Call.objects.filter(pk__in=set(pks)).values_list("pk", "sid"))
