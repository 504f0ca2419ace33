"""The filter of queue entries by a span of waits."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.admin.filters import ValueFilter
from reports.present import links
from reports.query.waits import parse_span


class WaitFilter(ValueFilter):
    """Those who waited so long; it comes from links of the wait distribution."""

    title = _("wait")
    parameter_name = links.PARAMETERS["waited"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = self.value() or ""
        self.span = parse_span(value) if value else None
        if value and self.span is None:
            text = gettext("“%(value)s” is no span of waits; write 5-10, -5 or 300-.")
            self.problem = text % {"value": value}

    def lookups(
        self, request: Any, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """The span that is asked for; without one the filter is not shown."""
        value = self.value() or ""
        span = parse_span(value)
        return [(value, span.in_words() if span else value)] if value else []

    def asked(self) -> dict[str, Any]:
        return {"waited": self.span}
