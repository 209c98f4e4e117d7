"""Where an agent stands today among the colleagues of the team, figure by figure, if the centre shows it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from callcenter.floor.terms import Instant, Seconds
from callcenter.reports.figures import figures_of_each
from callcenter.reports.figures.entry import Figure
from callcenter.reports.service import Asked, Report, Sources, report
from callcenter.reports.spans import Span

COUNTED_SECONDS: Seconds = 30
"""So long one count serves everybody who asks: a desk asks as often."""

Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Rank:
    """The place from 1, the best, of so many who have the figure; equal values share the better place."""

    place: int
    of: int


def ranks(figures: Iterable[Figure], own: Values, team: Sequence[Values]) -> dict[str, Rank]:
    """The place of `own` among `team`, which it is part of.

    Only where one direction is the better one, and somebody else has the figure, too.
    """
    found = {}
    for figure in figures:
        mine = own.get(figure.id)
        values = [value for one in team if (value := one.get(figure.id)) is not None]
        if mine is None or figure.direction == "none" or len(values) <= 1:
            continue
        better = sum(value > mine if figure.direction == "up" else value < mine for value in values)
        found[figure.id] = Rank(better + 1, len(values))
    return found


class Ranking:
    """The places of all agents; counted for everybody at once, and not more often than `COUNTED_SECONDS`."""

    def __init__(self, sources: Sources, figures: Sequence[Figure]) -> None:
        self._sources = sources
        self._figures = tuple(figures)
        self._lock = asyncio.Lock()
        self._counted: tuple[Instant, Report] | None = None

    async def of(self, agent: str, today: Span, now: Instant) -> dict[str, Rank]:
        """By figure, among the agent's team; nothing for somebody who did nothing yet, or who is alone."""
        rows = (await self._report(today, now)).part.rows
        own = next((row for row in rows if row.keys == (agent,)), None)
        if own is None:
            return {}
        team = [row for row in rows if row.team == own.team]
        values = figures_of_each([row.sums for row in team], self._figures)
        return ranks(self._figures, values[team.index(own)], values)

    async def _report(self, today: Span, now: Instant) -> Report:
        async with self._lock:
            if self._counted is None or self._is_old(*self._counted, today, now):
                asked = Asked(subject="agents", span=today, figures=self._figures)
                self._counted = (now, await report(self._sources, asked))
            return self._counted[1]

    @staticmethod
    def _is_old(at: Instant, counted: Report, today: Span, now: Instant) -> bool:
        return not at <= now < at + COUNTED_SECONDS or counted.asked.span != today
