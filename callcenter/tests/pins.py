"""PINs of operators in tests."""

from callcenter import keyed
from callcenter.models import Operator, OperatorPin

PIN = "490217"


def with_pin(operator: Operator, pin: str = PIN) -> Operator:
    """The operator, who now has a PIN."""
    OperatorPin.replace({operator: pin})
    return operator


def kept(operator: Operator) -> str:
    """What is kept of the operator's PIN; empty where there is none."""
    found = OperatorPin.objects.filter(operator=operator).first()
    return found.kept if found else ""


def is_pin(operator: Operator, pin: str) -> bool:
    """Whether the operator has this PIN."""
    return keyed.pin_matches(pin, kept(operator))
