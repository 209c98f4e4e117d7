"""The sums of many lines measure by measure: a figure is reckoned down a whole column, and what figures share once."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from callcenter.reports.figures.measures import Sums

Told = TypeVar("Told")


class Columns:
    """The sums of lines as columns, each with one value a line, made when first asked for."""

    def __init__(self, lines: Sequence[Sums]) -> None:
        self._lines = lines
        self._added: dict[tuple[str, ...], list[float]] = {}
        self._each: dict[Callable[[Sums], Any], list[Any]] = {}

    def added(self, measures: tuple[str, ...]) -> list[float]:
        """Of each line the sum of these measures; 0 where it has none of them."""
        found = self._added.get(measures)
        if found is None:
            if len(measures) == 1:
                [measure] = measures
                found = [sums.get(measure) or 0 for sums in self._lines]
            else:
                found = [*map(sum, zip(*(self.added((measure,)) for measure in measures), strict=True))]
            self._added[measures] = found
        return found

    def each(self, tell: Callable[[Sums], Told]) -> list[Told]:
        """What is told of each line; several figures may share it."""
        found = self._each.get(tell)
        if found is None:
            found = self._each[tell] = [tell(sums) for sums in self._lines]
        return found
