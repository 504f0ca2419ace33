"""Gives rights to the groups of the staff, from migrations.

A migration gives what is new in it and never again what was there: an administrator who
takes a right away from a group has the last word.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

SUPERVISOR, OPERATOR, ADMINISTRATOR = "Supervisor", "Operator", "Administrator"


def give(apps: Any, database: str, groups: Mapping[str, Iterable[str]]) -> None:
    """Give groups, made where missing, the permissions named `app.codename`, `app.*`.

    Django makes permissions after all migrations: those of the apps named, as far as
    this migration knows them, are made here. One that it does not know is an error.
    """
    group_model = apps.get_model("auth", "Group").objects.using(database)
    permission_model = apps.get_model("auth", "Permission").objects.using(database)
    named = [name for names in groups.values() for name in names]
    for label in {name.partition(".")[0] for name in named}:
        create_permissions(
            installed.get_app_config(label), verbosity=0, using=database, apps=apps
        )
    for group_name, names in groups.items():
        group, _is_new = group_model.get_or_create(name=group_name)
        for name in names:
            label, _dot, codename = name.partition(".")
            known = permission_model.filter(content_type__app_label=label)
            found = known if codename == "*" else known.filter(codename=codename)
            if not found.exists():
                raise LookupError(f"There is no permission {name}.")
            group.permissions.add(*found)


def may(actions: str, *models: str) -> list[str]:
    """Permissions by action and model: may("view change", "callcenter.queue")."""
    return [
        f"{app}.{action}_{model}"
        for app, _dot, model in (each.partition(".") for each in models)
        for action in actions.split()
    ]
