"""The names of what history stores as codes: queues, menus, operators, choices."""

from collections.abc import Callable, Mapping

from django.contrib.auth import get_user_model
from django.db.models import Choices
from django.utils.dates import WEEKDAYS
from django_stubs_ext import StrOrPromise

from callcenter.models import Menu, Operator, PhoneLine, Queue

Names = Mapping[str, StrOrPromise]


def of(*choices: type[Choices]) -> Callable[[], Names]:
    """The labels of the values of a model's choices."""
    return lambda: {
        str(code): label for each in choices for code, label in each.choices
    }


def queues() -> Names:
    """Names of queues by slug."""
    return dict(Queue.objects.values_list("slug", "name"))


def menus() -> Names:
    """Names of menus by slug."""
    return dict(Menu.objects.values_list("slug", "name"))


def operators() -> Names:
    """Names of operators by number and by client:identity."""
    named: dict[str, StrOrPromise] = {}
    for name, number, identity in Operator.objects.values_list(
        "name", "number", "client_identity"
    ):
        if number:
            named[number] = name
        if identity:
            named[f"client:{identity}"] = name
    return named


def lines() -> Names:
    """Names of our lines by number."""
    return dict(PhoneLine.objects.values_list("number", "name"))


def users() -> Names:
    """Full names of users by log-in name; users without a full name are left out."""
    return {
        user.get_username(): user.get_full_name()
        for user in get_user_model().objects.all()
        if user.get_full_name()
    }


def weekdays() -> Names:
    """Names of the weekdays by their ISO number."""
    return {str(number + 1): name for number, name in WEEKDAYS.items()}
