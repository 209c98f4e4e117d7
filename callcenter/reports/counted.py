"""The rows behind a number: those that a figure's numerator or denominator counts, by the very same condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, CompoundSelect, Double, Select, and_, case, cast, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.accounts.scoped import in_scope
from callcenter.calls.rules import read_cursor, write_cursor
from callcenter.errors import BadInput
from callcenter.reports.figures.entry import Figure
from callcenter.reports.figures.measures import COUNTED_AT, MEASURES, Measure, Source
from callcenter.reports.sources import Rows, counts, pieces_as_text, pieces_in, rows_of, selected, value
from callcenter.reports.spans import Piece
from callcenter.reports.sums import Only, keys_of

Part = Literal["numerator", "denominator"]

MOST_ROWS = 50_000
"""So many targets or reviews are told at once."""


def figure_among(figures: Sequence[Figure], identity: str, what: str) -> Figure:
    """The figure with this id of a report of these. Raises BadInput."""
    for figure in figures:
        if figure.id == identity:
            return figure
    raise BadInput(f"figure: there is no figure {identity!r} of {what}", field="figure")


def measures_of_part(figure: Figure, part: Part) -> tuple[Measure, ...]:
    """The measures that count the rows of a figure's part. Raises BadInput where the figure divides by nothing."""
    found = figure.numerator if part == "numerator" else figure.denominator
    if not found:
        raise BadInput(f"part: {figure.id} has no denominator", field="part")
    return tuple(MEASURES[measure] for measure in found)


def is_counted(measures: Sequence[Measure], columns: Any) -> ColumnElement[bool]:
    """Whether a row is counted by one of them."""
    return or_(*(measure.counts(columns) for measure in measures))


def check_rows(rows: Sequence[Any], what: str) -> None:
    """Raises BadInput for more than `MOST_ROWS`."""
    if len(rows) > MOST_ROWS:
        raise BadInput(f"to: more than {MOST_ROWS} {what}; ask for a shorter span", field="to")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which rows are asked for: of a figure's part, in these pieces of time, of these queues, agents, reason."""

    figure: Figure
    part: Part
    pieces: Sequence[Piece]
    only: Only
    reason: str | None = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that count the rows. Raises BadInput where the figure divides by nothing."""
        return measures_of_part(self.figure, self.part)

    @property
    def source(self) -> Source:
        """What kind of rows they are; the measures of one part are all of one source (a test sees to it)."""
        return self.measures[0].source


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some rows, newest first; how many there are in all, what their values come to, and where the next page begins."""

    rows: Sequence[Mapping[Any, Any]]
    count: int
    total: float
    next: str | None


async def counted_rows(connection: AsyncConnection, wanted: Wanted, cursor: str | None, limit: int) -> Page:
    """A page of the rows. Raises BadInput for a bad cursor."""
    values = {"pieces": pieces_as_text(wanted.pieces)}
    found = _found(wanted, connection.dialect.name)
    each = found.subquery().c
    is_maximum = any(measure.combine == "max" for measure in wanted.measures)
    total = func.max(each.value) if is_maximum else func.sum(each.value)
    count, sum_of_values = (await connection.execute(select(func.count(), total), values)).one()
    page = select(*each).order_by(each.at.desc(), each.id.desc()).limit(limit + 1)
    if cursor is not None:
        at, row = read_cursor(cursor)
        page = page.where(or_(each.at < at, and_(each.at == at, each.id < row)))
    rows = (await connection.execute(page, values)).mappings().all()
    last = rows[limit - 1] if len(rows) > limit else None
    following = write_cursor(last["at"], last["id"]) if last else None
    return Page(rows=rows[:limit], count=count, total=sum_of_values or 0, next=following)


def _found(wanted: Wanted, dialect: str) -> Select[Any] | CompoundSelect[Any]:
    parts = [_select(wanted, rows) for rows in rows_of(wanted.source, pieces_in("pieces", dialect))]
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _select(wanted: Wanted, rows: Rows) -> Select[Any]:
    keys = keys_of(wanted.source, rows.columns)
    conditions = [or_(*(counts(measure, rows) for measure in wanted.measures))]
    conditions += [keys[name] == asked for name, asked in wanted.only.given().items()]
    conditions.append(in_scope(wanted.only.scope, team=keys["team"], queue=keys["queue"]))
    if wanted.reason is not None:
        conditions.append(rows.columns.reason == wanted.reason)
    added: ColumnElement[Any] = cast(0, Double)
    for measure in wanted.measures:
        added = added + case((counts(measure, rows), value(measure, rows)), else_=0.0)
    since, until = _bounds(wanted.source, rows.columns)
    facts = [column for column in rows.table.c if column.name not in ("value", "at")]
    columns = [*facts, added.label("value"), since.label("at"), until.label("ended")]
    return selected(columns, rows).where(*conditions)


def _bounds(source: Source, columns: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    if source is Source.SPELLS:
        return columns.cut_since, columns.cut_until
    return getattr(columns, COUNTED_AT[source]), columns.ended_at


# --- as plain values --------------------------------------------------------------------------------------------

SECONDS = {
    Source.VISITS: {"wait": "wait_seconds"},
    Source.RINGS: {"ring": "ring_seconds"},
    Source.CONVERSATIONS: {"talk": "talk_seconds", "hold": "hold_seconds", "wrap_up": "wrap_up_seconds"},
    Source.SPELLS: {"limit": "limit_seconds"},
    Source.ATTEMPTS: {},
    Source.SURVEYS: {},
}
OUTCOME = {
    Source.VISITS: "outcome",
    Source.RINGS: "outcome",
    Source.CONVERSATIONS: "ended_by",
    Source.SPELLS: "state",
    Source.ATTEMPTS: "outcome",
}
SAME = ("pbx", "call_id", "queue", "number", "agent_number", "agent_name", "team", "interface", "reason")


def row_shape(source: Source, row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row as docs/api.md says."""
    seconds = {name: row[field] for name, field in SECONDS[source].items()}
    if source is Source.SPELLS:
        seconds["spell"] = row["until"] - row["since"]
    return {
        "id": row["id"],
        "kind": source.value,
        "value": row["value"],
        **{name: row.get(name, "") for name in SAME},
        "at": row["at"],
        "until": row["ended"],
        "outcome": str(row["score"]) if source is Source.SURVEYS else row[OUTCOME[source]],
        "seconds": seconds,
        "is_certain": row.get("is_certain", True),
    }
