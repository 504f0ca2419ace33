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


class SwitchedOff(NoDesk):
    """The operator is switched off, and takes and makes no calls."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Your operator is switched off: you take no calls now.")
        )


@dataclass(frozen=True)
class Sitter:
    """An operator who works in the browser, and the queues that this one serves."""

    user: User
    operator: Operator
    # As in `OperatorState.operator` and `Connection.operator`.
    name: str

    @property
    def is_off(self) -> bool:
        """Whether an administrator has switched the operator off."""
        return not self.operator.is_active

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


def sitter_of(user: User | AnonymousUser, *, even_off: bool = False) -> Sitter:
    """The operator of an account. Raises NoDesk where there is none who may work.

    `even_off`: also one who is switched off, as that may be during a conversation.
    """
    operator = (
        Operator.objects.filter(user=user).first() if isinstance(user, User) else None
    )
    if operator is None:
        raise NoDesk(gettext("No operator belongs to your account."))
    if not (operator.is_active or even_off):
        raise SwitchedOff
    if not operator.client_identity:
        raise NoDesk(
            gettext("Your operator works by telephone and has no browser identity.")
        )
    assert isinstance(user, User)  # noqa: S101 -- only an account has an operator
    return Sitter(user, operator, name_of(operator))
