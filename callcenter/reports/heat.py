"""The heat map: a figure of queues by weekday and hour of the centre's clock."""

from typing import Any

from callcenter.reports.figures.entry import Figure
from callcenter.reports.service import Sources, sums_in
from callcenter.reports.spans import Span, hours_of
from callcenter.reports.sums import Only


async def heat_map(sources: Sources, figure: Figure, span: Span, only: Only) -> list[dict[str, Any]]:
    """A cell for each weekday (1-7) and hour (0-23) in which there was something."""
    sums = await sums_in(sources.engine, hours_of(span, sources.zone), (figure,), only)
    return [
        {"weekday": group // 24, "hour": group % 24, "value": figure.of(sums_of_group)}
        for group, sums_of_group in sorted(sums.items())
    ]
