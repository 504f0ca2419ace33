"""What people call the places callers come to, and where their pages are."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.urls import reverse

from callcenter.models import Menu, Message, PhoneLine, Queue
from reports.callflow.places import Place

# A kind, its table, and the column by which the plan knows its rows.
_KINDS: tuple[tuple[str, type[models.Model], str], ...] = (
    ("line", PhoneLine, "number"),
    ("menu", Menu, "slug"),
    ("message", Message, "slug"),
    ("queue", Queue, "slug"),
)


@dataclass(frozen=True, slots=True)
class Named:
    """The name of a place, and its page for those who may see it."""

    name: str
    url: str = ""


def named(user: User | AnonymousUser | None = None) -> Mapping[Place, Named]:
    """All places by kind and slug, lines by number; switched-off queues too."""
    found = {}
    for kind, model, key in _KINDS:
        opts = model._meta
        may_see = user is not None and user.has_perm(
            f"callcenter.view_{opts.model_name}"
        )
        page = f"admin:callcenter_{opts.model_name}_change"
        for pk, slug, name in model._default_manager.values_list("pk", key, "name"):
            found[kind, slug] = Named(name, reverse(page, args=[pk]) if may_see else "")
    return found
