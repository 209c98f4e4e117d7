"""The sums of measures over pieces of time, by queue or by agent: one statement for each place they are found in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Double,
    Insert,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.scoped import in_scope
from callcenter.floor.terms import Instant
from callcenter.reports.figures.measures import Measure, Source
from callcenter.reports.plan import Plan
from callcenter.reports.sources import Pieces, Rows, agent_of, counted, pieces_as_text, pieces_in, rows_of, selected
from callcenter.reports.spans import QUARTER, Piece, Span
from callcenter.reports.tables import DAYS, OF_AGENTS, OF_QUEUES, QUARTERS, agent_roll_ups, queue_roll_ups

Keys = Mapping[str, ColumnElement[Any]]


class Only(NamedTuple):
    """What a report is restricted to; None: everything."""

    pbx: str | None = None
    queue: str | None = None
    agent: str | None = None
    team: str | None = None
    scope: Scope = EVERYTHING

    def given(self) -> dict[str, str]:
        """What is not left open, by name; the scope is whoever asks, and not what they ask for."""
        return {name: value for name, value in self._asdict().items() if value is not None and name != "scope"}


@dataclass(frozen=True, eq=False)
class Grouping:
    """By what is summed: `keys` of the roll-up, its table and measures. `has_names`: agents, who have a name."""

    keys: tuple[str, ...]
    table: Table
    measures: tuple[Measure, ...]
    has_names: bool = False


BY_QUEUE = Grouping(("pbx", "queue"), queue_roll_ups, OF_QUEUES)
BY_AGENT = Grouping(("pbx", "queue", "agent", "team"), agent_roll_ups, OF_AGENTS, has_names=True)

AGENT_KEYS = ("agent", "team")
QUEUE_KEYS = ("pbx", "queue")


@dataclass(frozen=True)
class Question:
    """Which measures of a grouping are wanted, by which of its keys, restricted by which others."""

    grouping: Grouping
    keys: tuple[str, ...]
    measures: tuple[Measure, ...]
    restrictions: tuple[str, ...] = ()
    scope: Scope = EVERYTHING

    def conditions(self, keys: Keys) -> list[ColumnElement[bool]]:
        """The restrictions and the scope, as conditions on the keys of rows or roll-ups; a queue is of no team."""
        asked = [keys[name] == bindparam(f"only_{name}", type_=String) for name in self.restrictions]
        if self.scope.is_everything:
            return asked
        team = keys["team"] if self.grouping.has_names else None
        return [*asked, in_scope(self.scope, team=team, queue=keys["queue"])]

    @cached_property
    def rolled(self) -> list[Measure]:
        """The measures that roll-ups know."""
        return [measure for measure in self.measures if measure in self.grouping.measures]

    def sources(self, *, are_rolled: bool) -> list[Source]:
        """The sources of those measures that have a roll-up, or of those that have none."""
        return sorted({measure.source for measure in self.measures if (measure in self.rolled) is are_rolled})


async def sums(
    connection: AsyncConnection, question: Question, only: Only, pieces: Sequence[Piece], divided: Plan
) -> list[Row[Any]]:
    """The sums of the question over the pieces: columns n, the keys, agent_name (of agents), and each measure.

    What roll-ups and rows tell of the same keys comes in rows of their own: a database takes longer to add them up
    than it took to find them.

    `divided` says which of the pieces roll-ups answer; a measure that has none is counted from rows all over.
    """
    question = replace(question, restrictions=tuple(only.given()), scope=only.scope)
    asked = {"days": divided.days, "quarters": divided.quarters, "edges": divided.rows, "pieces": pieces}
    parts = tuple(name for name, found in asked.items() if found)
    values = {f"only_{name}": value for name, value in only.given().items()}
    values |= {name: pieces_as_text(asked[name]) for name in parts}
    statements = _summing(connection.dialect.name, question, parts)
    return [row for statement in statements for row in await connection.execute(statement, values)]


# Statements are many columns wide: making one takes longer than asking it.
@lru_cache(maxsize=200)
def _summing(dialect: str, question: Question, names: tuple[str, ...]) -> list[Select[Any]]:
    tables = {name: pieces_in(name, dialect) for name in names}
    parts = [_rolled(question, grain, tables[f"{grain}s"]) for grain in (DAYS, QUARTERS) if f"{grain}s" in tables]
    parts = parts if question.rolled else []
    if "edges" in tables:
        parts += _parts(question, question.sources(are_rolled=True), tables["edges"])
    return parts + _parts(question, question.sources(are_rolled=False), tables["pieces"])


async def roll_quarters(connection: AsyncConnection, grouping: Grouping, starts: Sequence[Instant]) -> None:
    """Writes the roll-ups of the quarters that begin then, from their rows."""
    # The number of a piece is its beginning, so that sums need not be joined with the pieces to know it.
    quarters = pieces_as_text([Piece(int(start), start, start + QUARTER) for start in starts])
    await connection.execute(_rolling(connection.dialect.name, grouping), {"quarters": quarters})


@cache
def _rolling(dialect: str, grouping: Grouping) -> Insert:
    question = Question(grouping, grouping.keys, grouping.measures)
    quarters = pieces_in("quarters", dialect)
    merged = _merged(question, _parts(question, question.sources(are_rolled=True), quarters)).subquery("merged")
    columns = [literal(QUARTERS), cast(merged.c.n, Double), *(merged.c[name] for name in _named(question))]
    found = select(*columns, *_nonzero(merged, grouping))
    return insert(grouping.table).from_select([column.name for column in grouping.table.c], found)


async def roll_day(connection: AsyncConnection, grouping: Grouping, day: Span) -> None:
    """Writes the roll-up of a day from those of its quarters."""
    await connection.execute(_rolling_day(grouping), {"since": day.since, "until": day.until})


@cache
def _rolling_day(grouping: Grouping) -> Insert:
    t = grouping.table.c
    since, until = bindparam("since", type_=Double), bindparam("until", type_=Double)
    names = [func.max(t.agent_name)] if grouping.has_names else []
    keys = [t[key] for key in grouping.keys]
    found = (
        select(literal(DAYS), since, *keys, *names, *_added(grouping.measures, t))
        .where(t.grain == QUARTERS, t.start >= since, t.start < until)
        .group_by(*keys)
    )
    return insert(grouping.table).from_select([column.name for column in grouping.table.c], found)


# --- parts ------------------------------------------------------------------------------------------------------


def _rolled(question: Question, grain: str, pieces: Pieces) -> Select[Any]:
    p, start = pieces.c, question.grouping.table.c.start
    in_time = and_(question.grouping.table.c.grain == grain, start >= p.since, start < p.until)
    found, joined = pieces.beside(question.grouping.table, in_time)
    t = found.c
    keys = {key: t[key] for key in question.grouping.keys}
    columns = [p.n, *(keys[key] for key in question.keys)]
    names = [func.max(t.agent_name).label("agent_name")] if question.grouping.has_names else []
    totals = {measure.id: total for measure, total in zip(question.rolled, _added(question.rolled, t), strict=True)}
    return (
        select(*columns, *names, *_all_measures(question, totals))
        .select_from(joined)
        .where(*question.conditions(keys))
        .group_by(*columns)
    )


def _parts(question: Question, sources: Sequence[Source], pieces: Pieces) -> list[Select[Any]]:
    return [_counted(question, source, rows) for source in sources for rows in rows_of(source, pieces)]


def _counted(question: Question, source: Source, rows: Rows) -> Select[Any]:
    """One part from rows. What they are grouped by is computed within, since databases do not group by parameters."""
    keys = keys_of(source, rows.columns)
    conditions = question.conditions(keys)
    columns = [rows.pieces.c.n, *(keys[key].label(key) for key in question.keys)]
    if question.grouping.has_names:
        columns.append(keys["agent_name"].label("agent_name"))
        conditions.append(keys["has_agent"])
    each = {measure.id: counted(measure, rows) for measure in question.measures if measure.source is source}
    return _merged(question, [selected([*columns, *_all_measures(question, each)], rows).where(*conditions)])


def keys_of(source: Source, columns: Any) -> dict[str, ColumnElement[Any]]:
    """What a row belongs to. Spells are of no queue; attempts know neither phone nor team."""
    nothing: ColumnElement[str] = literal("")
    if source is Source.ATTEMPTS:
        agent = columns.agent_number
        names = {"agent": agent, "team": nothing, "agent_name": nothing, "has_agent": agent != ""}
        return {"pbx": columns.pbx, "queue": columns.queue, **names}
    return {
        "pbx": columns.pbx,
        "queue": nothing if source is Source.SPELLS else columns.queue,
        "agent": agent_of(columns),
        "team": columns.team,
        "agent_name": columns.agent_name,
        "has_agent": columns.interface != "",
    }


def _all_measures(question: Question, totals: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Every measure of the question as a column; NULL for those that this part does not know."""
    nothing: ColumnElement[Any] = cast(null(), Double)
    return [
        (cast(totals[measure.id], Double) if measure.id in totals else nothing).label(measure.id)
        for measure in question.measures
    ]


def _merged(question: Question, parts: list[Select[Any]]) -> Select[Any]:
    p = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery().c
    groups = [p.n, *(p[key] for key in question.keys)]
    names = [func.max(p.agent_name).label("agent_name")] if question.grouping.has_names else []
    return select(*groups, *names, *_added(question.measures, p)).group_by(*groups)


def _added(measures: Sequence[Measure], columns: Any) -> list[ColumnElement[Any]]:
    return [
        (func.max if measure.combine == "max" else func.sum)(columns[measure.id]).label(measure.id)
        for measure in measures
    ]


def _named(question: Question) -> list[str]:
    return [*question.keys, *(["agent_name"] if question.grouping.has_names else [])]


def _nonzero(merged: Any, grouping: Grouping) -> list[ColumnElement[Any]]:
    return [func.nullif(merged.c[measure.id], 0.0) for measure in grouping.measures]
