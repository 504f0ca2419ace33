"""What the pages of the setup have in common; and the page of messages.

A setup that could not work on the telephone is refused by the forms, with a sentence
that says why, before it is saved.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.models import DELETION
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import InlineForeignKeyField as OwnerField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.models import MenuOption, Message, Prompt
from reports.admin.exports import ExportAdmin
from reports.admin.setup import changes
from reports.admin.setup.typed_fields import TypedFields

ModelT = TypeVar("ModelT", bound=models.Model)
Purpose = Prompt.Purpose


class SetupAdmin(TypedFields, ExportAdmin[ModelT]):
    """A table of the setup: edited by people, each change kept with its values.

    Rows that calls still need cannot be deleted (`reasons_to_keep`).
    """

    # Fields by which history or Twilio refers to a row: fixed once it is saved.
    fixed_once_saved: Sequence[str] = ()
    change_form_template = "admin/callcenter/setup_change_form.html"
    change_list_template = "admin/callcenter/setup_change_list.html"
    delete_confirmation_template = "admin/callcenter/setup_delete_confirmation.html"
    object_history_template = "admin/callcenter/setup_history.html"
    # A sentence on the page that confirms a deletion: what becomes of past calls.
    what_history_keeps: StrOrPromise = ""
    # No bulk deletion: each row has a page that says what would go with it.
    actions = None

    def get_readonly_fields(
        self, request: HttpRequest, obj: ModelT | None = None
    ) -> list[str]:
        fixed = self.fixed_once_saved if obj else ()
        return [*super().get_readonly_fields(request, obj), *fixed]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if obj := context["original"]:
            kind = capfirst(self.opts.verbose_name)
            problems = self.problems_of(request, obj)
            context |= {"title": str(obj), "subtitle": kind, "problems": problems}
        else:
            name = self.opts.verbose_name
            context["title"] = gettext("Add %(name)s") % {"name": name}
        return super().render_change_form(request, context, *args, **kwargs)

    def problems_of(self, request: HttpRequest, obj: ModelT) -> list[str]:
        """Sentences above the form: what callers would not wish, as the row is now."""
        return []

    def construct_change_message(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        add: bool = False,
    ) -> list[dict[str, Any]]:
        message = super().construct_change_message(request, form, formsets, add)
        details = changes.of_forms(form, formsets or (), add=add)
        return [*message, {"details": details}] if details else message

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            parts: list[tuple[str, models.Model]] = []
            for inline in self.get_inline_instances(request, obj):
                formset: Any = inline.get_formset(request, obj)
                rows = inline.model._default_manager.filter(**{formset.fk.name: obj})
                parts += [(formset.fk.name, row) for row in rows]
            changes.log(request, obj, DELETION, changes.of_deletion(obj, parts))

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().history_view(request, object_id, extra_context)
        if isinstance(response, TemplateResponse):
            context = response.context_data or {}
            context["entries"] = [
                (entry, changes.read(entry)) for entry in context["action_list"]
            ]
        return response

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"what_history_keeps": self.what_history_keeps}
        return super().delete_view(
            request, object_id, {**context, **(extra_context or {})}
        )

    def reasons_to_keep(self, obj: ModelT) -> list[str]:
        """Sentences that say why the row cannot be deleted, and what to do instead."""
        return []

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        reasons = [reason for obj in objs for reason in self.reasons_to_keep(obj)]
        # Our sentences name the rows of Django's list, and say what to do about them.
        return deleted, counts, lacking, reasons or protected


class PartForm(forms.ModelForm[Any]):
    """A row of a PartsFormSet, which alone compares the rows of an owner."""

    def validate_constraints(self) -> None:
        """Checks constraints without the owner, as Django does up to 5.2.

        Django 6.1 would compare each row with those in the database, and refuse two
        rows that swap their keys.
        """
        fields = self.fields.items()
        checked = {name for name, field in fields if not isinstance(field, OwnerField)}
        known = {column.name for column in self.instance._meta.concrete_fields}
        try:
            self.instance.validate_constraints(known - (checked - self.errors.keys()))
        except ValidationError as error:
            self.add_error(None, error)


class PartsFormSet(forms.BaseInlineFormSet[Any, Any, Any]):
    """Rows of another table that belong to the row of the page.

    Their keys are unique within it, and two rows may swap them in one save.
    """

    def save(self, commit: bool = True) -> list[Any]:
        """Saves the rows.

        Saving them one by one would break the unique key while two rows swap theirs.
        So all rows that change are deleted first, and inserted again as they are saved.
        No other table refers to them.
        """
        if commit and self.model is not None:
            changed = [
                form.instance.pk
                for form in self.initial_forms
                if form.has_changed() or form in self.deleted_forms
            ]
            self.model._default_manager.filter(pk__in=changed).delete()
        return super().save(commit)

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        twice = getattr(self.model, "twice", "")
        return str(twice) or super().get_unique_error_message(unique_check)

    def get_form_error(self) -> str:
        return gettext("This row is entered twice.")


class PartInline(TypedFields, admin.TabularInline[ModelT, models.Model]):
    """Rows of another table that belong to the row of the page."""

    form = PartForm
    formset = PartsFormSet
    extra = 0


class ChoiceInline(PartInline[ModelT]):
    """Rows that refer to other tables, without the links to edit what is chosen."""

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class PromptForm(PartForm):
    """A text, an audio file, or both."""

    def clean(self) -> dict[str, Any] | None:
        """Keep an address that is refused from being taken for no address at all."""
        if "audio_url" in self.errors:
            self.instance.audio_url = self["audio_url"].value() or ""
        return super().clean()


class PromptInline(PartInline[Prompt]):
    """Texts that callers hear; `purposes` are the moments the owner of the rows has."""

    model = Prompt
    form = PromptForm
    fields = ["purpose", "language", "text", "audio_url"]
    purposes: Sequence[Purpose] = (Purpose.MAIN,)
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 44})},
    }

    def formfield_for_choice_field(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "purpose":
            kwargs["choices"] = [(one.value, one.label) for one in self.purposes]
            kwargs["initial"] = self.purposes[0].value
            if len(self.purposes) == 1:
                kwargs["widget"] = forms.HiddenInput()
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class NeededPrompts(PartsFormSet):
    """The prompts of a row that must have at least one."""

    def clean(self) -> None:
        """Refuses a page without a prompt: callers would hear silence."""
        super().clean()
        kept = [form for form in self.forms if is_kept(self, form)]
        if not kept and not any(self.errors):
            raise ValidationError(
                _("Enter a text or an audio file: without one, callers hear nothing.")
            )


class NeededPromptInline(PromptInline):
    """Texts of a menu or a message, at least one."""

    formset = NeededPrompts


@admin.register(Message)
class MessageAdmin(SetupAdmin[Message]):
    """Texts that a caller hears before the call ends."""

    list_display = ["name", "slug"]
    fields = ["slug", "name"]
    fixed_once_saved = ("slug",)
    inlines = [NeededPromptInline]

    def reasons_to_keep(self, obj: Message) -> list[str]:
        return in_use(obj, MenuOption.objects.filter(message=obj))


def is_kept(formset: Any, form: Any) -> bool:
    """Whether a row of a formset will exist after saving: filled in, not deleted."""
    is_filled = form.instance.pk is not None or form.has_changed()
    return is_filled and form not in formset.deleted_forms


def in_use(obj: models.Model, users: Sequence[Any] | models.QuerySet[Any]) -> list[str]:
    """The reason why a row cannot be deleted: `users` still refer to it, if any do."""
    names = ", ".join(str(user) for user in users)
    if not names:
        return []
    reason = gettext("%(name)s is used by %(users)s: send callers elsewhere first.")
    return [reason % {"name": obj, "users": names}]
