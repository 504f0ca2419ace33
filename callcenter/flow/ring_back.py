"""What an operator is answered whom Twilio rings to ring somebody back. No database.

The operator says by a key that a person has taken the call: an answering machine must
not be put through to a caller.
"""

from callcenter.decision import Decision, Verb
from callcenter.flow.step import Step

KEY = "1"
# Of `dial`: not the number, which stands in the database and nowhere else.
CALLER = "caller"


def dials(step: Step) -> bool:
    """Whether the operator has pressed the key that has the caller rung."""
    return step.params.digits == KEY and not step.params.is_over


def decide(step: Step, whom: str) -> Decision:
    """Ask for the key, ring the caller, or neither.

    `whom` is the number that the operator may ring now; empty for none, and where the
    database does not answer.
    """
    if not whom:
        return Decision(Verb.APOLOGY)
    if dials(step):
        return Decision(Verb.DIAL, CALLER)
    return Decision(Verb.SIGN_OFF if step.params.digits else Verb.ANNOUNCE)
