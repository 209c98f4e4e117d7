"""The catalogue of figures: one entry each, in the file of its group; nothing else in the code computes a ratio."""

from collections.abc import Mapping, Sequence

from callcenter.reports.figures.callbacks import CALLBACKS
from callcenter.reports.figures.columns import Columns
from callcenter.reports.figures.entry import Figure
from callcenter.reports.figures.handling import HANDLING, RINGING
from callcenter.reports.figures.level import LEVEL, WAIT
from callcenter.reports.figures.load import LOAD
from callcenter.reports.figures.measures import MEASURES, Sums
from callcenter.reports.figures.quality import QUALITY
from callcenter.reports.figures.satisfaction import SATISFACTION
from callcenter.reports.figures.seats import SEATS
from callcenter.reports.figures.tickets import TICKETS

FIGURES: tuple[Figure, ...] = (
    *(*LEVEL, *LOAD, *WAIT, *HANDLING, *RINGING, *SEATS, *SATISFACTION, *CALLBACKS, *QUALITY, *TICKETS),
)
"""In the order in which they are shown."""

FIGURE_BY_ID: Mapping[str, Figure] = {figure.id: figure for figure in FIGURES}


def figures_of(sums: Sums, figures: tuple[Figure, ...] = FIGURES) -> dict[str, float | None]:
    """These figures from the sums of the measures."""
    [found] = figures_of_each([sums], figures)
    return found


def figures_of_each(lines: Sequence[Sums], figures: tuple[Figure, ...] = FIGURES) -> list[dict[str, float | None]]:
    """These figures of each line."""
    columns, identities = Columns(lines), [figure.id for figure in figures]
    values = [figure.column(columns) for figure in figures]
    return (
        [dict(zip(identities, line, strict=True)) for line in zip(*values, strict=True)]
        if figures
        else [{} for _ in lines]
    )


LIVE_FIGURES = tuple(
    figure
    for figure in FIGURES
    if "queues" in figure.subjects and all(MEASURES[measure].is_live for measure in figure.measures)
)
"""Those that today's memory can tell as the facts come in."""
