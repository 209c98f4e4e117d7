"""What an entry of the catalogue is: a figure, its names, and which measures it divides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

from callcenter.reports.figures.columns import Columns
from callcenter.reports.figures.measures import MEASURES, Source, Sums

Unit = Literal["count", "seconds", "share", "per_hour", "number"]
Direction = Literal["up", "down", "none"]
Group = Literal[
    "load", "level", "wait", "handling", "rings", "seats", "satisfaction", "callbacks", "quality", "tickets"
]
Subject = Literal["queues", "agents", "teams"]
About = Subject | Literal["callbacks", "quality", "lost_points", "tickets"]
"""Which report a figure belongs to: that of a subject, of callbacks, of tickets, or one of the two of quality."""

EVERYBODY: tuple[Subject, ...] = ("queues", "agents", "teams")
QUEUES: tuple[Subject, ...] = ("queues",)
PEOPLE: tuple[Subject, ...] = ("agents", "teams")
TEAMS: tuple[Subject, ...] = ("teams",)

DECIMALS: dict[Unit, int] = {"count": 0, "seconds": 0, "share": 1, "per_hour": 1, "number": 1}
"""How many decimals are shown; of a share, those of its percentage."""

SECONDS_PER_HOUR = 3600

Reckoning = Callable[[Columns], Sequence[float | None]]


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

    def of(self, sums: Sums) -> float | None:
        """The figure from the sums of the measures; None when there is nothing to divide by."""
        [value] = self.column(Columns([sums]))
        return value

    def column(self, columns: Columns) -> Sequence[float | None]:
        """The figure of each line, as `of` would tell it."""
        if self.compute is not None:
            return self.compute(columns)
        above = columns.added(self.numerator)
        if self.denominator:
            times = SECONDS_PER_HOUR if self.unit == "per_hour" else 1
            below = columns.added(self.denominator)
            return [
                dividend * times / divisor if divisor else None for dividend, divisor in zip(above, below, strict=True)
            ]
        return [*map(round, above)] if self.unit == "count" else above


class Shown(TypedDict, total=False):
    """How a figure is shown, and reckoned if it is no ratio; one of which nothing is said is a count."""

    unit: Unit
    direction: Direction
    target: float | None
    compute: Reckoning | None
    reads: tuple[str, ...]


def figure_of(
    subject: About,
    group: Group,
    identity: str,
    labels: tuple[str, str],
    formulas: tuple[str, str],
    divides: tuple[str, str] | tuple[str],
    **shown: Unpack[Shown],
) -> Figure:
    """A figure of one report: words in English and Chinese; `divides` are its measures, of which a count has one."""
    return Figure(
        id=identity,
        label_en=labels[0],
        label_zh=labels[1],
        formula_en=formulas[0],
        formula_zh=formulas[1],
        group=group,
        subjects=(subject,),
        numerator=divides[:1],
        denominator=divides[1:],
        unit=shown.get("unit", "count"),
        direction=shown.get("direction", "none"),
        target=shown.get("target"),
        compute=shown.get("compute"),
        reads=shown.get("reads", ()),
    )
