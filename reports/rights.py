"""The groups of the staff, and giving them permissions from a migration.

A migration gives a group only the permissions it introduces. If an administrator takes
one away later, no migration gives it back.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

SUPERVISOR, OPERATOR, ADMINISTRATOR = "Supervisor", "Operator", "Administrator"


def give(apps: Any, database: str, groups: Mapping[str, Iterable[str]]) -> None:
    """Give groups permissions: `app.codename`, or `app.*` for all of an app.

    Groups that do not exist are created. Django creates permissions only after the last
    migration, so those of the apps named are created here, for the models as this
    migration knows them. Raises LookupError for a permission that does not exist then.
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
    """Names of permissions: may("view change", "callcenter.queue")."""
    return [
        f"{app}.{action}_{model}"
        for app, _dot, model in (each.partition(".") for each in models)
        for action in actions.split()
    ]
