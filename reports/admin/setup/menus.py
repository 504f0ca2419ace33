"""Menus in the admin: the tree that callers walk, checked before it is saved."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from callcenter.flow import tree
from callcenter.flow.current import read_plan
from callcenter.flow.plan import MenuPlan, OptionPlan, Plan
from callcenter.models import Menu, MenuOption, PhoneLine
from reports.admin.setup.base import (
    ChoiceInline,
    NeededPromptInline,
    PartsFormSet,
    SetupAdmin,
    in_use,
    is_kept,
)
from reports.callflow import wording
from reports.callflow.named import named

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


class MenuOptions(PartsFormSet):
    """All options of a menu, which together with all menus must lead somewhere."""

    def clean(self) -> None:
        """The tree as it would be is better asked before it is than after."""
        super().clean()
        if any(self.errors):
            return
        plan = read_plan()
        slug = self.instance.slug
        menus = {**plan.menus, slug: MenuPlan(slug, options=self._options())}
        known = _problems(plan, plan.menus)
        found = [
            problem
            for problem in _problems(plan, menus)
            # What was wrong elsewhere before is not this menu's fault.
            if problem.menu == slug or problem not in known
        ]
        if found:
            names = named()
            raise ValidationError([wording.problem(each, names) for each in found])

    def _options(self) -> dict[str, OptionPlan]:
        options = {}
        for form in self.forms:
            if is_kept(self, form):
                said = form.cleaned_data
                target = said.get(_TARGETS.get(said["action"], ""))
                options[said["input"]] = OptionPlan(
                    said["action"], target.slug if target else "", said["language"]
                )
        return options


def _problems(plan: Plan, menus: Any) -> list[tree.Problem]:
    return tree.problems(menus, plan.queues, plan.messages)


class MenuOptionInline(ChoiceInline[MenuOption]):
    """The keys of a menu, silence and wrong keys."""

    model = MenuOption
    form = MenuOptionForm
    formset = MenuOptions
    fk_name = "menu"


@admin.register(Menu)
class MenuAdmin(SetupAdmin[Menu]):
    """Questions to callers."""

    list_display = ["name", "slug", "timeout_seconds", "tries"]
    fields = ["slug", "name", "timeout_seconds", "tries"]
    fixed_once_saved = ("slug",)
    inlines = [NeededPromptInline, MenuOptionInline]
    what_history_keeps = _(
        "Calls of the past stay, with the menu’s code instead of its name."
    )

    def reasons_to_keep(self, obj: Menu) -> list[str]:
        lines = PhoneLine.objects.filter(menu=obj)
        options = MenuOption.objects.filter(next_menu=obj).exclude(menu=obj)
        return in_use(obj, [*lines, *options.select_related("menu")])

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        """A menu's own options, though they may lead back to it, protect it not."""
        deleted, counts, lacking, _protected = super().get_deleted_objects(
            objs, request
        )
        reasons = [reason for obj in objs for reason in self.reasons_to_keep(obj)]
        return deleted, counts, lacking, reasons

    def delete_model(self, request: HttpRequest, obj: Menu) -> None:
        obj.options.all().delete()
        super().delete_model(request, obj)
