"""The setup in the admin: lines, messages, holidays, wrap-up codes.

Whatever cannot work on the telephone is refused here, in words, before it is saved.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import (
    BusinessHours,
    Holiday,
    MenuOption,
    Message,
    PhoneLine,
    Prompt,
    WrapUpCode,
)
from reports import formats

ModelT = TypeVar("ModelT", bound=models.Model)
Purpose = Prompt.Purpose


class SetupAdmin(admin.ModelAdmin[ModelT]):
    """Setup that people edit; what calls still need cannot be deleted."""

    # What history and Twilio know a row by never changes once it is saved.
    fixed_once_saved: Sequence[str] = ()
    delete_confirmation_template = "admin/callcenter/setup_delete_confirmation.html"
    # Deleting is rare here and deserves a page that says what hangs on the row.
    actions = None
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "—"

    def get_readonly_fields(
        self, request: HttpRequest, obj: ModelT | None = None
    ) -> list[str]:
        fixed = self.fixed_once_saved if obj else ()
        return [*super().get_readonly_fields(request, obj), *fixed]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(
            request, {"title": title, **(extra_context or {})}
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if obj := context["original"]:
            kind = capfirst(self.opts.verbose_name)
            context |= {"title": str(obj), "subtitle": kind}
        return super().render_change_form(request, context, *args, **kwargs)

    def reasons_to_keep(self, obj: ModelT) -> list[str]:
        """Sentences that say why the row cannot be deleted, and what to do instead."""
        return []

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        reasons = [reason for obj in objs for reason in self.reasons_to_keep(obj)]
        # Ours name the same rows as Django's list, and say what to do.
        return deleted, counts, lacking, reasons or protected


class ChoiceInline(admin.TabularInline[ModelT, models.Model]):
    """Rows of choices, without buttons that change or delete what is chosen."""

    extra = 0

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class PromptInline(admin.TabularInline[Prompt, models.Model]):
    """What callers hear at the moments an owner has."""

    model = Prompt
    extra = 0
    fields = ["purpose", "language", "text", "audio_url"]
    purposes: Sequence[Purpose] = (Purpose.MAIN,)
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 44})},
        models.URLField: {
            "assume_scheme": "https",
            "widget": forms.URLInput(attrs={"size": 28}),
        },
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


class NeededPrompts(forms.BaseInlineFormSet[Prompt, Any, Any]):
    """The prompts of what is nothing without one."""

    def clean(self) -> None:
        """Silence on the telephone sounds like a fault."""
        super().clean()
        kept = [form for form in self.forms if is_kept(self, form)]
        if not kept and not any(self.errors):
            raise ValidationError(
                _("Give a text or an audio file: without one callers hear nothing.")
            )


class NeededPromptInline(PromptInline):
    """What callers hear at a menu or as a message."""

    formset = NeededPrompts


class LinePromptInline(PromptInline):
    """What callers of a line hear."""

    purposes = (Purpose.GREETING, Purpose.CLOSED)


class BusinessHoursInline(admin.TabularInline[BusinessHours, PhoneLine]):
    """When a line is open."""

    model = BusinessHours
    extra = 0


class PhoneLineForm(forms.ModelForm[PhoneLine]):
    """A line; one of them is the default, and it leads where callers are served."""

    def clean_is_default(self) -> bool:
        """One line must answer calls to numbers nobody has set up."""
        is_default: bool = self.cleaned_data["is_default"]
        others = PhoneLine.objects.filter(is_default=True).exclude(pk=self.instance.pk)
        if not is_default and not others.exists():
            raise ValidationError(
                _(
                    "One line must be the default line. To change it, make the other"
                    " line the default line."
                )
            )
        return is_default

    def clean_queue(self) -> Any:
        """Silence and wrong keys end in a queue that is open to callers."""
        queue = self.cleaned_data["queue"]
        if not queue.is_active:
            raise ValidationError(_("This queue is switched off."))
        return queue


@admin.register(PhoneLine)
class PhoneLineAdmin(SetupAdmin[PhoneLine]):
    """Numbers of ours, and what answers there."""

    form = PhoneLineForm
    list_display = ["name", "shown_number", "menu", "queue", "language", "is_default"]
    list_select_related = ["menu", "queue"]
    inlines = [LinePromptInline, BusinessHoursInline]

    @admin.display(description=_("number"), ordering="number")
    def shown_number(self, line: PhoneLine) -> str:
        return formats.phone_number(line.number)

    def get_readonly_fields(
        self, request: HttpRequest, obj: PhoneLine | None = None
    ) -> list[str]:
        """Which numbers are ours is said by those who may add lines."""
        fixed = [] if self.has_add_permission(request) else ["number", "is_default"]
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        has_default = PhoneLine.objects.filter(is_default=True).exists()
        initial = super().get_changeform_initial_data(request)
        return {"is_default": not has_default, **initial}

    def reasons_to_keep(self, obj: PhoneLine) -> list[str]:
        if not obj.is_default:
            return []
        reason = gettext(
            "%(line)s is the default line: make another line the default line first."
        )
        return [reason % {"line": obj}]


@admin.register(Message)
class MessageAdmin(SetupAdmin[Message]):
    """What is told to a caller before the call ends."""

    list_display = ["name", "slug"]
    fields = ["slug", "name"]
    fixed_once_saved = ("slug",)
    inlines = [NeededPromptInline]

    def reasons_to_keep(self, obj: Message) -> list[str]:
        return in_use(obj, MenuOption.objects.filter(message=obj))


@admin.register(Holiday)
class HolidayAdmin(SetupAdmin[Holiday]):
    """Days on which lines are closed."""

    list_display = ["date", "name", "line"]
    list_select_related = ["line"]
    search_fields = ["name"]


@admin.register(WrapUpCode)
class WrapUpCodeAdmin(SetupAdmin[WrapUpCode]):
    """What conversations were about; a code once used stays readable when inactive."""

    list_display = ["name", "code", "is_active"]
    fields = ["code", "name", "is_active"]
    fixed_once_saved = ("code",)


def is_kept(formset: Any, form: Any) -> bool:
    """Whether a row of a formset will stand after saving: filled, and not deleted."""
    is_there = form.instance.pk is not None or form.has_changed()
    return is_there and not formset._should_delete_form(form)


def in_use(obj: models.Model, users: Sequence[Any] | models.QuerySet[Any]) -> list[str]:
    """Why a row that others lead to cannot be deleted, or nothing."""
    names = ", ".join(str(user) for user in users)
    if not names:
        return []
    reason = gettext("%(name)s is used by %(users)s: lead callers elsewhere first.")
    return [reason % {"name": obj, "users": names}]
