"""The report of quality: reviews by agent, team, reviewer or form, their trend, and the items that lost points.

A review counts when it was published, with the score that is in force now. What was planned counts when the
conversation that a plan drew began, so that a plan's period has what the plan promised for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct, convert, structs
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.scoped import in_scope
from callcenter.accounts.tables import User
from callcenter.quality.assignment_tables import ReviewAssignment, ReviewPlan
from callcenter.quality.reviewing import HIDDEN, State, Step
from callcenter.quality.rules import Section, Words, items_of
from callcenter.quality.tables import Review, ReviewFormVersion, ReviewLoss, ReviewStep
from callcenter.reports.counted import MOST_ROWS, Part, is_counted, measures_of_part
from callcenter.reports.figures import FIGURES
from callcenter.reports.figures.entry import Figure
from callcenter.reports.figures.measures import Measure, Source, Sums, added, measures_of, merge
from callcenter.reports.service import Sources
from callcenter.reports.sources import pieces_as_text, pieces_in
from callcenter.reports.spans import IntervalKind, Piece, Span, pieces_of
from callcenter.store.engine import snapshot
from callcenter.store.tables import conversations

By = Literal["agent", "team", "reviewer", "form"]

OF_REVIEWERS = ("reviewer_strictness",)
"""Figures that say nothing of anything else than a reviewer."""

BESIDE_OTHERS = frozenset(measure for figure in FIGURES if figure.id in OF_REVIEWERS for measure in figure.measures)
"""Their measures."""

LOSS_FIGURES: tuple[Figure, ...] = tuple(figure for figure in FIGURES if "lost_points" in figure.subjects)
QUALITY_FIGURES: tuple[Figure, ...] = tuple(figure for figure in FIGURES if "quality" in figure.subjects)

APPEALED = (State.APPEALED, State.UPHELD, State.CHANGED, State.CLOSED)
"""Only the answer to an appeal is acknowledged into `closed`; what time closes stays `acknowledged` in the table."""

DECIDED = (State.UPHELD, State.CHANGED, State.CLOSED)
MAY_BE_CHANGED = (State.CHANGED, State.CLOSED)


class Wanted(Struct, frozen=True, kw_only=True):
    """Which reviews: in the span, of an agent, a team, a reviewer (by username), a form, a version of it, an item.

    Of a scope its teams count. A reviewer is compared with what the others gave within it.
    """

    span: Span
    interval: IntervalKind = "none"
    agent: str | None = None
    team: str | None = None
    reviewer: str | None = None
    form: int | None = None
    version: int | None = None
    item: str | None = None
    scope: Scope = EVERYTHING


class Line(Struct, frozen=True):
    """A line of the report: an agent's number, a team, a username or a form's id, how it is called, its sums."""

    key: str
    name: Words
    team: str
    sums: Sums


class Interval(Struct, frozen=True):
    """An interval of the span with the sums of everything in it."""

    piece: Piece
    sums: Sums


class Report(Struct, frozen=True):
    """The lines, everything together, and interval by interval."""

    by: By
    lines: list[Line]
    totals: Sums
    intervals: list[Interval]


class Lost(Struct, frozen=True):
    """An item of a form, as it was worded last, and what it lost."""

    form: int
    form_name: Words
    item: str
    label: Words
    sums: Sums


def figures_by(by: By) -> tuple[Figure, ...]:
    """The figures that a report by this has."""
    return tuple(figure for figure in QUALITY_FIGURES if by == "reviewer" or figure.id not in OF_REVIEWERS)


async def quality_report(sources: Sources, wanted: Wanted, by: By) -> Report:
    """Counts. Raises BadInput where the span has too many intervals."""
    pieces = pieces_of(wanted.span, wanted.interval, sources.zone)
    values = {"pieces": pieces_as_text(pieces)}
    found: dict[str, dict[str, float]] = {}
    names: dict[str, tuple[str, str]] = {}
    each: dict[int, dict[str, float]] = {piece.group: {} for piece in pieces}
    async with snapshot(sources.engine) as connection:
        dialect = connection.dialect.name
        for query, measures in _sums_by(wanted, by, dialect):
            for row in (await connection.execute(query, values)).mappings():
                sums = {measure.id: float(row[measure.id] or 0) for measure in measures}
                key = str(row["key"] if row["key"] is not None else "")
                merge(found.setdefault(key, {}), sums)
                merge(each[row["n"]], sums)
                names[key] = (row["agent_name"] or "", row["team"] or "")
        called = await _names(connection, by)
    # What lies in the pool is nobody's yet, and counts in the totals alone.
    keys = [key for key in found if key or by != "reviewer"]
    lines = [_line(sources, by, key, found[key], names[key], called) for key in keys]
    lines.sort(key=lambda line: (line.name.en, line.key))
    intervals = [Interval(piece, each[piece.group]) for piece in pieces] if wanted.interval != "none" else []
    return Report(by, lines, added(each.values()), intervals)


def _line(sources: Sources, by: By, key: str, sums: Sums, person: tuple[str, str], called: Mapping[str, Words]) -> Line:
    if by == "agent":
        name, team = sources.names.agent(key, *person)
        return Line(key, Words(name, name), team, sums)
    return Line(key, called.get(key, Words(key, key)), "", sums)


async def _names(connection: AsyncConnection, by: By) -> dict[str, Words]:
    if by == "form":
        rows = await connection.execute(_forms())
        return {str(form): spoken(convert(name, Words)) for form, name, _ in rows}
    if by == "reviewer":
        people = await connection.execute(select(User.username, User.name))
        return {username: Words(name or username, name or username) for username, name in people}
    return {}


def spoken(words: Words) -> Words:
    """In both languages: where one is empty it is as the other."""
    return Words(words.en or words.zh, words.zh or words.en)


def _forms() -> Select[Any]:
    """Every version of every form, the newest last."""
    v = ReviewFormVersion
    return select(v.form_id, v.name, v.sections).order_by(v.form_id, v.version)


# --- lost points ------------------------------------------------------------------------------------------------


async def lost_points(sources: Sources, wanted: Wanted) -> list[Lost]:
    """What each item lost, most first; those of one form under one id are one item, whichever version asked them."""
    values = {"pieces": pieces_as_text([Piece(0, *wanted.span)])}
    measures = [measure for measure in measures_of(Source.LOSSES) if measure.id != "lost_points_together"]
    async with snapshot(sources.engine) as connection:
        rows = _losses(wanted, connection.dialect.name).subquery("rows").c
        query = select(rows.form, rows.item, *_summed(measures, rows)).group_by(rows.form, rows.item)
        found = (await connection.execute(query, values)).mappings().all()
        versions = (await connection.execute(_forms())).all()
    names = {form: spoken(convert(name, Words)) for form, name, _ in versions}
    labels = {
        (form, item.id): spoken(item.label)
        for form, _, sections in versions
        for item in items_of(convert(sections, tuple[Section, ...]))
    }
    together = sum(row["lost_points"] or 0.0 for row in found)
    lost = [
        Lost(
            row["form"],
            names[row["form"]],
            row["item"],
            labels.get((row["form"], row["item"]), Words(row["item"], row["item"])),
            {**{m.id: float(row[m.id] or 0) for m in measures}, "lost_points_together": together},
        )
        for row in found
    ]
    return sorted(lost, key=lambda one: (-one.sums["lost_points"], -one.sums["zeroing_reviews"], one.form, one.item))


# --- what a number counts ---------------------------------------------------------------------------------------


async def counted_reviews(sources: Sources, wanted: Wanted, figure: Figure, part: Part) -> list[Mapping[str, Any]]:
    """The reviews, or the conversations planned for review, behind a number; `MOST_ROWS` and one at most.

    Raises BadInput for a part that the figure does not have.
    """
    measures = measures_of_part(figure, part)
    values = {"pieces": pieces_as_text([Piece(0, *wanted.span)])}
    if part == "denominator":
        wanted = structs.replace(wanted, item=None)
    async with snapshot(sources.engine) as connection:
        dialect = connection.dialect.name
        if measures[0].source is Source.REVIEWS:
            query = _reviews(wanted, dialect, is_compared=figure.id in OF_REVIEWERS)
        elif measures[0].source is Source.LOSSES:
            query = _losses(wanted, dialect)
        else:
            query = _assignments(wanted, dialect)
        rows = query.subquery("rows")
        shown = (
            select(*(rows.c[name] for name in SHOWN))
            .where(is_counted(measures, rows.c))
            .distinct()
            .order_by(rows.c.at.desc(), rows.c.id.desc())
            .limit(MOST_ROWS + 1)
        )
        return [dict(row) for row in (await connection.execute(shown, values)).mappings()]


SHOWN = ("id", "at", "pbx", "call_id", "agent", "agent_name", "team", "reviewer", "form", "score", "pass_score")


# --- in SQL -----------------------------------------------------------------------------------------------------


def _sums_by(wanted: Wanted, by: By, dialect: str) -> Iterable[tuple[Select[Any], Sequence[Measure]]]:
    """What is summed by key and interval, with its measures: of reviews, and of what was planned."""
    reviews, assignments = measures_of(Source.REVIEWS), measures_of(Source.ASSIGNMENTS)
    if by == "reviewer":
        yield _of_reviewers(wanted, dialect), reviews
    else:
        yield _summed_by(by, _reviews(wanted, dialect), reviews), reviews
    yield _summed_by(by, _assignments(wanted, dialect), assignments), assignments


def _summed_by(by: By, rows: Select[Any], measures: Sequence[Measure]) -> Select[Any]:
    each = rows.subquery("rows").c
    return select(each[by].label("key"), each.n, *_named(each), *_summed(measures, each)).group_by(each[by], each.n)


def _named(rows: Any) -> tuple[ColumnElement[Any], ...]:
    return func.max(rows.agent_name).label("agent_name"), func.max(rows.team).label("team")


def _summed(measures: Iterable[Measure], rows: Any, weight: Any = 1.0) -> list[ColumnElement[Any]]:
    return [
        func.sum(case((m.counts(rows), weight * (1.0 if m.value is None else m.value(rows))), else_=0.0)).label(m.id)
        for m in measures
    ]


def _of_reviewers(wanted: Wanted, dialect: str) -> Select[Any]:
    """The reviews summed by reviewer, beside what the others gave by the same form.

    They are summed by form first: a window over each of 100,000 reviews takes a second, one over these few lines none.
    """
    every = measures_of(Source.REVIEWS)
    beside = [measure for measure in every if measure.id in BESIDE_OTHERS]
    alone = [measure for measure in every if measure.id not in BESIDE_OTHERS]
    each = _reviews(structs.replace(wanted, reviewer=None), dialect).subquery("rows").c
    keys = each.reviewer, each.form, each.n
    counted = func.count(each.id).label("reviews"), func.sum(each.score).label("given")
    f = select(*keys, *_named(each), *counted, *_summed(alone, each)).group_by(*keys).subquery("by_form").c
    compared = (
        (f.given / f.reviews).label("score"),
        _others(func.sum(f.reviews), f.form, f.reviewer).label("others"),
        _others(func.sum(f.given), f.form, f.reviewer).label("others_score"),
    )
    c = select(f.reviewer.table, *compared).subquery("compared").c
    sums = [func.sum(c[measure.id]).label(measure.id) for measure in alone]
    query = select(c.reviewer.label("key"), c.n, *_named(c), *sums, *_summed(beside, c, c.reviews))
    query = query.group_by(c.reviewer, c.n)
    # Whom a reviewer is compared with is decided before the others are left out.
    return query if wanted.reviewer is None else query.where(c.reviewer == wanted.reviewer)


def _reviews(wanted: Wanted, dialect: str, *, is_compared: bool = False) -> Select[Any]:
    """The reviews of the span, beside what the others gave by the same form where that is asked for."""
    pieces = pieces_in("pieces", dialect)
    at = Review.published_at
    reviews, joined = pieces.beside(Review.__table__, and_(at >= pieces.c.since, at < pieces.c.until))
    r = reviews.c
    raised = select(ReviewStep.id).where(
        ReviewStep.review_id == r.id, ReviewStep.step == Step.CHANGE, ReviewStep.score < r.score
    )
    columns = [
        pieces.c.n,
        *(r.id, r.published_at.label("at"), r.pbx, r.call_id, r.agent_number.label("agent"), r.agent_name, r.team),
        *(r.reviewer, r.form_id.label("form"), r.score, r.pass_score),
        literal(1).label("is_out"),
        _flag(r.is_zeroed.is_(True)).label("is_zeroed"),
        _flag(r.state.in_(APPEALED)).label("is_made"),
        _flag(r.state.in_(DECIDED)).label("is_decided"),
        _flag(and_(r.state.in_(MAY_BE_CHANGED), raised.correlate(reviews).exists())).label("is_upheld"),
        (_others(func.count(r.id), r.form_id, r.reviewer) if is_compared else literal(0)).label("others"),
        (_others(func.sum(r.score), r.form_id, r.reviewer) if is_compared else literal(0.0)).label("others_score"),
    ]
    query = select(*columns).select_from(joined).where(r.state.not_in(HIDDEN), *_restricted(wanted, r))
    if wanted.version is not None:
        query = query.where(r.form_version == wanted.version)
    if wanted.reviewer is None:
        return query
    # Whom a reviewer is compared with is decided before the others are left out.
    rows = query.subquery("everybody")
    return select(rows).where(rows.c.reviewer == wanted.reviewer)


def _restricted(wanted: Wanted, r: Any) -> list[ColumnElement[bool]]:
    asked = ((r.agent_number, wanted.agent), (r.team, wanted.team), (r.form_id, wanted.form))
    conditions = [column == value for column, value in asked if value is not None]
    return [*conditions, in_scope(wanted.scope, team=r.team)]


def _others(total: Any, form: Any, reviewer: Any) -> ColumnElement[Any]:
    """Of everybody by the same form, without the reviewer's own."""
    others: ColumnElement[Any] = total.over(partition_by=form) - total.over(partition_by=[form, reviewer])
    return others


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _losses(wanted: Wanted, dialect: str) -> Select[Any]:
    """The reviews of the span once for each item that lost something."""
    rows = _reviews(wanted, dialect).subquery("reviews")
    loss = ReviewLoss
    columns = (
        loss.item,
        loss.points,
        _flag(loss.is_fatal.is_(True)).label("is_zeroing"),
        literal(0.0).label("together"),
    )
    query = select(rows, *columns).join(loss, loss.review_id == rows.c.id)
    return query if wanted.item is None else query.where(loss.item == wanted.item)


def _assignments(wanted: Wanted, dialect: str) -> Select[Any]:
    """What plans drew among the conversations that began in the span; `id` is that of the review, if there is one."""
    pieces = pieces_in("pieces", dialect)
    at = ReviewAssignment.began_at
    table, joined = pieces.beside(ReviewAssignment.__table__, and_(at >= pieces.c.since, at < pieces.c.until))
    a, c = table.c, conversations.c
    theirs = (c.pbx == a.pbx, c.call_id == a.call_id, c.agent_number == a.agent_number)
    team = func.coalesce(select(func.max(c.team)).where(*theirs).correlate(table).scalar_subquery(), "")
    columns = [
        pieces.c.n,
        *(a.review_id.label("id"), a.began_at.label("at"), a.pbx, a.call_id, a.agent_number.label("agent")),
        *(a.agent_name, team.label("team"), func.coalesce(a.reviewer, "").label("reviewer")),
        *(ReviewPlan.form_id.label("form"), Review.score, Review.pass_score),
        literal(1).label("is_out"),
        _flag(a.done_at.is_not(None)).label("is_done"),
    ]
    query = (
        select(*columns)
        .select_from(joined)
        .join(ReviewPlan.__table__, ReviewPlan.id == a.plan_id)
        .outerjoin(Review.__table__, and_(Review.id == a.review_id, Review.state.not_in(HIDDEN)))
    )
    asked = ((a.agent_number, wanted.agent), (a.reviewer, wanted.reviewer), (ReviewPlan.form_id, wanted.form))
    query = query.where(*(column == value for column, value in asked if value is not None))
    query = query.where(in_scope(wanted.scope, team=team))
    return query if wanted.team is None else query.where(team == wanted.team)
