"""The menus asked of callers."""

from django.utils.translation import gettext_lazy as _

from callcenter.models import IvrStep
from reports.definitions import columns
from reports.present import decisions, kinds, names
from reports.query.table import Column, ListTable


class IvrStepsReport(ListTable):
    """One row per menu asked, with the input and what it led to."""

    slug = "ivr-steps"
    title = _("IVR steps")
    model = IvrStep
    moment = "asked_at"
    columns = [
        columns.CALL_SID,
        Column("step", _("Step"), kinds.COUNT),
        Column("asked_at", _("Asked at"), kinds.MOMENT),
        Column("menu", _("Menu"), names=names.menus),
        Column("input", _("Input")),
        Column("led_to", _("Led to"), names=decisions.in_words),
        *columns.of_call(),
    ]
