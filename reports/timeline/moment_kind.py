"""What every kind of moment on a leg has: a short name, and words. No database."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from callcenter.models import Call
from reports.timeline.words import Words

# The title, then details; a detail that is not known is empty.
Says = tuple[str, ...]


class MomentKind(ABC):
    """What a moment is about, in one line of the page."""

    @property
    @abstractmethod
    def code(self) -> str:
        """The short name, for style sheets and tests."""

    @abstractmethod
    def says(self, call: Call, words: Words) -> Says:
        """The wording, on the page of `call`."""

    def sentence(self, call: Call, words: Words) -> tuple[str, list[str]]:
        """The title, and the details that are known."""
        title, *details = self.says(call, words)
        return title, [detail for detail in details if detail]


@dataclass(frozen=True)
class Plain(MomentKind):
    """A kind without facts, which always reads the same."""

    name: str
    title: StrOrPromise
    detail: StrOrPromise = ""

    @property
    def code(self) -> str:
        return self.name

    def says(self, call: Call, words: Words) -> Says:
        return str(self.title), str(self.detail)
