"""The rows that measures count, as SQL: each source's columns by the names of its facts, and where in time they lie."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    case,
    column,
    literal,
    literal_column,
    select,
    text,
    true,
)

from callcenter.dialer.tables import Attempt
from callcenter.reports.figures.measures import COUNTED_AT, REPEAT_DAYS, Measure, Source
from callcenter.reports.spans import Piece
from callcenter.store.tables import LONG_SPELL_SECONDS, caller_surveys, conversations, queue_visits, rings, seat_spells

TABLES: dict[Source, FromClause] = {
    Source.VISITS: queue_visits,
    Source.CONVERSATIONS: conversations,
    Source.RINGS: rings,
    Source.SPELLS: seat_spells,
    Source.SURVEYS: caller_surveys,
    Source.ATTEMPTS: Attempt.__table__,
}


_PIECES = {
    "sqlite": "SELECT json_extract(value, '$[0]') AS n, json_extract(value, '$[1]') AS since, "
    "json_extract(value, '$[2]') AS until FROM json_each(:{name})",
    "postgresql": "SELECT CAST(value->>0 AS BIGINT) AS n, CAST(value->>1 AS FLOAT) AS since, "
    "CAST(value->>2 AS FLOAT) AS until FROM jsonb_array_elements(CAST(:{name} AS JSONB))",
}
"""Pieces of time come as one parameter, so that a statement is the same for however many there are."""


class Pieces(NamedTuple):
    """Pieces of time as a table: n, since, until."""

    table: CTE
    is_postgresql: bool

    @property
    def c(self) -> Any:
        """The columns of the table."""
        return self.table.c

    def beside(self, table: FromClause, condition: ColumnElement[bool]) -> tuple[FromClause, FromClause]:
        """The rows of a table that meet a condition with a piece, and the two joined.

        PostgreSQL takes it that each piece has a ninth of the table in it, and would rather read the whole table than
        look for each piece in the index. OFFSET keeps it from seeing a join in this.
        """
        if not self.is_postgresql:
            return table, self.table.join(table, condition)
        rows = select(table).where(condition).offset(literal_column("0")).lateral("rows")
        return rows, self.table.join(rows, true())


class Rows(NamedTuple):
    """The rows of a source that lie in some pieces of time: `columns` by name, in `table`, which is part of `joined`.

    `is_whole`: the row as a whole counts in that piece, not just the seconds in which it overlaps it.
    """

    columns: Any
    pieces: Pieces
    table: FromClause
    joined: FromClause
    is_whole: ColumnElement[bool]


def pieces_in(name: str, dialect: str) -> Pieces:
    """The pieces of time in the parameter of that name (see `pieces_as_text`)."""
    statement = text(_PIECES[dialect].format(name=name)).bindparams(bindparam(name, type_=String))
    table = statement.columns(column("n", BigInteger), column("since", Double), column("until", Double)).cte(name)
    return Pieces(table, dialect == "postgresql")


def pieces_as_text(pieces: Sequence[Piece]) -> str:
    """Pieces of time as the parameter that `table_of` reads."""
    return json.dumps([(piece.group, float(piece.since), float(piece.until)) for piece in pieces])


def rows_of(source: Source, pieces: Pieces) -> list[Rows]:
    """Where to find the rows of a source in these pieces: one place, or of spells two that have no row in common."""
    if source is Source.SPELLS:
        return [_spells(pieces, is_long=is_long) for is_long in (False, True)]
    at = TABLES[source].c[COUNTED_AT[source]]
    table, joined = pieces.beside(TABLES[source], and_(at >= pieces.c.since, at < pieces.c.until))
    columns = _by_name(table)
    if source is Source.VISITS:
        columns.is_repeat = _is_repeat(table)
    return [Rows(columns, pieces, table, joined, true())]


def _by_name(table: FromClause) -> SimpleNamespace:
    return SimpleNamespace(**{each.name: each for each in table.c})


def _spells(pieces: Pieces, *, is_long: bool) -> Rows:
    """Spells that overlap a piece. Short ones begin not long before it; long ones have an index of their own."""
    s, p = seat_spells.c, pieces.c
    # The number is written out, so that the condition is seen to be that of the index.
    longest_short: ColumnElement[float] = literal_column(str(LONG_SPELL_SECONDS))
    if is_long:
        found = and_(s.until - s.since > longest_short, s.since < p.until, s.until > p.since)
    else:
        begins = and_(s.since > p.since - LONG_SPELL_SECONDS - 1, s.since < p.until)
        # Written so that no index on `until` is used: PostgreSQL would read half of it for each piece.
        found = and_(s.until - s.since <= longest_short, begins, s.until - p.since > 0)
    table, joined = pieces.beside(seat_spells, found)
    columns = _by_name(table)
    columns.cut_since = case((columns.since > p.since, columns.since), else_=p.since)
    columns.cut_until = case((columns.until < p.until, columns.until), else_=p.until)
    return Rows(columns, pieces, table, joined, columns.until <= p.until)


def _is_repeat(visits: FromClause) -> ColumnElement[bool]:
    """Whether the same number had called in another call, within the days before."""
    v, earlier = visits.c, queue_visits.alias("earlier")
    e = earlier.c
    in_time = (e.joined_at < v.joined_at, e.joined_at >= v.joined_at - REPEAT_DAYS * 86_400.0)
    before = select(e.id).where(e.number == v.number, *in_time, e.call_id != v.call_id).correlate(visits)
    return and_(v.number != "", before.exists())


def counts(measure: Measure, rows: Rows) -> ColumnElement[bool]:
    """Whether a row counts for the measure."""
    condition: ColumnElement[bool] = measure.counts(rows.columns)
    return condition if measure.is_cut else and_(condition, rows.is_whole)


def value(measure: Measure, rows: Rows) -> ColumnElement[Any]:
    """What of a row is summed."""
    if measure.is_cut:
        seconds: ColumnElement[Any] = rows.columns.cut_until - rows.columns.cut_since
        return seconds
    return literal(1.0) if measure.value is None else measure.value(rows.columns)


def counted(measure: Measure, rows: Rows) -> ColumnElement[Any]:
    """What a row adds to the measure; NULL where it does not count."""
    return case((counts(measure, rows), value(measure, rows)))


def agent_of(columns: Any) -> ColumnElement[str]:
    """Who an agent is in reports: the number, without one the phone."""
    return case(
        (columns.agent_number != "", columns.agent_number), else_=columns.pbx.concat("/").concat(columns.interface)
    )


def selected(columns: Sequence[ColumnElement[Any]], rows: Rows) -> Select[Any]:
    """A query of these columns over the rows."""
    return select(*columns).select_from(rows.joined)
