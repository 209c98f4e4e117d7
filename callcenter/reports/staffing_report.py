"""Seats needed for a queue's load, interval by interval, beside what was there."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from msgspec import Struct
from sqlalchemy import select

from callcenter.errors import BadInput, Conflict
from callcenter.floor.terms import Seconds
from callcenter.reports.figures import FIGURE_BY_ID
from callcenter.reports.service import Asked, Sources, report
from callcenter.reports.sources import agent_of
from callcenter.reports.spans import Piece, Span, day_of, local, pieces_of
from callcenter.reports.staffing import Expected, Load, Model, Target, expected, patience_of, seats_needed
from callcenter.reports.staffing import seats_scheduled as with_shrinkage
from callcenter.reports.sums import Only
from callcenter.store.engine import snapshot
from callcenter.store.tables import rings

MOST_INTERVALS = 750
MOST_DAYS = 31
HOUR: Seconds = 3600

LOAD = ("offered", "answered", "abandoned", "service_level", "aht_seconds")
PRESENT = ("ready_seconds", "ringing_seconds", "talking_seconds", "on_hold_seconds", "wrapping_up_seconds")
"""What a seat does that is there for calls."""

WAIT = "wait_of_offered"

Interval = Literal["15m", "30m", "hour"]
Sums = Mapping[str, float]


class Wish(Struct, frozen=True, kw_only=True):
    """What to compute: for which queue, in which span, for what target; `shrinkage` is the share who are away."""

    queue: str
    pbx: str
    span: Span
    interval: Interval
    target: Target
    shrinkage: float
    model: Model


class Need(Struct, frozen=True, kw_only=True):
    """One interval: its load, the seats it needs, those that were there, and what to expect of both."""

    start: float
    end: float
    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    aht_seconds: Seconds | None
    aht_is_of_span: bool
    erlangs: float
    seats_needed: int
    seats_scheduled: int
    seats_there: float
    difference: float
    expected: Expected
    expected_there: Expected


class Staffing(Struct, frozen=True, kw_only=True):
    """What came of a wish. `patience_seconds` is None where nobody gave up, `aht_seconds` where nobody was handled."""

    wish: Wish
    patience_seconds: Seconds | None
    aht_seconds: Seconds | None
    rows: list[Need]


def check_span(wish: Wish, sources: Sources) -> list[Piece]:
    """Its intervals. Raises BadInput where there are too many."""
    if wish.span.until - wish.span.since > (MOST_DAYS + 1) * 86_400:
        raise BadInput(f"to: at most {MOST_DAYS} days", field="to")
    pieces = pieces_of(wish.span, wish.interval, sources.zone)
    if len(pieces) > MOST_INTERVALS:
        raise BadInput(
            f"interval: {len(pieces)} of {wish.interval}; at most {MOST_INTERVALS}: take longer ones or fewer days",
            field="interval",
        )
    return pieces


async def staffing(sources: Sources, wish: Wish) -> Staffing:
    """Raises BadInput for the span, Conflict where Erlang A is wanted and nobody gave up."""
    pieces = check_span(wish, sources)
    only = Only(pbx=wish.pbx, queue=wish.queue)
    figures = tuple(FIGURE_BY_ID[name] for name in LOAD)
    # The waiting time of everybody is a measure without a figure of its own: it is asked for as one.
    waiting = replace(FIGURE_BY_ID["offered"], id=WAIT, numerator=(WAIT,))
    asked = Asked(subject="queues", span=wish.span, interval=wish.interval, only=only, figures=(*figures, waiting))
    part = (await report(sources, asked)).part
    seats = await _seats_there(sources, wish, pieces)
    patience_seconds = patience_of(part.totals.get(WAIT, 0.0), round(part.totals.get("abandoned", 0)))
    if wish.model == "erlang_a" and patience_seconds is None:
        raise Conflict("nobody gave up in this span, so that patience cannot be measured; use erlang_c", field="model")
    aht_seconds = FIGURE_BY_ID["aht_seconds"].of(part.totals)
    endless = math.inf if wish.model == "erlang_c" or patience_seconds is None else patience_seconds

    def compute() -> list[Need]:
        return [
            _need(
                piece, part.group_totals.get(piece.group, {}), seats.get(piece.group, 0.0), wish, aht_seconds, endless
            )
            for piece in pieces
        ]

    rows = await asyncio.to_thread(compute)
    return Staffing(wish=wish, patience_seconds=patience_seconds, aht_seconds=aht_seconds, rows=rows)


def _need(
    piece: Piece, sums: Sums, there: float, wish: Wish, aht_of_span: Seconds | None, patience_seconds: Seconds
) -> Need:
    told = {name: FIGURE_BY_ID[name].of(sums) for name in LOAD}
    aht_seconds = told["aht_seconds"] or aht_of_span
    offered = round(told["offered"] or 0)
    load = Load(offered / (piece.until - piece.since), aht_seconds or 0.0, patience_seconds)
    needed = seats_needed(load, wish.target)
    threshold = wish.target.threshold_seconds
    return Need(
        start=piece.since,
        end=piece.until,
        offered=offered,
        answered=round(told["answered"] or 0),
        abandoned=round(told["abandoned"] or 0),
        service_level=told["service_level"],
        aht_seconds=aht_seconds,
        aht_is_of_span=told["aht_seconds"] is None and aht_seconds is not None,
        erlangs=load.erlangs,
        seats_needed=needed,
        seats_scheduled=with_shrinkage(needed, wish.shrinkage),
        seats_there=there,
        difference=there - needed,
        expected=expected(load, needed, threshold),
        expected_there=expected(load, math.floor(there + 1e-6), threshold),
    )


async def _seats_there(sources: Sources, wish: Wish, pieces: Sequence[Piece]) -> dict[int, float]:
    """The mean number of seats there for calls in each interval, of the agents whom the queue rang on that day.

    A seat knows no queue; who was rung by it served it. Those who serve several queues count at each of them.
    """
    served = await _rung_agents(sources, wish)
    return await there_for_calls(sources, wish, pieces, Only(pbx=wish.pbx), served)


async def there_for_calls(
    sources: Sources, wish: Wish, pieces: Sequence[Piece], only: Only, served: Collection[tuple[str, str]] | None = None
) -> dict[int, float]:
    """The mean number of seats there for calls in each interval, of these agents; of `served` (day, agent) alone."""
    figures = tuple(FIGURE_BY_ID[name] for name in PRESENT)
    asked = Asked(subject="agents", span=wish.span, interval=wish.interval, only=only, figures=figures)
    seconds: defaultdict[int, float] = defaultdict(float)
    days = {piece.group: _day(sources, piece.since) for piece in pieces}
    for row in (await report(sources, asked)).part.rows:
        if served is None or (days[row.group], row.keys[0]) in served:
            seconds[row.group] += sum(row.sums.get(name, 0.0) for name in PRESENT)
    return {piece.group: seconds[piece.group] / (piece.until - piece.since) for piece in pieces}


async def _rung_agents(sources: Sources, wish: Wish) -> set[tuple[str, str]]:
    """(day, agent) of each ring by the queue, on the days that the span touches."""
    first, last = day_of(wish.span.since, sources.zone), day_of(wish.span.until - 1, sources.zone)
    query = select(rings.c.began_at, agent_of(rings.c).label("agent")).where(
        rings.c.pbx == wish.pbx,
        rings.c.queue == wish.queue,
        rings.c.began_at >= first.since,
        rings.c.began_at < last.until,
    )
    async with snapshot(sources.engine) as connection:
        return {(_day(sources, row.began_at), row.agent) for row in await connection.execute(query)}


def _day(sources: Sources, at: float) -> str:
    return local(at, sources.zone).date().isoformat()
