"""Percentiles from counts between fixed edges: distributions of several spans can be added up."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate, repeat

from callcenter.reports.figures.columns import Columns
from callcenter.reports.figures.measures import Sums

Percentiles = Callable[[float, Columns], list[float | None]]
"""Of each line: which seconds a share (0 to 1) of its rows does not exceed."""


def percentiles(counted: str, bins: Sequence[str], edges: Sequence[float], longest: str) -> Percentiles:
    """Of what the measure `counted` counts: `bins` count it between the `edges`, `longest` is the maximum.

    Within a bin the rows lie evenly; the last bin ends with the maximum.
    """
    bounds = tuple(zip((0.0, *edges), (*edges, math.inf), strict=True))

    def passed(sums: Sums) -> list[float]:
        """How many there are up to the end of each bin."""
        return [*accumulate(map(sums.get, bins, repeat(0)))]

    def one(sought: float, up_to: list[float], most: float) -> float:
        place = bisect_left(up_to, sought)
        if place == len(up_to):
            return most
        low, edge = bounds[place]
        high = most if edge == math.inf else edge
        before = up_to[place - 1] if place else 0.0
        return min(low + (high - low) * (sought - before) / (up_to[place] - before), most)

    def of_lines(share: float, columns: Columns) -> list[float | None]:
        counts, longests = columns.added((counted,)), columns.added((longest,))
        lines = zip(counts, columns.each(passed), longests, strict=True)
        return [one(share * count, up_to, most) if count else None for count, up_to, most in lines]

    return of_lines
