"""Tables of related rows on the page of a row, each row a link to its page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import (
    display_for_field,
    display_for_value,
    label_for_field,
    lookup_field,
)
from django.db import models
from django.http import HttpRequest
from django_stubs_ext import StrOrPromise

from reports.present.links import row_url

# An operator's leg of a day has thousands of events; a page shows the first ones.
MOST_ROWS = 500
# The column of lists with a link to the row, which is here that of the first cell.
RECORD = "record"


@dataclass(frozen=True, slots=True)
class Linked:
    """Rows to show below another, in the order they are to be read."""

    rows: models.QuerySet[Any]
    title: StrOrPromise = ""
    # Columns that say the same in every row, such as the call on a call's own page.
    without: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready for the template: heads, and rows of a link and cells."""

    title: StrOrPromise
    heads: Sequence[StrOrPromise]
    rows: list[tuple[str, list[Any]]] = field(default_factory=list)
    is_cut: bool = False


def table(request: HttpRequest, site: admin.AdminSite, linked: Linked) -> Table | None:
    """The rows with the columns of their own list, for those who may see them."""
    model = linked.rows.model
    model_admin = site.get_model_admin(model)
    if not model_admin.has_view_permission(request):
        return None
    columns = [
        column
        for column in model_admin.get_list_display(request)
        if getattr(column, "__name__", column) not in (*linked.without, RECORD)
    ]
    rows = list(linked.rows[: MOST_ROWS + 1])
    return Table(
        title=linked.title or model._meta.verbose_name_plural or "",
        heads=[str(label_for_field(each, model, model_admin)) for each in columns],
        rows=[
            (row_url(row), [_cell(each, row, model_admin) for each in columns])
            for row in rows[:MOST_ROWS]
        ],
        is_cut=len(rows) > MOST_ROWS,
    )


def _cell(column: Any, row: models.Model, model_admin: admin.ModelAdmin[Any]) -> Any:
    empty = model_admin.get_empty_value_display()
    field, shown, value = lookup_field(column, row, model_admin)
    if field is None:
        is_boolean = getattr(shown, "boolean", False)
        return display_for_value(value, empty, is_boolean)
    return display_for_field(value, field, empty)
