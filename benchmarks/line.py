"""One row of the results."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured, on which database, its value and goal.

    `is_met` is None where there is no goal, only a value to report.
    """

    what: str
    database: str
    value: str
    goal: str
    is_met: bool | None = None

    def __str__(self) -> str:
        met = {True: "yes", False: "no", None: ""}[self.is_met]
        return f"| {self.what} | {self.database} | {self.value} | {self.goal} | {met} |"
