"""Paused time by reason: counted from the spells themselves, since reasons are as many as somebody configures."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.accounts.scoped import in_scope
from callcenter.reports.figures.measures import Source
from callcenter.reports.folding import Paused
from callcenter.reports.sources import pieces_as_text, pieces_in, rows_of, selected
from callcenter.reports.spans import Piece
from callcenter.reports.sums import Only, keys_of

# Written out, so that the index of pauses is seen to fit.
_IS_PAUSE: ColumnElement[str] = literal_column("'paused'")


async def pause_seconds(connection: AsyncConnection, pieces: Sequence[Piece], only: Only) -> list[Paused]:
    """The seconds of pauses that lie in the pieces, by agent, team and reason."""
    table = pieces_in("pieces", connection.dialect.name)
    values = {"pieces": pieces_as_text(pieces)}
    found = []
    for rows in rows_of(Source.SPELLS, table):
        c = rows.columns
        keys = keys_of(Source.SPELLS, c)
        columns = [table.c.n, keys["agent"].label("agent"), keys["team"].label("team"), c.reason.label("reason")]
        seconds = (c.cut_until - c.cut_since).label("seconds")
        conditions = [
            *(keys[name] == value for name, value in only.given().items()),
            in_scope(only.scope, team=keys["team"]),
            keys["has_agent"],
            c.state == _IS_PAUSE,
        ]
        each = selected([*columns, seconds], rows).where(*conditions).subquery().c
        groups = (each.n, each.agent, each.team, each.reason)
        result = await connection.execute(select(*groups, func.sum(each.seconds)).group_by(*groups), values)
        found += [Paused(n, (agent, team), reason, total) for n, agent, team, reason, total in result]
    return found
