"""Who sits at the desk: the operator of an account, with what history calls them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext

from callcenter.desk.acts import name_of
from callcenter.models import Operator, Queue


class NoDesk(Exception):
    """This account has no desk; the text is a sentence that says why, translated."""


@dataclass(frozen=True, slots=True)
class Sitter:
    """An operator who works in the browser, and the queues that this one serves."""

    user: User
    operator: Operator
    # As in `OperatorState.operator` and `Connection.operator`.
    name: str
    queues: Sequence[Queue]


def sitter_of(user: User | AnonymousUser) -> Sitter:
    """The operator of an account. Raises NoDesk where there is none who may work."""
    operator = (
        Operator.objects.filter(user=user).first() if isinstance(user, User) else None
    )
    if operator is None:
        raise NoDesk(gettext("No operator belongs to your account."))
    if not operator.is_active:
        raise NoDesk(gettext("Your operator is switched off: you take no calls now."))
    if not operator.client_identity:
        raise NoDesk(
            gettext("Your operator works by telephone and has no browser identity.")
        )
    assert isinstance(user, User)  # noqa: S101 -- only an account has an operator
    queues = list(operator.queues.filter(is_active=True))
    return Sitter(user, operator, name_of(operator), queues)
