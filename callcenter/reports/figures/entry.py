"""What an entry of the catalogue is: a figure, its names, and which measures it divides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from callcenter.reports.figures.measures import MEASURES, Source, Sums

Unit = Literal["count", "seconds", "share", "per_hour", "number"]
Direction = Literal["up", "down", "none"]
Group = Literal["load", "level", "wait", "handling", "rings", "seats", "callbacks"]
Subject = Literal["queues", "agents", "teams"]
About = Subject | Literal["callbacks"]
"""Which report a figure belongs to: that of a subject, or the callback report."""

EVERYBODY: tuple[Subject, ...] = ("queues", "agents", "teams")
QUEUES: tuple[Subject, ...] = ("queues",)
PEOPLE: tuple[Subject, ...] = ("agents", "teams")
TEAMS: tuple[Subject, ...] = ("teams",)

DECIMALS: dict[Unit, int] = {"count": 0, "seconds": 0, "share": 1, "per_hour": 1, "number": 1}
"""How many decimals are shown; of a share, those of its percentage."""

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What is shown: the sum of some measures, over the sum of others where it is a ratio.

    `numerator` and `denominator` are also the rows that the figure opens. `compute` is for what is no ratio
    (percentiles); it reads the measures that `reads` names.
    """

    id: str
    label_en: str
    label_zh: str
    formula_en: str
    formula_zh: str
    unit: Unit
    group: Group
    subjects: tuple[About, ...]
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    direction: Direction = "none"
    target: float | None = None
    compute: Callable[[Sums], float | None] | None = None
    reads: tuple[str, ...] = ()

    @property
    def decimals(self) -> int:
        """How many decimals are shown."""
        return DECIMALS[self.unit]

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure that the figure is made from."""
        return (*self.numerator, *self.denominator, *self.reads)

    @property
    def opens(self) -> Source:
        """What kind of rows the numerator counts."""
        return MEASURES[self.numerator[0]].source

    @property
    def opens_below(self) -> Source | None:
        """What kind of rows the denominator counts."""
        return MEASURES[self.denominator[0]].source if self.denominator else None

    def of(self, sums: Sums) -> float | None:
        """The figure from the sums of the measures; None when there is nothing to divide by."""
        if self.compute is not None:
            return self.compute(sums)
        above = _sum(sums, self.numerator)
        if not self.denominator:
            return round(above) if self.unit == "count" else above
        below = _sum(sums, self.denominator)
        if self.unit == "per_hour":
            below /= SECONDS_PER_HOUR
        return above / below if below else None


def _sum(sums: Sums, measures: tuple[str, ...]) -> float:
    # A report has tens of thousands of figures: most of them are of one measure.
    if len(measures) == 1:
        return sums.get(measures[0]) or 0
    total = 0.0
    for measure in measures:
        total += sums.get(measure) or 0
    return total
