"""Which IVR steps each count of a report counts.

A report adds steps up by these conditions, and the list behind a number is filtered by
the same ones. Of a step whose call is over exactly one of `answered`, `no_input`,
`wrong_key` and `hung_up` is true (docs/contract.md 7).
"""

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat

from callcenter.decision import Decision, Verb
from callcenter.models import IvrStep, MenuOption

# The inputs with a count of their own, by its code.
INPUTS = {f"input_{digit}": str(digit) for digit in range(10)} | {
    "input_star": "*",
    "input_hash": "#",
}


def condition(code: str) -> Q:
    """The condition of a count, by its code. Raises KeyError for one unknown."""
    if code in INPUTS:
        return Q(input=INPUTS[code])
    return _conditions()[code]


def codes() -> list[str]:
    """The codes of all counts."""
    return [*_conditions(), *INPUTS]


def _conditions() -> dict[str, Q]:
    silent, unanswered = Q(input=""), Q(led_to="")
    wrong = ~silent & _is_wrong()
    return {
        "answered": ~silent & ~wrong,
        "no_input": silent & ~unanswered,
        "wrong_key": wrong,
        # A caller whose call is not over may still answer.
        "hung_up": silent & unanswered & Q(call__ended_at__isnull=False),
    }


def _is_wrong() -> Q:
    """Keys that are no option of the menu, after which it was asked again.

    Or had been asked again: after the last try a wrong key leads on. A key that is an
    option now is right even where it leads to its own menu.
    """
    option = MenuOption.objects.filter(
        menu__slug=OuterRef("menu"), input=OuterRef("input")
    )
    same_menu = Concat(Value(str(Decision(Verb.MENU))), F("menu"))
    before = IvrStep.objects.filter(
        ~Q(input=""),
        call=OuterRef("call"),
        step=OuterRef("step") - 1,
        menu=OuterRef("menu"),
        led_to=same_menu,
    )
    return ~Q(Exists(option)) & (Q(led_to=same_menu) | Q(Exists(before)))
