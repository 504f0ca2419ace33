"""Columns of a table as Django's change lists and pages of a row take them."""

from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from reports.present import masking
from reports.present.names import Names
from reports.query.table import Column
from reports.query.values import is_withheld, value_of


class AdminColumn:
    """A callable that shows a column's value of a row, as Django wants it.

    Django takes the head, the order and the CSS class from attributes of a callable.
    One is made for each page, so that names are read once per page.
    """

    def __init__(
        self, column: Column, order_field: str | None = None, name: str = ""
    ) -> None:
        self._column = column
        self.__name__ = name or column.code
        self.short_description: StrOrPromise = column.label
        self.admin_order_field = order_field

    def __call__(self, row: models.Model) -> str:
        may_see_numbers = masking.may_see_numbers(masking.reader())
        value = value_of(self._column, row, may_see_numbers=may_see_numbers)
        if value is None and is_withheld(self._column, row):
            return gettext("Withheld")
        return self._column.shown(value, self._names)

    def renamed(self, name: str) -> "AdminColumn":
        """The same column under another name."""
        return AdminColumn(self._column, self.admin_order_field, name)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, AdminColumn) and other._column is self._column

    def __hash__(self) -> int:
        return hash(self.__name__)

    @cached_property
    def _names(self) -> Names | None:
        return self._column.names() if self._column.names else None
