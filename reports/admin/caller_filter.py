"""The calls of one caller, who is named in the address by one of the calls.

An address with the number itself would stay in the logs of proxies and in histories of
browsers.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call
from reports import looks
from reports.admin.filters import ValueFilter
from reports.present import links, masking


class CallerFilter(ValueFilter):
    """The calls of the caller of a call, by its SID; a link leads there, no choice."""

    title = _("caller")
    parameter_name = links.PARAMETERS["caller_of"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.value() and not self.lookup_choices:
            self.problem = gettext(
                "No call with a caller's number is known under the SID in the address."
            )

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """The caller that is asked for, if there is one, as the reader may see them.

        Whoever asks is recorded, as on the caller's page.
        """
        sid = self.value()
        if not sid:
            return []
        callers = Call.objects.with_caller(sid).values_list("caller", flat=True)
        for caller in callers:
            looks.at_caller(request, caller)
        return [(sid, masking.shown(caller)) for caller in callers]

    def has_output(self) -> bool:
        """Whether the address asks for it; Django ignores a filter without output."""
        return bool(self.value())

    def asked(self) -> dict[str, Any]:
        return {"caller_of": self.value() or ""}
