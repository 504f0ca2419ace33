"""Who sits at the desk: the operator of an account, with what history calls them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext

from callcenter.desk.acts import name_of
from callcenter.models import Operator, Queue


class NoDesk(Exception):
    """This account has no desk; the text is a sentence that says why, translated."""


@dataclass(frozen=True)
class Sitter:
    """An operator who works in the browser, and the queues that this one serves."""

    user: User
    operator: Operator
    # As in `OperatorState.operator` and `Connection.operator`.
    name: str

    @cached_property
    def queues(self) -> Sequence[Queue]:
        """Those that are in use."""
        return list(self.operator.queues.filter(is_active=True))


def has_desk(user: User | AnonymousUser) -> bool:
    """Whether an account may work at a desk."""
    try:
        sitter_of(user)
    except NoDesk:
        return False
    return True


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
    return Sitter(user, operator, name_of(operator))
