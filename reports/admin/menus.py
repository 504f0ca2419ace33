"""Menus in the admin: the tree that callers walk, checked before it is saved."""

from typing import Any

from django import forms
from django.contrib import admin

from callcenter.models import Menu, MenuOption, PhoneLine
from reports.admin.setup import PromptInline, SetupAdmin, in_use

_TARGETS = {
    MenuOption.Action.QUEUE: "queue",
    MenuOption.Action.MENU: "next_menu",
    MenuOption.Action.MESSAGE: "message",
}


class MenuOptionForm(forms.ModelForm[MenuOption]):
    """Where one input leads; what the action does not need is not kept."""

    def clean(self) -> dict[str, Any]:
        """A target left over from another action would hold that row for ever."""
        cleaned = super().clean() or self.cleaned_data
        for action, field in _TARGETS.items():
            if cleaned.get("action") != action:
                cleaned[field] = None
        return cleaned


class MenuOptionInline(admin.TabularInline[MenuOption, Menu]):
    """The keys of a menu, silence and wrong keys."""

    model = MenuOption
    form = MenuOptionForm
    fk_name = "menu"
    extra = 0


@admin.register(Menu)
class MenuAdmin(SetupAdmin[Menu]):
    """Questions to callers."""

    list_display = ["name", "slug", "timeout_seconds", "tries"]
    fixed_once_saved = ("slug",)
    inlines = [MenuOptionInline, PromptInline]

    def reasons_to_keep(self, obj: Menu) -> list[str]:
        lines = PhoneLine.objects.filter(menu=obj)
        options = MenuOption.objects.filter(next_menu=obj).exclude(menu=obj)
        return in_use(obj, [*lines, *options.select_related("menu")])
