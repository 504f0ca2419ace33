"""Under which names history knows an operator of the setup."""

from callcenter.models import Operator


def names_of(pk: str) -> tuple[str, ...]:
    """The number and client:identity of an operator; none if there is no such one."""
    operator = Operator.objects.filter(pk=pk).first()
    if operator is None:
        return ()
    identity = operator.client_identity
    names = (operator.number, f"client:{identity}" if identity else "")
    return tuple(name for name in names if name)
