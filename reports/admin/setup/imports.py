"""Import of setup tables: a file is uploaded, previewed, confirmed and saved whole."""

import base64
import binascii
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import tablib
from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from import_export.admin import ImportMixin
from import_export.formats.base_formats import Format
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.results import Result, RowResult
from import_export.tmp_storages import BaseStorage

from reports.admin.setup import changes, import_uploads
from reports.admin.setup.base import ModelT, SetupAdmin
from reports.admin.setup.import_cells import YesOrNo
from reports.admin.setup.import_resources import (
    Outdated,
    SetupResource,
    detail,
    sentences,
    shown,
)
from reports.admin.setup.import_uploads import Unreadable
from reports.export import audit, downloads
from reports.present import kinds
from reports.present.links import list_url
from reports.query.table import Column, Reading

# The preview shows that many lines; all lines are checked.
MOST_SHOWN = 200
# Checking a thousand lines takes the processor for seconds: one file at a time.
_turn = threading.BoundedSemaphore(1)


class SetupCsv(Format):
    """CSV as spreadsheet programs write it; the only format that is imported."""

    resource: type[SetupResource]

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:
        return "CSV"

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        needed = {
            code: capfirst(str(self.resource.labels[code]))
            for code in self.resource.needed
        }
        return import_uploads.dataset(in_stream, self.resource.codes(), needed)


class HiddenFieldStorage(BaseStorage):
    """Keeps the uploaded file in a hidden field of its preview.

    On disk, the file and the PINs in it would remain if nobody confirmed; and the
    process that gets the confirmation may run on another machine.
    """

    def save(self, data: bytes) -> None:
        self.name = base64.b64encode(data).decode()

    def read(self) -> bytes:
        return base64.b64decode(self.name, validate=True)

    def remove(self) -> None:
        """Nothing to remove."""


class UploadForm(ImportForm):
    """The file. Its format, which the library's form asks for too, is always CSV."""

    import_file = forms.FileField(
        label=_("CSV file"),
        help_text=_("UTF-8 or Shift_JIS; its first line names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["format"].initial = "0"

    @property
    def media(self) -> forms.Media:
        """Without the library's script, which guesses the format."""
        return forms.Media()


class ConfirmForm(ConfirmImportForm):
    """The confirmation, with the file of the preview in a hidden field."""

    def clean_import_file_name(self) -> str:
        """The file itself, where the library expects a name of a file on disk."""
        data: str = self.cleaned_data["import_file_name"]
        return data


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What importing one line of the file would do, or why it cannot be imported."""

    number: int
    name: str
    state: StrOrPromise
    badge: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing a file would do: all lines counted, the first ones shown."""

    lines: list[PreviewLine]
    more: int
    new: int
    changed: int
    same: int
    wrong: int


def _in_turn(
    request: HttpRequest, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The answer, or a page that asks to wait while another file is imported."""
    if not _turn.acquire(blocking=False):
        return downloads.busy(request)
    try:
        return answer()
    finally:
        _turn.release()


def reading_of(resource: SetupResource, rows: Any) -> Reading:
    """The rows of a setup table as a file that can be imported again.

    They are few, and read at once: in the language of whoever asked. People read the
    texts that an import reads back, programs truth values for yes and no.
    """
    codes = [code for code in resource.labels if code not in resource.secret]
    fields = [resource.fields[code] for code in codes]

    def values(row: Any) -> list[Any]:
        return [
            value
            if isinstance(value := field.get_value(row), bool)
            else field.export(row)
            for field in fields
        ]

    columns = [
        Column(
            code,
            resource.labels[code],
            kinds.YES_OR_NO if isinstance(field.widget, YesOrNo) else kinds.TEXT,
        )
        for code, field in zip(codes, fields, strict=True)
    ]
    return Reading(
        columns, [values(row) for row in rows], lambda: [None] * len(columns)
    )


class ImportAdmin(ImportMixin, SetupAdmin[ModelT]):
    """A setup table that can be exported to a file and imported from one."""

    resource: type[SetupResource]
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = HiddenFieldStorage
    import_template_name = "admin/callcenter/setup_import.html"
    import_export_change_list_template = "admin/callcenter/setup_change_list.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        """An import adds and changes rows: it takes both permissions."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and request.user.has_perm(
            audit.PERMISSION
        )

    def export_reading(self, request: HttpRequest, changelist: ChangeList) -> Reading:
        return reading_of(self.resource(), changelist.queryset)

    def get_resource_classes(self, request: HttpRequest) -> list[type[SetupResource]]:
        return [self.resource]

    def get_import_formats(self) -> list[type[SetupCsv]]:
        return [type("SetupCsv", (SetupCsv,), {"resource": self.resource})]

    def add_data_read_fail_error_to_form(
        self, form: UploadForm, error: Exception
    ) -> None:
        """Shows why a file is unreadable; any other error is a bug and is raised."""
        if not isinstance(error, Unreadable):
            raise error
        form.add_error("import_file", str(error))

    def import_action(self, request: HttpRequest, **kwargs: Any) -> Any:
        """The page for the upload, and the preview of an uploaded file."""
        if request.method != "POST":
            return self._import_page(request, **kwargs)
        return _in_turn(request, lambda: self._import_page(request, **kwargs))

    def _import_page(self, request: HttpRequest, **kwargs: Any) -> Any:
        response = super().import_action(request, **kwargs)
        context = response.context_data
        name = capfirst(str(self.opts.verbose_name_plural))
        context["title"] = gettext("Import: %(list)s") % {"list": name}
        context["columns"] = [
            {
                "label": capfirst(str(label)),
                "code": code,
                "is_needed": code in self.resource.needed,
                "hint": self.resource.hints.get(code, ""),
            }
            for code, label in self.resource.labels.items()
        ]
        context["most_lines"] = import_uploads.MOST_LINES
        if "result" in context:
            context["preview"] = _preview(self.resource, context["result"])
        return response

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Saves the file that was confirmed, or refuses one that has been altered."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_import_permission(request):
            raise PermissionDenied
        return _in_turn(request, lambda: self._confirmed(request))

    def _confirmed(self, request: HttpRequest) -> HttpResponseBase:
        form = self.create_confirm_form(request)
        if not form.is_valid():
            return self._refused(request)
        storage = HiddenFieldStorage(name=form.cleaned_data["import_file_name"])
        try:
            dataset = self.get_import_formats()[0]().create_dataset(storage.read())
        except (binascii.Error, ValueError, Unreadable):
            return self._refused(request)
        resource = self.resource()
        result = resource.import_data(dataset)
        if result.has_errors() or result.has_validation_errors():
            return self._refused(request)
        try:
            with transaction.atomic():
                resource.save(result)
                changes.log_rows(request, self._entries(result))
        except Outdated:
            return self._refused(request)
        text = gettext(
            "Imported: %(new)d new, %(changed)d changed, %(same)d unchanged."
        )
        messages.success(request, text % _counts(result))
        return redirect(list_url(self.model))

    def _refused(self, request: HttpRequest) -> HttpResponseBase:
        text = gettext(
            "Nothing was imported: the setup or the file has changed since the"
            " preview. Upload the file again."
        )
        messages.error(request, text)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")

    def _entries(
        self, result: Result
    ) -> Iterator[tuple[ModelT, int, list[changes.Detail]]]:
        """What the log of changes says about each row that was saved."""
        for row in result:
            if flag := _FLAGS.get(row.import_type):
                details = [detail(self.resource, change) for change in row.changes]
                yield row.instance, flag, details


_FLAGS = {
    RowResult.IMPORT_TYPE_NEW: ADDITION,
    RowResult.IMPORT_TYPE_UPDATE: CHANGE,
}
_STATES = {
    RowResult.IMPORT_TYPE_NEW: (_("new"), "badge-done"),
    RowResult.IMPORT_TYPE_UPDATE: (_("changed"), "badge-progress"),
    RowResult.IMPORT_TYPE_SKIP: (_("unchanged"), ""),
}


def _preview(resource: type[SetupResource], result: Result) -> Preview:
    """The lines of a file, or only those with errors if there are any."""
    lines = [_line(resource, row) for row in result]
    wrong = [line for line in lines if line.errors]
    shown = wrong or lines
    return Preview(
        lines=shown[:MOST_SHOWN],
        more=max(len(shown) - MOST_SHOWN, 0),
        wrong=len(wrong),
        **_counts(result),
    )


def _counts(result: Result) -> dict[str, int]:
    """How many lines are new, changed and the same."""
    return {
        "new": result.totals[RowResult.IMPORT_TYPE_NEW],
        "changed": result.totals[RowResult.IMPORT_TYPE_UPDATE],
        "same": result.totals[RowResult.IMPORT_TYPE_SKIP],
    }


def _line(resource: type[SetupResource], row: RowResult) -> PreviewLine:
    number = row.row_values[import_uploads.LINE]
    errors = []
    if row.validation_error:
        errors += sentences(resource, row.validation_error)
    if row.errors:
        errors.append(gettext("This line cannot be saved."))
    if errors:
        values = [str(value) for value in row.row_values.values() if value]
        return PreviewLine(
            number, values[0], _("has errors"), "badge-bad", errors=errors
        )
    state, badge = _STATES[row.import_type]
    found = [shown(resource, change) for change in row.changes]
    return PreviewLine(number, row.object_repr, state, badge, changes=found)
