"""The report of tickets: by team, owner, type or queue, and interval by interval (decision 61).

Each ticket counts as it stands now, and from its row: opened when it was opened, closed when it was closed unless it
was opened again since. One that was merged into another counts as a repeat, and as nothing else. So what is open at the
end of an interval is what was open at its beginning, and what was opened in it, without what was closed in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.scoped import in_scope
from callcenter.accounts.tables import User
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant
from callcenter.quality.rules import Words
from callcenter.reports.counted import MOST_ROWS, Part, is_counted, measures_of_part
from callcenter.reports.figures import FIGURE_BY_ID, FIGURES
from callcenter.reports.figures.entry import Figure
from callcenter.reports.figures.measures import OF_TICKETS, Source, Sums, added, measures_of, merge
from callcenter.reports.service import Asked, Sources, report
from callcenter.reports.sources import pieces_as_text, pieces_in
from callcenter.reports.spans import FOLDED, IntervalKind, Piece, Span, pieces_of
from callcenter.reports.sums import Only
from callcenter.store.engine import snapshot
from callcenter.tickets.rules import CALLBACK_DAYS, DAY_SECONDS
from callcenter.tickets.tables import Ticket, TicketCallback

By = Literal["team", "owner", "type", "queue"]

TICKET_FIGURES: tuple[Figure, ...] = tuple(figure for figure in FIGURES if "tickets" in figure.subjects)

BESIDE_CALLS = ("complaints_per_answered",)
"""Figures that say something of queues alone: who owns a ticket is not who took the calls."""

AT_THE_END = ("tickets_open", "complaints_open")
"""Figures of the end of an interval; intervals that gather many pieces of the span have none."""

OF_SPANS = ("tickets_overdue",)
"""Told of the whole span alone."""

FLOWS = (
    ("tickets_open", "tickets_opened", "tickets_closed"),
    ("complaints_open", "complaints_opened", "complaints_closed"),
)
"""What is open at the end of an interval, what adds to it, what takes away from it."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which tickets: in the span, of a team, an owner (an agent's number or a username), a type, a queue ("": of none).

    `now` ends a span that is not over.
    """

    span: Span
    now: Instant
    interval: IntervalKind = "none"
    team: str | None = None
    owner: str | None = None
    type: str | None = None
    queue: str | None = None
    scope: Scope = EVERYTHING

    @property
    def end(self) -> Instant:
        """When the backlog is counted."""
        return min(self.span.until, self.now)


class Line(Struct, frozen=True):
    """A line of the report: a team, an owner, a type or a queue ("": none), how it is called, its sums."""

    key: str
    name: Words
    sums: Sums


class Interval(Struct, frozen=True):
    """An interval of the span that has begun, with the sums of everything in it."""

    piece: Piece
    sums: Sums


class Report(Struct, frozen=True):
    """The lines with these figures, everything together, and interval by interval with those of these."""

    by: By
    figures: tuple[Figure, ...]
    lines: list[Line]
    totals: Sums
    interval_figures: tuple[Figure, ...]
    intervals: list[Interval]


def figures_by(by: By, wanted: Wanted) -> tuple[Figure, ...]:
    """The figures that a report by this has."""
    has_calls = by == "queue" and wanted.team is None and wanted.owner is None
    return tuple(figure for figure in TICKET_FIGURES if has_calls or figure.id not in BESIDE_CALLS)


def _interval_figures(figures: Iterable[Figure], interval: IntervalKind) -> tuple[Figure, ...]:
    missing = {*OF_SPANS, *(AT_THE_END if interval in FOLDED else ())}
    return tuple(figure for figure in figures if figure.id not in missing)


async def ticket_report(sources: Sources, wanted: Wanted, by: By) -> Report:
    """Counts. Raises BadInput where the span has too many intervals."""
    pieces = [piece for piece in pieces_of(wanted.span, wanted.interval, sources.zone) if piece.since < wanted.now]
    figures = figures_by(by, wanted)
    found: dict[str, dict[str, float]] = {}
    each: dict[int, dict[str, float]] = {piece.group: {} for piece in pieces}
    async with snapshot(sources.engine) as connection:
        for key, group, sums in await _moved(connection, sources, wanted, by, pieces):
            merge(found.setdefault(key, {}), sums)
            merge(each[group], sums)
        for key, sums in await _open(connection, sources, wanted, by, wanted.end):
            merge(found.setdefault(key, {}), sums)
        is_carried = wanted.interval != "none" and wanted.interval not in FOLDED
        before = await _open(connection, sources, wanted, by, wanted.span.since) if is_carried else []
        people = await _people(connection) if by == "owner" else {}
    if any(figure.id in BESIDE_CALLS for figure in figures):
        await _add_calls(sources, wanted, found, each)
    lines = [Line(key, _name(sources, by, key, people), sums) for key, sums in found.items()]
    lines.sort(key=lambda line: (line.key == "", line.name.en, line.key))
    totals = added([line.sums for line in lines])
    if wanted.interval == "none":
        return Report(by, figures, lines, totals, (), [])
    if is_carried:
        _carry(added([sums for _, sums in before]), each, pieces)
    intervals = [Interval(piece, each[piece.group]) for piece in {piece.group: piece for piece in pieces}.values()]
    intervals.sort(key=lambda interval: interval.piece.group)
    return Report(by, figures, lines, totals, _interval_figures(figures, wanted.interval), intervals)


def _carry(before: Sums, each: Mapping[int, dict[str, float]], pieces: Sequence[Piece]) -> None:
    """What is open at the end of each interval, in the order of time."""
    for still_open, opened, closed in FLOWS:
        count = before.get(still_open, 0.0)
        for piece in pieces:
            sums = each[piece.group]
            count += sums.get(opened, 0.0) - sums.get(closed, 0.0)
            sums[still_open] = count


async def _add_calls(
    sources: Sources, wanted: Wanted, found: dict[str, dict[str, float]], each: Mapping[int, dict[str, float]]
) -> None:
    """The calls that queues answered, beside the complaints that came from them."""
    only = Only(queue=wanted.queue, scope=wanted.scope)
    figures = (FIGURE_BY_ID["answered"],)
    asked = Asked(subject="queues", span=wanted.span, interval=wanted.interval, only=only, figures=figures)
    for row in (await report(sources, asked)).part.rows:
        merge(found.setdefault(row.keys[1], {}), row.sums)
        if row.group in each:
            merge(each[row.group], row.sums)


async def _people(connection: AsyncConnection) -> dict[str, str]:
    rows = await connection.execute(select(User.username, User.name))
    return {username: name or username for username, name in rows}


def _name(sources: Sources, by: By, key: str, people: Mapping[str, str]) -> Words:
    names = sources.names
    if by == "type":
        return Words(names.ticket_type(key, "en"), names.ticket_type(key, "zh"))
    if by == "queue":
        return Words(names.queue(key), names.queue(key))
    if by == "owner":
        name = names.agent(key, people.get(key, ""), "")[0]
        return Words(name, name)
    return Words(key, key)


# --- what a number counts ---------------------------------------------------------------------------------------


async def counted_tickets(sources: Sources, wanted: Wanted, figure: Figure, part: Part) -> list[Mapping[str, Any]]:
    """The tickets behind a number, the last first; `MOST_ROWS` and one at most.

    Raises BadInput for a part that the figure does not have, or that counts no tickets.
    """
    measures = measures_of_part(figure, part)
    source = measures[0].source
    if source not in OF_TICKETS:
        raise BadInput(f"part: what {figure.id} divides by are calls", field="part")
    async with snapshot(sources.engine) as connection:
        values = {"pieces": pieces_as_text([Piece(0, *wanted.span)])}
        if source is Source.OPEN_TICKETS:
            query, values = _open_rows(sources, wanted, wanted.end), {}
        else:
            query = ROWS[source](sources, wanted, connection.dialect.name)
        rows = query.subquery("rows")
        shown = (
            select(*(rows.c[name] for name in SHOWN))
            .where(is_counted(measures, rows.c))
            .order_by(rows.c.id.desc())
            .limit(MOST_ROWS + 1)
        )
        return [dict(row) for row in (await connection.execute(shown, values)).mappings()]


SHOWN = ("id", "type", "subject", "state", "owner", "team", "queue", "created_at", "due_at", "closed_at", "outcome")


# --- in SQL -----------------------------------------------------------------------------------------------------


async def _moved(
    connection: AsyncConnection, sources: Sources, wanted: Wanted, by: By, pieces: Sequence[Piece]
) -> list[tuple[str, int, dict[str, float]]]:
    """What was opened and closed in each piece, by key."""
    found = []
    for source, rows_of_source in ROWS.items():
        measures = measures_of(source)
        each = rows_of_source(sources, wanted, connection.dialect.name).subquery("rows").c
        query = select(each[by], each.n, *_summed(source, each)).group_by(each[by], each.n)
        for key, group, *sums in (await connection.execute(query, {"pieces": pieces_as_text(pieces)})).all():
            told = {measure.id: float(value) for measure, value in zip(measures, sums, strict=True) if value}
            found.append((key, group, told))
    return found


async def _open(
    connection: AsyncConnection, sources: Sources, wanted: Wanted, by: By, at: Instant
) -> list[tuple[str, dict[str, float]]]:
    """What was open at an instant, by key."""
    each = _open_rows(sources, wanted, at).subquery("rows").c
    measures = measures_of(Source.OPEN_TICKETS)
    query = select(each[by], *_summed(Source.OPEN_TICKETS, each)).group_by(each[by])
    return [
        (key, {measure.id: float(value) for measure, value in zip(measures, sums, strict=True) if value})
        for key, *sums in (await connection.execute(query)).all()
    ]


def _summed(source: Source, rows: Any) -> list[ColumnElement[Any]]:
    return [
        (func.max if measure.combine == "max" else func.sum)(
            case((measure.counts(rows), 1.0 if measure.value is None else measure.value(rows)), else_=0.0)
        )
        for measure in measures_of(source)
    ]


def _raised_rows(sources: Sources, wanted: Wanted, dialect: str) -> Select[Any]:
    """Tickets that were opened in the pieces, repeats among them."""
    pieces = pieces_in("pieces", dialect)
    at = Ticket.created_at
    table, joined = pieces.beside(Ticket.__table__, and_(at >= pieces.c.since, at < pieces.c.until))
    is_repeat = _flag(table.c.merged_into.is_not(None)).label("is_repeat")
    columns = (pieces.c.n, *_said(table.c, sources), is_repeat)
    return select(*columns).select_from(joined).where(*_restricted(table.c, wanted))


def _closed_rows(sources: Sources, wanted: Wanted, dialect: str) -> Select[Any]:
    """Tickets that were closed in the pieces and still are."""
    pieces = pieces_in("pieces", dialect)
    at = Ticket.closed_at
    table, joined = pieces.beside(Ticket.__table__, and_(at >= pieces.c.since, at < pieces.c.until))
    t, callback = table.c, TicketCallback
    in_time = and_(callback.reached_at >= t.closed_at, callback.reached_at <= t.closed_at + CALLBACK_DAYS * DAY_SECONDS)
    is_called_back = select(callback.id).where(callback.ticket_id == t.id, in_time).correlate(table).exists()
    is_over = t.closed_at + CALLBACK_DAYS * DAY_SECONDS <= wanted.now
    is_complaint = _is_complaint(t, sources)
    columns = (
        pieces.c.n,
        *_said(t, sources),
        literal(0).label("is_repeat"),
        (t.closed_at - t.created_at).label("open_seconds"),
        _flag(t.due_at.is_not(None)).label("has_due"),
        _flag(t.closed_at <= t.due_at).label("is_in_time"),
        _flag(t.highest_level > 0).label("is_escalated"),
        _flag(and_(is_complaint, is_called_back)).label("is_called_back"),
        _flag(and_(is_complaint, or_(is_over, is_called_back))).label("is_to_call_back"),
    )
    return select(*columns).select_from(joined).where(_is_whole(t), *_restricted(t, wanted))


def _open_rows(sources: Sources, wanted: Wanted, at: Instant) -> Select[Any]:
    """Tickets that were open at an instant."""
    t: Any = Ticket.__table__.c
    is_open = (t.created_at < at, or_(t.closed_at.is_(None), t.closed_at >= at), _is_whole(t))
    columns = (
        *_said(t, sources),
        literal(0).label("is_repeat"),
        _flag(t.due_at < at).label("is_overdue"),
    )
    return select(*columns).where(*is_open, *_restricted(t, wanted))


ROWS = {Source.TICKETS: _raised_rows, Source.CLOSED_TICKETS: _closed_rows}
"""The rows in pieces of time."""


def _said(t: Any, sources: Sources) -> tuple[Any, ...]:
    """What a ticket says, and what it belongs to."""
    is_complaint = _flag(_is_complaint(t, sources)).label("is_complaint")
    names = ("id", "type", "subject", "state", "team", "queue", "created_at", "due_at", "closed_at", "outcome")
    return (*(t[name] for name in names), _owner(t).label("owner"), is_complaint)


def _is_whole(t: Any) -> ColumnElement[bool]:
    """That a ticket is no part of another; written so that no index is used, since nearly all are none."""
    found: ColumnElement[bool] = func.coalesce(t.merged_into, 0) == 0
    return found


def _owner(t: Any) -> ColumnElement[str]:
    return case((t.owner_agent != "", t.owner_agent), else_=t.owner_user)


def _is_complaint(t: Any, sources: Sources) -> ColumnElement[bool]:
    found: ColumnElement[bool] = t.type.in_(sorted(sources.complaints))
    return found


def _restricted(t: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = ((t.team, wanted.team), (_owner(t), wanted.owner), (t.type, wanted.type), (t.queue, wanted.queue))
    conditions = [column == value for column, value in asked if value is not None]
    return [*conditions, in_scope(wanted.scope, team=t.team, queue=t.queue)]


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
