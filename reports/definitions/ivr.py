"""The menus asked of callers."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from reports.definitions import columns
from reports.present import formats, names
from reports.query.forms import ReportForm
from reports.query.keyset import newest_first
from reports.query.table import Column, Report, Row


class IvrStepsReport(Report):
    """One row a menu asked, with the input and what it led to."""

    slug = "ivr-steps"
    title = _("IVR steps")
    columns = [
        columns.CALL_SID,
        Column("step", _("Step"), formats.count),
        Column("asked_at", _("Asked at"), formats.moment),
        Column("menu", _("Menu"), names=names.menus),
        Column("input", _("Input")),
        Column("led_to", _("Led to")),
    ]

    def rows(self, form: ReportForm) -> Iterator[Row]:
        """The rows, newest first."""
        pages = newest_first(
            form.ivr_steps(), "asked_at", "call_id", "step", "menu", "input", "led_to"
        )
        for page in pages:
            sids = columns.call_sids(asked.call_id for asked in page)
            for asked in page:
                yield {
                    "call_sid": sids[asked.call_id],
                    "step": asked.step,
                    "asked_at": asked.asked_at,
                    "menu": asked.menu,
                    "input": asked.input or None,
                    "led_to": asked.led_to or None,
                }
