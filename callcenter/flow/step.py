"""A request as the flow sees it: its kind, its form, and its place in the call."""

from dataclasses import dataclass
from enum import StrEnum

from callcenter.params import VoiceParams


class Between(StrEnum):
    """What an operator does between two calls while a document listens for keys."""

    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Step:
    """One request; its place in the call comes from the URL that we handed out."""

    kind: str  # a callcenter.routes.Kind value
    params: VoiceParams
    queue: str = ""
    visit: int = 0  # of the queue in the path, from 1; 0 where the path has none
    menu: str = ""
    step: int = 0  # documents answered to this call before this request
    visits: int = 0  # queue entries of this call so far
    again: int = 0  # wrong or missing inputs in a row, before this request
    language: str = ""
    signed_in: bool = False  # whether the operator has given the PIN
    is_recorded: bool = False  # whether the conversation that follows is recorded
    token: str = ""  # of the ring-back in the path
    proof: str = ""  # which PIN that was (flow.operator.proof); empty if not known
    state: str = ""  # what an operator who is not ready for calls does: a Between value
    about: str = ""  # the leg of the caller with whom the operator has talked last
