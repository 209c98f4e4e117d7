"""The callback report (回访总结报告): what became of targets, by list, team, agent or hour of day.

A row of it is a target in the span: `measures.py` says which of them a figure counts. A target is in the span if it
was dialled in it, or fell due before its end and waits still; the latter ones belong to no agent and no hour.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, FromClause, Integer, Select, Subquery, case, func, literal, select, union_all

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.scoped import in_scope
from callcenter.dialer.rules import LEFT, Outcome, TargetState
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.floor.terms import Instant
from callcenter.forms.rules import Result
from callcenter.forms.tables import FormRecord
from callcenter.reports.counted import MOST_ROWS, Part, is_counted, measures_of_part
from callcenter.reports.figures import FIGURES
from callcenter.reports.figures.entry import Figure
from callcenter.reports.figures.measures import MEASURES, Measure, Source, Sums
from callcenter.reports.service import Sources
from callcenter.reports.sources import pieces_as_text, pieces_in
from callcenter.reports.spans import Piece, Span, hours_of, merged
from callcenter.store.engine import snapshot
from callcenter.store.tables import conversations

By = Literal["list", "team", "agent", "hour"]

CALLBACK_FIGURES: tuple[Figure, ...] = tuple(figure for figure in FIGURES if "callbacks" in figure.subjects)
TARGET_MEASURES: tuple[Measure, ...] = tuple(m for m in MEASURES.values() if m.source is Source.TARGETS)

BEST_HOURS = 3
FEWEST_DIALLED = 20
"""An hour in which fewer targets were dialled tells nothing."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which targets: in the span, of a list, dialled for an agent or a team, in an hour (0-23) of the centre's clock.

    `now` ends what fell due. Inside the scope are the attempts of its queues and those that its teams talked in, and
    what waits on the lists of its queues.
    """

    span: Span
    now: Instant
    list_id: int | None = None
    agent: str | None = None
    team: str | None = None
    hour: int | None = None
    scope: Scope = EVERYTHING


class Line(Struct, frozen=True):
    """A line of the report: a list's id, a team, an agent's number or an hour, how it is called, what it sums up to."""

    key: str
    name: str
    sums: Sums


class Report(Struct, frozen=True):
    """The lines, and everything together: a target that two agents called is one in the totals."""

    by: By
    lines: list[Line]
    totals: Sums
    best: tuple[str, ...] = ()


async def callback_report(sources: Sources, wanted: Wanted, by: By) -> Report:
    """Counts."""
    pieces = _pieces(sources, wanted, by)
    values = {"pieces": pieces_as_text(pieces)}
    async with snapshot(sources.engine) as connection:
        dialect = connection.dialect.name
        found = (await connection.execute(_summed(wanted, by, dialect), values)).mappings().all()
        # A target is of one list, but may have been called by two agents or at two hours.
        whole = None if by == "list" else (await connection.execute(_summed(wanted, None, dialect), values)).mappings()
        named = (await connection.execute(select(CallbackList.id, CallbackList.name))).all()
    lists = {str(row.id): row.name for row in named}
    lines = [Line(str(row["key"]), _name(by, str(row["key"]), sources, lists), _sums(row)) for row in found]
    lines = [line for line in lines if line.key or by in ("list", "hour")]
    lines.sort(key=lambda line: (int(line.key), "") if by == "hour" else (0, line.name))
    totals = _added(lines) if whole is None else _sums(whole.one())
    return Report(by, lines, totals, best_hours(lines) if by == "hour" else ())


def best_hours(lines: Sequence[Line]) -> tuple[str, ...]:
    """The hours in which most of the targets that were dialled were reached, the best one first."""
    rate = next(figure for figure in CALLBACK_FIGURES if figure.id == "callbacks_reach_rate")
    telling = [line for line in lines if line.sums.get("callbacks_attempted", 0) >= FEWEST_DIALLED]
    ranked = sorted(telling, key=lambda line: (-(rate.of(line.sums) or 0.0), int(line.key)))
    return tuple(line.key for line in ranked[:BEST_HOURS])


async def counted_targets(sources: Sources, wanted: Wanted, figure: Figure, part: Part) -> list[Mapping[str, Any]]:
    """The targets behind a number, by their list and number; `MOST_ROWS` and one at most.

    Raises BadInput for a part that the figure does not have.
    """
    measures = measures_of_part(figure, part)
    values = {"pieces": pieces_as_text(_pieces(sources, wanted, "list"))}
    async with snapshot(sources.engine) as connection:
        rows = _rows(wanted, None, connection.dialect.name)
        query = (
            select(*_shown(rows))
            .select_from(rows)
            .join(Target.__table__, Target.id == rows.c.target_id)
            .join(CallbackList.__table__, CallbackList.id == Target.list_id)
            .where(is_counted(measures, rows.c))
            .order_by(CallbackList.name, Target.number)
            .limit(MOST_ROWS + 1)
        )
        return [dict(row) for row in (await connection.execute(query, values)).mappings()]


def _shown(rows: Subquery) -> list[Any]:
    return [
        Target.id,
        CallbackList.name.label("list"),
        Target.number,
        Target.name,
        Target.state,
        Target.last_outcome,
        Target.owner_agent,
        Target.due_at,
        Target.attributes,
        rows.c.attempts,
        rows.c.last_at,
    ]


def _pieces(sources: Sources, wanted: Wanted, by: By) -> list[Piece]:
    if by == "hour" or wanted.hour is not None:
        hours = hours_of(wanted.span, sources.zone, hour=wanted.hour)
        return merged(hours) if by != "hour" else [Piece(p.group % 24, p.since, p.until) for p in hours]
    return [Piece(0, *wanted.span)]


def _name(by: By, key: str, sources: Sources, lists: Mapping[str, str]) -> str:
    if by == "list":
        return lists.get(key, key)
    if by == "agent":
        return sources.names.agent(key, "", "")[0]
    return f"{int(key):02}:00" if by == "hour" else key


def _added(lines: Sequence[Line]) -> dict[str, float]:
    return {measure.id: sum(line.sums[measure.id] for line in lines) for measure in TARGET_MEASURES}


def _sums(row: Mapping[Any, Any]) -> dict[str, float]:
    return {measure.id: float(row[measure.id] or 0) for measure in TARGET_MEASURES}


# --- in SQL -----------------------------------------------------------------------------------------------------


def _summed(wanted: Wanted, by: By | None, dialect: str) -> Select[Any]:
    rows = _rows(wanted, by, dialect)
    totals = [
        func.sum(case((m.counts(rows.c), 1.0 if m.value is None else m.value(rows.c)), else_=0.0)).label(m.id)
        for m in TARGET_MEASURES
    ]
    return select(*totals) if by is None else select(rows.c.key, *totals).group_by(rows.c.key)


def _rows(wanted: Wanted, by: By | None, dialect: str) -> Subquery:
    """A row a key and target, with what became of it there."""
    dials = _dials(wanted, dialect)
    d = dials.c
    key: Any = literal(0) if by is None else d[{"list": "list_id"}.get(by, by)]
    grouped = (
        select(
            key.label("key"),
            d.target_id,
            func.count().label("attempts"),
            func.max(d.placed_at).label("last_at"),
            func.sum(d.talk_seconds).label("talk_seconds"),
            *(func.max(d[flag]).label(flag) for flag in FLAGS),
        )
        .where(*([] if wanted.team is None else [d.team == wanted.team]))
        .where(in_scope(wanted.scope, team=d.team, queue=d.queue))
        .group_by(key, d.target_id)
        .subquery()
    )
    g = grouped.c
    # What cannot be reached any more is over without having been reached here.
    is_over = case((Target.state == TargetState.CLOSED, 1 - g.is_reached), else_=0)
    found = select(
        *(column for column in g), is_over.label("is_unreachable"), literal(1, Integer).label("is_attempted")
    ).join_from(grouped, Target.__table__, Target.id == g.target_id)
    if by in (None, "list") and (wanted.agent, wanted.team, wanted.hour) == (None, None, None):
        return union_all(found, _waiting(wanted, by)).subquery("rows")
    return found.subquery("rows")


FLAGS = ("is_reached", "is_completed", "is_refused", "is_wrong")


def _waiting(wanted: Wanted, by: By | None) -> Select[Any]:
    """Targets that fell due before the end of the span, and were not dialled in it."""
    nothing = literal(0, Integer)
    key: Any = literal(0) if by is None else Target.list_id
    span = wanted.span
    in_span = (Attempt.placed_at >= span.since, Attempt.placed_at < span.until, Attempt.is_counted)
    is_dialled = select(Attempt.id).where(Attempt.target_id == Target.id, *in_span).exists()
    query = select(
        key.label("key"),
        Target.id.label("target_id"),
        nothing.label("attempts"),
        literal(None).label("last_at"),
        literal(0.0).label("talk_seconds"),
        *(nothing.label(flag) for flag in FLAGS),
        nothing.label("is_unreachable"),
        nothing.label("is_attempted"),
    ).where(
        Target.state.in_([*LEFT, TargetState.ASKING, TargetState.ERASED]),
        Target.due_at < min(span.until, wanted.now),
        ~is_dialled,
    )
    if not wanted.scope.is_everything:
        seen = select(CallbackList.id).where(in_scope(wanted.scope, queue=CallbackList.queue))
        query = query.where(Target.list_id.in_(seen))
    return query if wanted.list_id is None else query.where(Target.list_id == wanted.list_id)


def _dials(wanted: Wanted, dialect: str) -> Subquery:
    """The attempts of the span with their hour, who talked and how long, and what was written down."""
    pieces = pieces_in("pieces", dialect)
    in_time = (Attempt.placed_at >= pieces.c.since) & (Attempt.placed_at < pieces.c.until)
    attempts, joined = pieces.beside(Attempt.__table__, in_time)
    a, c = attempts.c, conversations.c
    query = (
        select(
            a.list_id,
            a.target_id,
            a.queue,
            a.placed_at,
            a.agent_number.label("agent"),
            _of_talk(attempts, func.max(c.team), "").label("team"),
            pieces.c.n.label("hour"),
            _of_talk(attempts, func.sum(c.talk_seconds + c.hold_seconds), 0.0).label("talk_seconds"),
            _flag(a.outcome == Outcome.REACHED).label("is_reached"),
            _flag(FormRecord.result == Result.COMPLETED).label("is_completed"),
            _flag((FormRecord.result == Result.REFUSED) | (a.outcome == Outcome.REJECTED)).label("is_refused"),
            _flag((FormRecord.result == Result.WRONG_PERSON) | (a.outcome == Outcome.INVALID_NUMBER)).label("is_wrong"),
        )
        .select_from(joined)
        .outerjoin(FormRecord.__table__, FormRecord.attempt_id == a.id)
        .where(a.is_counted)
    )
    if wanted.list_id is not None:
        query = query.where(a.list_id == wanted.list_id)
    if wanted.agent is not None:
        query = query.where(a.agent_number == wanted.agent)
    return query.subquery("dials")


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _of_talk(attempts: FromClause, value: ColumnElement[Any], otherwise: Any) -> ColumnElement[Any]:
    """Something of the talk of the attempt's agent: looked up by its call, which is quicker than joining all talks."""
    a, c = attempts.c, conversations.c
    theirs = (c.pbx == a.pbx, c.call_id == a.call_id, c.agent_number == a.agent_number)
    talk = select(value).where(*theirs).correlate(attempts).scalar_subquery()
    return case((a.agent_number != "", func.coalesce(talk, otherwise)), else_=otherwise)
