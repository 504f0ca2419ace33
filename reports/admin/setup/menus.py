"""Menus in the admin; all menus together are checked before one is saved."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from callcenter.flow import tree
from callcenter.flow.current import read_plan
from callcenter.flow.plan import MenuPlan, OptionPlan, Plan
from callcenter.models import Menu, MenuOption, PhoneLine, Queue
from callcenter.models.menus import TARGETS
from reports.admin.setup.base import (
    ChoiceInline,
    NeededPromptInline,
    PartForm,
    PartsFormSet,
    SetupAdmin,
    in_use,
    is_kept,
)
from reports.callflow import wording
from reports.callflow.place_names import place_names
from reports.callflow.places import ways
from reports.callflow.unserved import queue_warnings


class MenuOptionForm(PartForm):
    """Where one input leads: an action, and the target that this action takes."""

    def clean(self) -> dict[str, Any]:
        """Empties other actions' targets: left there, they could not be deleted."""
        cleaned = super().clean() or self.cleaned_data
        own = TARGETS.get(cleaned.get("action", ""))
        for field in set(TARGETS.values()) - {own}:
            cleaned[field] = "" if field == "number" else None
        return cleaned


class MenuOptions(PartsFormSet):
    """All options of a menu; with those of the other menus they must reach an end."""

    def clean(self) -> None:
        """Checks all menus as they would be after saving this one."""
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
            # A problem that another menu had before does not prevent saving this one.
            if problem.menu == slug or problem not in known
        ]
        if found:
            names = place_names()
            raise ValidationError([wording.problem(each, names) for each in found])

    def _options(self) -> dict[str, OptionPlan]:
        options = {}
        for form in self.forms:
            if is_kept(self, form):
                option = form.cleaned_data
                target = option.get(TARGETS.get(option["action"], "")) or ""
                options[option["input"]] = OptionPlan(
                    option["action"],
                    target if isinstance(target, str) else target.slug,
                    option["language"],
                )
        return options


def _problems(plan: Plan, menus: Any) -> list[tree.Problem]:
    return tree.problems(menus, plan.queues, plan.messages)


class MenuOptionInline(ChoiceInline[MenuOption]):
    """What each key of a menu does, and silence and wrong keys."""

    model = MenuOption
    form = MenuOptionForm
    formset = MenuOptions
    fk_name = "menu"


@admin.register(Menu)
class MenuAdmin(SetupAdmin[Menu]):
    """Menus: what callers are asked, and where each answer leads."""

    list_display = ["name", "slug", "timeout_seconds", "tries", "unserved_queues"]
    fields = ["slug", "name", "timeout_seconds", "tries"]
    fixed_once_saved = ("slug",)
    inlines = [NeededPromptInline, MenuOptionInline]
    what_history_keeps = _(
        "Past calls are kept, with the menu’s code instead of its name."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Menu]:
        unserved = MenuOption.objects.filter(queue__in=Queue.unserved())
        options = unserved.select_related("queue").order_by("input")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("options", options, to_attr="to_unserved"))
        )

    @admin.display(description=_("keys to a queue nobody serves"))
    def unserved_queues(self, menu: Any) -> str:
        """The inputs after which callers would wait in vain, each with its queue."""
        found = [
            f"{option.get_input_display()} → {option.queue}"
            for option in menu.to_unserved
        ]
        if not found:
            return ""
        return format_html(
            '<span class="state state-warn">! {}</span>', ", ".join(found)
        )

    def problems_of(self, request: HttpRequest, obj: Menu) -> list[str]:
        plan = read_plan()
        warnings = queue_warnings(plan, request.user)
        found: dict[str, list[str]] = {}
        for way in ways(plan.menus[obj.slug]) if obj.slug in plan.menus else []:
            option = way.option
            if option and option.action == MenuOption.Action.QUEUE:
                problem = warnings.unserved(option.target)
                found.setdefault(problem, []).append(wording.pressed(way.input))
        return [
            format_html("{}: {}", ", ".join(inputs), problem)
            for problem, inputs in found.items()
            if problem
        ]

    def reasons_to_keep(self, obj: Menu) -> list[str]:
        lines = PhoneLine.objects.filter(menu=obj)
        options = MenuOption.objects.filter(next_menu=obj).exclude(menu=obj)
        return in_use(obj, [*lines, *options.select_related("menu")])

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        """Ignores the menu's own options that lead to it: they are deleted with it."""
        deleted, counts, lacking, _protected = super().get_deleted_objects(
            objs, request
        )
        reasons = [reason for obj in objs for reason in self.reasons_to_keep(obj)]
        return deleted, counts, lacking, reasons

    def delete_model(self, request: HttpRequest, obj: Menu) -> None:
        obj.options.all().delete()
        super().delete_model(request, obj)
