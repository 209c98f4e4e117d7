"""Krippendorff's alpha: how far several reviewers agree beyond what chance would give. Pure.

Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (University of Pennsylvania, 2011), and "Content
Analysis: An Introduction to Its Methodology", chapter on reliability. alpha = 1 - observed / expected disagreement:
the mean squared difference of the pairs of values within each unit, by that of all pairs of all values.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Ratings = Sequence[Sequence[float | None]]
"""One row for each reviewer, with one value for each unit that was judged; None: not judged by that one."""

Table = NDArray[np.float64]


class Level(StrEnum):
    """What the values are: names of categories, of which two are equal or not; or amounts with a distance."""

    NOMINAL = "nominal"
    INTERVAL = "interval"


def krippendorff_alpha(ratings: Ratings, level: Level) -> float | None:
    """1: all agree; 0: no more than by chance; below 0: less than that. None where no unit was judged by two.

    Units that one alone judged say nothing and are left out. Where all values are the same nothing was expected to
    differ, and the formula divides by zero: then all agree, which is 1.
    """
    table = np.array(ratings, dtype=np.float64)
    if table.size == 0:
        return None
    table = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if table.size == 0:
        return None
    values = np.unique(table[~np.isnan(table)])
    counts = (table[:, :, np.newaxis] == values).sum(axis=0).astype(np.float64)
    distances = _distances(values, level)
    given = counts.sum(axis=1)
    observed = float((((counts @ distances) * counts).sum(axis=1) / (given - 1)).sum())
    in_all = counts.sum(axis=0)
    expected = float(in_all @ distances @ in_all) / (float(given.sum()) - 1)
    return 1.0 if expected == 0 else 1.0 - observed / expected


def _distances(values: Table, level: Level) -> Table:
    """The squared difference of each value from each other."""
    apart: Table = values[:, np.newaxis] - values
    return (apart != 0).astype(np.float64) if level is Level.NOMINAL else apart**2
