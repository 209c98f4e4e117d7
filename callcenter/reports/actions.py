"""The list of an agent's softphone actions, and the days of agents with unusual patterns among them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, Select, Table, and_, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.scoped import in_scope
from callcenter.floor.facts import Conversation, Ring, SeatSpell
from callcenter.floor.terms import Instant, Seconds
from callcenter.reports.patterns import Action, Limits, Pattern, find_patterns, usual_wrap_up
from callcenter.reports.service import Sources
from callcenter.reports.spans import Span, local
from callcenter.reports.timeline import GAP_SECONDS, Numbered, cut, timeline
from callcenter.store.engine import snapshot
from callcenter.store.tables import calls, conversations, fact_of, rings, seat_spells

USUAL_SECONDS: Seconds = 28 * 86_400
"""What is usual for an agent is taken from so long before."""

LONGEST_CALL_SECONDS: Seconds = 86_400
ROWS_AT_ONCE = 1_000


class Agent(Struct, frozen=True):
    """Who: the number, or `pbx/interface` of one who has none, and the name and team."""

    identity: str
    name: str
    team: str


class Whose(Struct, frozen=True):
    """Whose facts are read: those inside the scope, of everybody or of one agent."""

    scope: Scope
    identity: str | None = None


class ActionList(Struct, frozen=True):
    """Everything that an agent did in a span, and what of it is unusual."""

    agent: Agent
    actions: list[Action]
    patterns: list[Pattern]


class UnusualDay(Struct, frozen=True):
    """A day of the centre on which an agent did unusual things."""

    day: str
    agent: Agent
    patterns: list[Pattern]


async def actions_of(
    sources: Sources, identity: str, span: Span, limits: Limits, scope: Scope = EVERYTHING
) -> ActionList:
    """What one agent did inside the scope; nothing if there is nobody of that number."""
    whose = Whose(scope, identity)
    async with snapshot(sources.engine) as connection:
        seen = await _facts(connection, sources, span, whose)
        usual = await _usual_wrap_ups(connection, span.since, whose)
    if identity not in seen and not scope.is_everything:
        return ActionList(Agent(identity, "", ""), [], [])  # the settings would name who is outside
    return _action_list(sources, identity, seen.get(identity, Seen()), span, (limits, usual.get(identity)))


async def unusual_days(
    sources: Sources, span: Span, limits: Limits, team: str | None = None, scope: Scope = EVERYTHING
) -> list[UnusualDay]:
    """The days and agents with patterns, newest first; a pattern is of the day on which it began."""
    async with snapshot(sources.engine) as connection:
        seen = await _facts(connection, sources, span, Whose(scope))
        usual = await _usual_wrap_ups(connection, span.since, Whose(scope))

    def look() -> list[UnusualDay]:
        lists = (_action_list(sources, who, seen[who], span, (limits, usual.get(who))) for who in seen)
        found = [day for each in lists if team in (None, each.agent.team) for day in _days(sources, each)]
        return sorted(found, key=lambda each: (_descending(each.day), each.agent.name, each.agent.identity))

    # A day of a large floor is half a million spells.
    return await asyncio.to_thread(look)


def _descending(day: str) -> int:
    return -int(day.replace("-", ""))


def _days(sources: Sources, found: ActionList) -> Iterator[UnusualDay]:
    days: defaultdict[str, list[Pattern]] = defaultdict(list)
    for pattern in found.patterns:
        days[local(pattern.since, sources.zone).date().isoformat()].append(pattern)
    return (UnusualDay(day, found.agent, patterns) for day, patterns in days.items())


class Seen:
    """What there is of one agent."""

    def __init__(self) -> None:
        self.spells: list[Numbered] = []
        self.rings: list[tuple[int, Ring]] = []
        self.talks: list[tuple[int, Conversation]] = []
        self.callbacks: frozenset[tuple[str, str]] = frozenset()
        self.name = self.team = ""


def _action_list(
    sources: Sources, identity: str, seen: Seen, span: Span, judged_by: tuple[Limits, Seconds | None]
) -> ActionList:
    actions = cut(timeline(seen.spells, seen.rings, seen.talks, seen.callbacks), *span)
    agent = Agent(identity, *sources.names.agent(identity, seen.name, seen.team))
    return ActionList(agent, actions, find_patterns(actions, *judged_by))


# --- from the store ---------------------------------------------------------------------------------------------


async def _facts(connection: AsyncConnection, sources: Sources, span: Span, whose: Whose) -> dict[str, Seen]:
    """By agent. Spells a moment beyond the span tell whether its first and last are a sign-in and a sign-out."""
    agents: defaultdict[str, Seen] = defaultdict(Seen)
    s, r, c = seat_spells.c, rings.c, conversations.c
    near = (s.until > span.since - GAP_SECONDS, s.since < span.until + GAP_SECONDS)
    async for row in _rows(connection, seat_spells, whose, *near):
        _note(agents, spell := fact_of(SeatSpell, row)).spells.append(Numbered(row["id"], spell))
    async for row in _rows(connection, rings, whose, r.began_at >= span.since, r.began_at < span.until):
        _note(agents, ring := fact_of(Ring, row)).rings.append((row["id"], ring))
    async for row in _rows(connection, conversations, whose, c.completed_at >= span.since, c.began_at < span.until):
        _note(agents, talk := fact_of(Conversation, row)).talks.append((row["id"], talk))
    for spell in _under_way(sources, span, whose):
        _note(agents, spell).spells.append(Numbered(0, spell, is_under_way=True))
    callbacks = await _callbacks(connection, span)
    for seen in agents.values():
        seen.callbacks = callbacks
    return agents


def _note(agents: Mapping[str, Seen], fact: SeatSpell | Ring | Conversation) -> Seen:
    seen = agents[_identity(fact)]
    seen.name, seen.team = fact.agent_name or seen.name, fact.team or seen.team
    return seen


def _identity(fact: SeatSpell | Ring | Conversation) -> str:
    return fact.agent_number or f"{fact.pbx}/{fact.interface}"


def _under_way(sources: Sources, span: Span, whose: Whose) -> Iterable[SeatSpell]:
    return (
        spell
        for spell in sources.spells_under_way()
        if spell.since < span.until
        and whose.identity in (None, _identity(spell))
        and whose.scope.sees_agent(spell.team)
    )


async def _rows(
    connection: AsyncConnection, table: Table, whose: Whose, *conditions: ColumnElement[bool]
) -> AsyncIterator[Any]:
    """In small parts, so that the live floor goes on while a large day is read."""
    query: Select[Any] = select(table).where(_is_of(table, whose), *conditions)
    async with connection.stream(query) as result:
        async for rows in result.mappings().partitions(ROWS_AT_ONCE):
            for row in rows:
                yield row


def _is_of(table: Table, whose: Whose) -> ColumnElement[bool]:
    """A spell is of no queue: inside by its team alone."""
    is_inside = in_scope(whose.scope, team=table.c.team, queue=table.c.get("queue"))
    if whose.identity is None:
        return is_inside
    pbx, _, interface = whose.identity.partition("/")
    if not interface:
        return and_(is_inside, table.c.agent_number == whose.identity)
    return and_(is_inside, table.c.agent_number == "", table.c.pbx == pbx, table.c.interface == interface)


async def _callbacks(connection: AsyncConnection, span: Span) -> frozenset[tuple[str, str]]:
    """The calls of the dialer that may have been talked in during the span."""
    query = select(calls.c.pbx, calls.c.call_id).where(
        calls.c.started_at >= span.since - LONGEST_CALL_SECONDS,
        calls.c.started_at < span.until,
        calls.c.attempt_id.is_not(None),
    )
    return frozenset((row.pbx, row.call_id) for row in await connection.execute(query))


async def _usual_wrap_ups(connection: AsyncConnection, before: Instant, whose: Whose) -> dict[str, Seconds | None]:
    """The median of each agent's wrap-ups of the weeks before, to a second: counted by the database, which has none."""
    c = conversations.c
    seconds = cast(c.wrap_up_seconds, Integer).label("seconds")
    keys = (c.agent_number, c.pbx, c.interface)
    query = (
        select(*keys, seconds, func.count().label("times"))
        .where(_is_of(conversations, whose), c.completed_at >= before - USUAL_SECONDS, c.completed_at < before)
        .where(c.wrap_up_seconds > 0)
        .group_by(*keys, seconds)
    )
    found: defaultdict[str, list[Seconds]] = defaultdict(list)
    for row in await connection.execute(query):
        found[row.agent_number or f"{row.pbx}/{row.interface}"] += [row.seconds] * row.times
    return {who: usual_wrap_up(lengths) for who, lengths in found.items()}
