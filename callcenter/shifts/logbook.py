"""The shift log: what leaders noted of a team's day, every version of it, beside the figures of that day."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.scope import Scope
from callcenter.errors import Conflict
from callcenter.reports.figures import FIGURE_BY_ID, figures_of
from callcenter.reports.figures.entry import Subject
from callcenter.reports.service import Asked, Sources, report
from callcenter.reports.spans import Span, midnight
from callcenter.reports.sums import Only
from callcenter.settings import AgentSettings
from callcenter.shifts.tables import ShiftNote
from callcenter.store.engine import Sessions

OF_QUEUES = ("offered", "answer_rate", "service_level", "abandoned")
"""Of the queues that the team's agents join: a caller who gave up was nobody's."""

OF_TEAM = ("answered", "aht_seconds", "handled_per_hour", "occupancy", "away_compliance")
"""Of the team's own agents."""

Values = dict[str, float | None]


class DayFigures(Struct, frozen=True, kw_only=True):
    """The figures of a team's day: of its queues, of its agents; and which queues these are."""

    queues: list[str]
    of_queues: Values
    of_team: Values


async def notes(sessions: Sessions, team: str, day: date) -> Sequence[ShiftNote]:
    """Every version of what was noted of a team's day, the newest first."""
    async with sessions() as session:
        return await _notes(session, team, day)


async def _notes(session: AsyncSession, team: str, day: date) -> Sequence[ShiftNote]:
    wanted = select(ShiftNote).where(ShiftNote.team == team, ShiftNote.day == day)
    return (await session.scalars(wanted.order_by(ShiftNote.version.desc()))).all()


async def write(sessions: Sessions, note: ShiftNote) -> None:
    """Keeps a note as the next version of its team's day.

    Raises Conflict where its version is not the next one (any more): both leaders' words are to be read first.
    """
    try:
        async with sessions.begin() as session:
            present = await _notes(session, note.team, note.day)
            if (present[0].version if present else 0) != note.version - 1:
                raise _conflict()
            session.add(note)
    except IntegrityError as error:
        raise _conflict() from error


def _conflict() -> Conflict:
    return Conflict("Somebody has written into this day's log meanwhile; read it and save again", field="version")


async def figures_of_day(
    sources: Sources, agents: Iterable[AgentSettings], team: str, day: date, scope: Scope
) -> DayFigures:
    """The figures of a team's day, as any report counts them; of its queues only those in the scope."""
    span = Span(midnight(day, sources.zone), midnight(day + timedelta(days=1), sources.zone))
    queues = sorted({queue for one in agents if one.team == team for queue in one.queues if scope.sees_queue(queue)})
    of_queues = Only(scope=Scope(queues=frozenset(queues)))
    return DayFigures(
        queues=queues,
        of_queues=await _figures(sources, "queues", span, of_queues, OF_QUEUES),
        of_team=await _figures(sources, "teams", span, Only(team=team), OF_TEAM),
    )


async def _figures(sources: Sources, subject: Subject, span: Span, only: Only, names: Iterable[str]) -> Values:
    figures = tuple(FIGURE_BY_ID[name] for name in names)
    answer = await report(sources, Asked(subject=subject, span=span, only=only, figures=figures))
    return dict(figures_of(answer.part.totals, figures))
