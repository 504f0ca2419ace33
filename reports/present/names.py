"""The names of what history stores as codes: queues, menus, operators, choices."""

from collections.abc import Callable, Iterator, Mapping

from django.contrib.auth import get_user_model
from django.db.models import Choices
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, override
from django_stubs_ext import StrOrPromise

from callcenter.models import (
    Menu,
    Message,
    Operator,
    PhoneLine,
    Queue,
    WrapUpCode,
)

Names = Mapping[str, StrOrPromise]


class Worded(Mapping[str, StrOrPromise]):
    """Names that are made of their codes: every code has one, and none is listed.

    They are in the language in which they were asked for, also in a file whose rows
    are written when the page has long been answered.
    """

    def __init__(self, word: Callable[[str], str]) -> None:
        self._word = word
        self._language = get_language()
        self._known: dict[str, str] = {}

    def __getitem__(self, code: str) -> str:
        if not code:
            raise KeyError(code)
        if code not in self._known:
            with override(self._language):
                self._known[code] = self._word(code)
        return self._known[code]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


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


def messages() -> Names:
    """Names of messages by slug."""
    return dict(Message.objects.values_list("slug", "name"))


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


def wrap_up_codes() -> Names:
    """Names of wrap-up codes by code."""
    return dict(WrapUpCode.objects.values_list("code", "name"))


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


def times() -> Names:
    """Names of the intervals that recur: hours, weekdays, and hours of the week."""
    said = gettext("%(hour)d:00")
    hours_of_week = {
        f"{day + 1}-{hour:02}": f"{name} {said % {'hour': hour}}"
        for day, name in WEEKDAYS_ABBR.items()
        for hour in range(24)
    }
    return {**hours(), **weekdays(), **hours_of_week}


def hours() -> Names:
    """Names of the hours of the day by their codes: "09" is 9:00."""
    said = gettext("%(hour)d:00")
    return {f"{hour:02}": said % {"hour": hour} for hour in range(24)}
