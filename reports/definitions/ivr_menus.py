"""What callers did when a menu was asked, and how many gave up there."""

from collections.abc import Iterable
from dataclasses import replace
from operator import itemgetter

from django.db.models import Count
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import IvrStep, Menu
from reports.definitions.sums import (
    SummedReport,
    Sums,
    by_name,
    count,
    fraction,
    sums_of,
)
from reports.present import kinds, names
from reports.query import counted_steps
from reports.query.counted_steps import INPUTS
from reports.query.selection import Selection
from reports.query.table import DAYS_BY_THE_CLOCK, Behind, Column, Row


def _name_of_key(key: str) -> str:
    return gettext("Key %(key)s") % {"key": key}


# In the language of the reader, not in that of the start.
_key = lazy(_name_of_key, str)


class IvrMenusReport(SummedReport):
    """One row per menu, those that nobody was asked too."""

    slug = "ivr-menus"
    title = _("By menu")
    unit = _("Counts how often a menu was asked: one call may be asked several times.")
    opens = _("Every number opens the IVR steps it counts.")
    reads_each = True
    fields = ("line", *DAYS_BY_THE_CLOCK)
    columns = [
        Column("menu", _("Menu"), names=names.menus),
        count(
            "asked",
            _("Asked"),
            _("Every time the menu was played, also after a wrong key."),
        ),
        count("answered", _("Key pressed"), _("A key that leads somewhere.")),
        count("no_input", _("No key"), _("No key until the menu went on by itself.")),
        count(
            "wrong_key",
            _("Wrong key"),
            _(
                "A key that is no option, after which the menu was asked again; or the"
                " last such try."
            ),
        ),
        count(
            "hung_up",
            _("Hung up"),
            _("The call ended at the menu. Callers who hear it now are not counted."),
        ),
        fraction(
            "drop_off_rate",
            _("Drop-off rate"),
            ("hung_up", "asked"),
            _("Hung up, of all times the menu was asked."),
        ),
        *(
            Column(code, _key(key), kinds.COUNT, value=itemgetter(code))
            for code, key in INPUTS.items()
        ),
    ]

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The steps of a count."""
        if row is not None:
            asked = replace(asked, menu=row[0])
        if code == "asked":
            return Behind(IvrStep, asked)
        return Behind(IvrStep, replace(asked, counted=code))

    def _sums(self, asked: Selection) -> Iterable[tuple[str, Sums]]:
        steps = asked.listed(IvrStep.objects.all(), "asked_at").rows.order_by()
        sums = {
            code: Count("pk", filter=counted_steps.condition(code))
            for code in counted_steps.codes()
        }
        groups = steps.values("menu").annotate(asked=Count("pk"), **sums)
        found = {group["menu"]: sums_of(group, "menu") for group in groups}
        named = dict(Menu.objects.values_list("slug", "name"))
        return by_name(named, named, found)
