"""Where seats are missing: agents planned on post beside those who were there and those whom the load needs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from callcenter.floor.terms import Instant
from callcenter.reports.spans import Piece, Span, local
from callcenter.reports.staffing_report import Need, Wish, check_span, staffing
from callcenter.settings import AgentSettings
from callcenter.shifts.rules import Kind, Planned, days_between
from callcenter.shifts.service import Planning, shifts


class Gap(Struct, frozen=True, kw_only=True):
    """One interval: how many agents are planned on post, were there (None: it is to come), and are needed.

    `planned` and `there` are means over the interval. The need is that of `load_start`, which may be some weeks before.
    """

    start: Instant
    end: Instant
    load_start: Instant | None
    offered: int
    planned: float
    there: float | None
    seats_needed: int
    seats_scheduled: int
    planned_against_need: float
    there_against_plan: float | None


async def gaps(planning: Planning, wish: Wish, agents: Iterable[AgentSettings], weeks_back: int) -> list[Gap]:
    """The gaps of a queue's staffing, interval by interval; the load is that of so many weeks before.

    Those planned for a queue are the agents who join it by the settings; who was there is as in the staffing report.
    Raises BadInput for the span, Conflict where Erlang A is wanted and nobody gave up.
    """
    sources, now = planning.sources, planning.clock()
    pieces = check_span(wish, sources)
    on_post = await _on_post(planning, wish, agents)
    await planning.write_down()
    rows = (await staffing(sources, wish)).rows if wish.span.since < now else []
    there = {row.start: row.seats_there for row in rows if row.start < now}
    loads = rows if weeks_back == 0 else (await staffing(sources, _before(planning, wish, weeks_back))).rows
    by_clock = _by_clock(planning, loads)
    planned_seats = _planned_seats(on_post, pieces)
    back = timedelta(weeks=weeks_back)
    return [
        _gap(
            piece,
            planned_seats[piece.group],
            there.get(piece.since),
            by_clock.get(_clock(planning, piece.since) - back),
        )
        for piece in pieces
    ]


def _gap(piece: Piece, planned: float, there: float | None, need: Need | None) -> Gap:
    needed = need.seats_needed if need else 0
    return Gap(
        start=piece.since,
        end=piece.until,
        load_start=need.start if need else None,
        offered=need.offered if need else 0,
        planned=planned,
        there=there,
        seats_needed=needed,
        seats_scheduled=need.seats_scheduled if need else 0,
        planned_against_need=planned - needed,
        there_against_plan=None if there is None else there - planned,
    )


async def _on_post(planning: Planning, wish: Wish, agents: Iterable[AgentSettings]) -> list[Planned]:
    """When the agents of the queue are to be on post; a shift of the day before may reach into the span."""
    zone = planning.settings.zone
    first, last = (local(at, zone).date() for at in (wish.span.since, wish.span.until - 1))
    members = [one for one in agents if wish.queue in one.queues]
    days = [first - timedelta(days=1), *days_between(first, last)]
    found = await shifts(planning.sessions, members, days)
    return [part for shift in found for part in planning.planned(shift) if part.kind is Kind.ON_POST]


def _planned_seats(on_post: Iterable[Planned], pieces: Sequence[Piece]) -> dict[int, float]:
    """The mean number of agents planned on post in each piece."""
    parts = list(on_post)
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
    """The needs by what the clock showed; of an hour that it showed twice, the first."""
    found: dict[datetime, Need] = {}
    for row in rows:
        found.setdefault(_clock(planning, row.start), row)
    return found
