"""What an entry of the catalogue is: a figure, its names, and which measures it divides."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
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

Adding = Callable[[Sums], float]
Reckoning = Callable[[Sums], float | None]


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
    compute: Reckoning | None = None
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

    @cached_property
    def of(self) -> Reckoning:
        """The figure from the sums of the measures; None when there is nothing to divide by."""
        # A report has tens of thousands of figures: which kind each is, is decided once.
        if self.compute is not None:
            return self.compute
        above = _adding(self.numerator)
        if self.denominator:
            return _dividing(above, _adding(self.denominator), SECONDS_PER_HOUR if self.unit == "per_hour" else 1)
        return (lambda sums: round(above(sums))) if self.unit == "count" else above


def _dividing(above: Adding, below: Adding, times: float) -> Reckoning:
    def divide(sums: Sums) -> float | None:
        divisor = below(sums)
        return above(sums) * times / divisor if divisor else None

    return divide


def _adding(measures: tuple[str, ...]) -> Adding:
    if len(measures) == 1:
        [measure] = measures
        return lambda sums: sums.get(measure) or 0
    return lambda sums: sum(sums.get(measure) or 0 for measure in measures)
