"""The catalogue of figures: one entry each, in the file of its group; nothing else in the code computes a ratio."""

from collections.abc import Mapping

from callcenter.reports.figures.callbacks import CALLBACKS
from callcenter.reports.figures.entry import Figure
from callcenter.reports.figures.handling import HANDLING, RINGING
from callcenter.reports.figures.level import LEVEL, WAIT
from callcenter.reports.figures.load import LOAD
from callcenter.reports.figures.measures import MEASURES, Sums
from callcenter.reports.figures.seats import SEATS

FIGURES: tuple[Figure, ...] = (*LEVEL, *LOAD, *WAIT, *HANDLING, *RINGING, *SEATS, *CALLBACKS)
"""In the order in which they are shown."""

FIGURE_BY_ID: Mapping[str, Figure] = {figure.id: figure for figure in FIGURES}


def figures_of(sums: Sums, figures: tuple[Figure, ...] = FIGURES) -> dict[str, float | None]:
    """These figures from the sums of the measures."""
    return {figure.id: figure.of(sums) for figure in figures}


LIVE_FIGURES = tuple(
    figure
    for figure in FIGURES
    if "queues" in figure.subjects and all(MEASURES[measure].is_live for measure in figure.measures)
)
"""Those that today's memory can tell as the facts come in."""
