"""The sums of measures over pieces of time, by queue or by agent: one statement over roll-ups and rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Double,
    Insert,
    Select,
    Table,
    and_,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    union_all,
)

from callcenter.reports.figures.measures import Measure, Source
from callcenter.reports.plan import Plan
from callcenter.reports.sources import Rows, agent_of, counted, rows_of, selected, table_of
from callcenter.reports.spans import Piece
from callcenter.reports.tables import DAYS, OF_AGENTS, OF_QUEUES, QUARTERS, agent_roll_ups, queue_roll_ups

Keys = Mapping[str, ColumnElement[Any]]


class Only(NamedTuple):
    """What a report is restricted to; None: everything."""

    pbx: str | None = None
    queue: str | None = None
    agent: str | None = None
    team: str | None = None

    def conditions(self, keys: Keys) -> list[ColumnElement[bool]]:
        """As conditions on the keys of rows or roll-ups."""
        return [keys[name] == value for name, value in self._asdict().items() if value is not None]


@dataclass(frozen=True)
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
    """Which measures of a grouping are wanted, by which of its keys, and of what only."""

    grouping: Grouping
    keys: tuple[str, ...]
    measures: tuple[Measure, ...]
    only: Only


def sums(question: Question, pieces: Sequence[Piece], divided: Plan) -> Select[Any]:
    """The sums of the question over the pieces: columns n, the keys, agent_name (of agents), and each measure.

    `divided` says which of the pieces roll-ups answer; a measure that has none is counted from rows all over.
    """
    parts = _rolled_parts(question, divided)
    parts += _parts(question, _sources(question, is_rolled=True), divided.rows, "edges")
    parts += _parts(question, _sources(question, is_rolled=False), pieces, "pieces")
    return _merged(question, parts)


def rolling(grouping: Grouping, quarters: Sequence[Piece]) -> Insert:
    """Writes the roll-ups of quarters, each piece one of them, from their rows."""
    question = Question(grouping, grouping.keys, grouping.measures, Only())
    parts = _parts(question, _sources(question, is_rolled=True), quarters, "quarters")
    merged = _merged(question, parts).subquery("merged")
    starts = table_of(quarters, "starts")
    columns = [literal(QUARTERS), starts.c.since, *(merged.c[name] for name in _named(question))]
    found = select(*columns, *_nonzero(merged, grouping)).select_from(merged.join(starts, merged.c.n == starts.c.n))
    return insert(grouping.table).from_select([column.name for column in grouping.table.c], found)


def rolling_day(grouping: Grouping, day: Piece) -> Insert:
    """Writes the roll-up of a day from those of its quarters."""
    t = grouping.table.c
    names = [func.max(t.agent_name)] if grouping.has_names else []
    keys = [t[key] for key in grouping.keys]
    found = (
        select(literal(DAYS), literal(day.since, Double), *keys, *names, *_added(grouping.measures, t))
        .where(t.grain == QUARTERS, t.start >= day.since, t.start < day.until)
        .group_by(*keys)
    )
    return insert(grouping.table).from_select([column.name for column in grouping.table.c], found)


# --- parts ------------------------------------------------------------------------------------------------------


def _rolled_parts(question: Question, plan: Plan) -> list[Select[Any]]:
    if not any(measure in question.grouping.measures for measure in question.measures):
        return []
    grains = ((DAYS, plan.days), (QUARTERS, plan.quarters))
    return [_rolled(question, grain, pieces) for grain, pieces in grains if pieces]


def _rolled(question: Question, grain: str, pieces: list[Piece]) -> Select[Any]:
    p, t = table_of(pieces, f"{grain}s").c, question.grouping.table.c
    keys = {key: t[key] for key in question.grouping.keys}
    columns = [p.n, *(keys[key] for key in question.keys)]
    names = [func.max(t.agent_name).label("agent_name")] if question.grouping.has_names else []
    measures = [measure for measure in question.measures if measure in question.grouping.measures]
    totals = {measure.id: total for measure, total in zip(measures, _added(measures, t), strict=True)}
    in_time = and_(t.grain == grain, t.start >= p.since, t.start < p.until)
    return (
        select(*columns, *names, *_all_measures(question, totals))
        .select_from(p.n.table.join(question.grouping.table, in_time))
        .where(*question.only.conditions(keys))
        .group_by(*columns)
    )


def _sources(question: Question, *, is_rolled: bool) -> list[Source]:
    """The sources of those measures that have a roll-up, or of those that have none."""
    rolled = question.grouping.measures
    return sorted({measure.source for measure in question.measures if (measure in rolled) is is_rolled})


def _parts(question: Question, sources: Sequence[Source], pieces: Sequence[Piece], name: str) -> list[Select[Any]]:
    if not pieces:
        return []
    table = table_of(pieces, name)
    return [_counted(question, source, rows) for source in sources for rows in rows_of(source, table)]


def _counted(question: Question, source: Source, rows: Rows) -> Select[Any]:
    """One part from rows. What they are grouped by is computed within, since databases do not group by parameters."""
    keys = keys_of(source, rows.columns)
    conditions = question.only.conditions(keys)
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
