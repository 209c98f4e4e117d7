"""Where seats are missing: agents planned on post beside those who were there and those whom the load needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from callcenter.floor.terms import Instant
from callcenter.reports.spans import Piece, Span, local
from callcenter.reports.staffing_report import Need, Wish, check_span, staffing, there_for_calls
from callcenter.reports.sums import Only
from callcenter.settings import AgentSettings
from callcenter.shifts.rules import Kind, Planned, days_between
from callcenter.shifts.service import Planning, shifts


class Gap(Struct, frozen=True, kw_only=True):
    """One interval: how many agents are planned on post, were there (None: it is to come), and are needed.

    `planned` and `there` are means over the interval. The need is that of `load_start`, which may be some weeks before;
    it is None, as its load, while the interval of that load is not over: nobody knows yet, which is not the same as
    nobody. `offered` is None where it is of no single queue, too. `planned_against_need` is against `seats_scheduled`:
    of those planned the share of the shrinkage is away.
    """

    start: Instant
    end: Instant
    load_start: Instant | None
    offered: int | None
    planned: float
    there: float | None
    seats_needed: float | None
    seats_scheduled: float | None
    planned_against_need: float | None
    there_against_plan: float | None


class _Needed(Struct, frozen=True, kw_only=True):
    load_start: Instant | None = None
    offered: int | None = None
    seats: float | None = None
    seats_scheduled: float | None = None


async def gaps(planning: Planning, wish: Wish, agents: Iterable[AgentSettings], weeks_back: int) -> list[Gap]:
    """The gaps of a queue's staffing, interval by interval; the load is that of so many weeks before.

    Those planned for a queue are the agents who join it by the settings; who was there is as in the staffing report.
    Raises BadInput for the span, Conflict where Erlang A is wanted and nobody gave up.
    """
    pieces = check_span(wish, planning.sources)
    planned = await _planned_seats(planning, wish.span, [one for one in agents if wish.queue in one.queues], pieces)
    await planning.write_down()
    has_begun = wish.span.since < planning.clock()
    rows = (await staffing(planning.sources, wish)).rows if has_begun else []
    there = {row.start: row.seats_there for row in rows}
    loads = rows if weeks_back == 0 else (await staffing(planning.sources, _before(planning, wish, weeks_back))).rows
    needed = {
        clock: _Needed(
            load_start=row.start, offered=row.offered, seats=row.seats_needed, seats_scheduled=row.seats_scheduled
        )
        for clock, row in _by_clock(planning, loads).items()
    }
    return _gaps(planning, pieces, planned, there, needed, weeks_back)


async def team_gaps(
    planning: Planning, team: str, wishes: Sequence[Wish], agents: Sequence[AgentSettings], weeks_back: int
) -> list[Gap]:
    """The gaps of a team's staffing; `wishes` are of the same span, one for each queue that its agents join.

    What a team needs is its share of what these queues need: of each as large a part as its agents are of all who join
    the queue by the settings. An agent who joins several queues is planned, and there, once. Raises as `gaps` does.
    """
    one, members = wishes[0], [agent for agent in agents if agent.team == team]
    pieces = check_span(one, planning.sources)
    planned = await _planned_seats(planning, one.span, members, pieces)
    await planning.write_down()
    there: Mapping[Instant, float] = {}
    if one.span.since < planning.clock():
        seats = await there_for_calls(planning.sources, one, pieces, Only(pbx=one.pbx, team=team))
        there = {piece.since: seats.get(piece.group, 0.0) for piece in pieces}
    needed: defaultdict[datetime, _Needed] = defaultdict(_Needed)
    for wish in wishes:
        joining = [agent for agent in agents if wish.queue in agent.queues]
        share = sum(agent.team == team for agent in joining) / len(joining)
        loads = (await staffing(planning.sources, _before(planning, wish, weeks_back))).rows
        for clock, row in _by_clock(planning, loads).items():
            before = needed[clock]
            needed[clock] = _Needed(
                load_start=row.start,
                seats=(before.seats or 0.0) + share * row.seats_needed,
                seats_scheduled=(before.seats_scheduled or 0.0) + share * row.seats_scheduled,
            )
    return _gaps(planning, pieces, planned, there, needed, weeks_back)


def _gaps(
    planning: Planning,
    pieces: Iterable[Piece],
    planned: Mapping[int, float],
    there: Mapping[Instant, float],
    needed: Mapping[datetime, _Needed],
    weeks_back: int,
) -> list[Gap]:
    now, back = planning.clock(), timedelta(weeks=weeks_back)
    return [
        _gap(
            piece,
            planned[piece.group],
            there.get(piece.since) if piece.since < now else None,
            needed.get(_clock(planning, piece.since) - back, _Needed()),
        )
        for piece in pieces
    ]


def _gap(piece: Piece, planned: float, there: float | None, needed: _Needed) -> Gap:
    scheduled = needed.seats_scheduled
    return Gap(
        start=piece.since,
        end=piece.until,
        load_start=needed.load_start,
        offered=needed.offered,
        planned=planned,
        there=there,
        seats_needed=needed.seats,
        seats_scheduled=scheduled,
        planned_against_need=None if scheduled is None else planned - scheduled,
        there_against_plan=None if there is None else there - planned,
    )


async def _planned_seats(
    planning: Planning, span: Span, members: Iterable[AgentSettings], pieces: Sequence[Piece]
) -> dict[int, float]:
    """The mean number of these agents planned on post in each piece; a shift of the day before may reach into it."""
    zone = planning.settings.zone
    first, last = (local(at, zone).date() for at in (span.since, span.until - 1))
    days = [first - timedelta(days=1), *days_between(first, last)]
    found = await shifts(planning.sessions, members, days)
    parts: list[Planned] = [part for shift in found for part in planning.planned(shift) if part.kind is Kind.ON_POST]
    return {
        piece.group: sum(max(0.0, min(part.until, piece.until) - max(part.since, piece.since)) for part in parts)
        / (piece.until - piece.since)
        for piece in pieces
    }


def _clock(planning: Planning, at: Instant) -> datetime:
    """What the centre's clock shows, without its offset: the same hour of another week."""
    return local(at, planning.settings.zone).replace(tzinfo=None)


def _before(planning: Planning, wish: Wish, weeks: int) -> Wish:
    """The same on the clock, so many weeks before."""
    zone = planning.settings.zone
    since, until = (
        (_clock(planning, at) - timedelta(weeks=weeks)).replace(tzinfo=zone).timestamp() for at in wish.span
    )
    return replace(wish, span=Span(since, until))


def _by_clock(planning: Planning, rows: Iterable[Need]) -> Mapping[datetime, Need]:
    """The needs of all that is over, by what the clock showed; of an hour that it showed twice, the first."""
    found: dict[datetime, Need] = {}
    now = planning.clock()
    for row in rows:
        if row.end <= now:
            found.setdefault(_clock(planning, row.start), row)
    return found
