"""Names of the lines, menus, messages and queues of the flow, and their pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.urls import reverse

from callcenter.models import Menu, Message, PhoneLine, Queue
from reports.callflow.places import Place

# Kind, table, and the column that identifies a row in the plan.
_KINDS: tuple[tuple[str, type[models.Model], str], ...] = (
    ("line", PhoneLine, "number"),
    ("menu", Menu, "slug"),
    ("message", Message, "slug"),
    ("queue", Queue, "slug"),
)


@dataclass(frozen=True, slots=True)
class PlaceName:
    """The name of a place; `url` is its page, empty for those who may not see it."""

    name: str
    url: str = ""


def operators_url(user: User | AnonymousUser) -> str:
    """The address of the operators' page; empty for those who may not see it."""
    if not user.has_perm("callcenter.view_operator"):
        return ""
    return reverse("admin:callcenter_operator_changelist")


def place_names(
    user: User | AnonymousUser | None = None,
) -> Mapping[Place, PlaceName]:
    """All places by kind and slug, lines by number, also queues that are off.

    Without a user, no name has the address of its page.
    """
    found = {}
    for kind, model, key in _KINDS:
        opts = model._meta
        may_see = user is not None and user.has_perm(
            f"callcenter.view_{opts.model_name}"
        )
        page = f"admin:callcenter_{opts.model_name}_change"
        for pk, slug, name in model._default_manager.values_list("pk", key, "name"):
            url = reverse(page, args=[pk]) if may_see else ""
            found[kind, slug] = PlaceName(name, url)
    return found
