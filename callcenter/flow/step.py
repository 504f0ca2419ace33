"""A request as the flow sees it: what it is about, what its URL says. No database."""

from dataclasses import dataclass

from callcenter.params import VoiceParams


@dataclass(frozen=True, slots=True)
class Step:
    """One request and its place in the call; the place travels in our own URLs."""

    kind: str  # a WebhookEvent.Kind value
    params: VoiceParams
    queue: str = ""
    visit: int = 0
    menu: str = ""
    step: int = 0  # documents answered to this call so far
    visits: int = 0  # stays in queues so far
    again: int = 0  # wrong or silent so far
    language: str = ""
    signed_in: bool = False
