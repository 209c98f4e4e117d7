"""Shifts beside what agents did: adherence by agent and day, and who came to the briefings."""

import asyncio
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import asdict

from callcenter.floor.terms import Instant
from callcenter.reports.spans import Span
from callcenter.settings import AgentSettings
from callcenter.shifts.presence import Attendance, DayKept, KeptTotal, Spell, attendance, kept, total_kept
from callcenter.shifts.rules import Kind, Planned
from callcenter.shifts.service import Planning, Seen, check_agent_days, shifts, spells_of
from callcenter.store.batches import in_batches

AGENT_DAYS_AT_ONCE = 350
"""Shifts that are held against spells at once: a day of one agent is some hundred spells."""


class Timeline:
    """The spells of one agent on many days, of which those of a shift are found without looking at all of them."""

    def __init__(self, spells: Iterable[Spell] = ()) -> None:
        self._spells = sorted(spells, key=lambda one: one.since)
        self._latest_ends = list(accumulate((one.until for one in self._spells), max))

    def of(self, parts: Sequence[Planned]) -> Sequence[Spell]:
        """All that touch these parts, and some that end before them, where another one does not."""
        first = bisect_right(self._latest_ends, parts[0].since)
        return self._spells[first : bisect_left(self._spells, parts[-1].until, key=lambda one: one.since)]


NOTHING = Timeline()


class AgentDay(Struct, frozen=True, kw_only=True):
    """How an agent kept to the shift of a day."""

    agent: AgentSettings
    shift: Seen
    kept: DayKept


class AtBriefing(Struct, frozen=True, kw_only=True):
    """An agent who is to be at a briefing."""

    agent: AgentSettings
    attendance: Attendance


class Briefing(Struct, frozen=True, kw_only=True):
    """A time at which agents of one team are to be at a briefing, with all of them."""

    team: str
    since: Instant
    until: Instant
    agents: list[AtBriefing]


async def adherence(planning: Planning, agents: Sequence[AgentSettings], days: Sequence[date]) -> list[AgentDay]:
    """How these agents kept to their shifts of these dates, by date and team. Raises BadInput for too many.

    Some agents at a time: their spells are many times the answer, and are let go before the next ones are read.
    """
    check_agent_days(agents, days)
    each: list[AgentDay] = []
    for some in in_batches(agents, max(1, AGENT_DAYS_AT_ONCE // len(days))):
        each += await _adherence(planning, some, days)
    return sorted(each, key=lambda one: (one.shift.day, one.agent.team, one.agent.name, one.agent.number))


async def _adherence(planning: Planning, agents: Sequence[AgentSettings], days: Sequence[date]) -> list[AgentDay]:
    found = await shifts(planning.sessions, agents, days)
    spells = await _spells_in(planning, found)

    def compute() -> list[AgentDay]:
        by_number = {one.number: one for one in agents}
        now, reasons = planning.clock(), planning.reasons
        return [
            AgentDay(
                agent=by_number[shift.agent_number],
                shift=shift,
                kept=kept(parts, spells.get(shift.agent_number, NOTHING).of(parts), reasons, now),
            )
            for shift in found
            for parts in [planning.planned(shift)]
        ]

    return await asyncio.to_thread(compute)


class AgentTotal(KeptTotal, frozen=True, kw_only=True):
    """The total of an agent's shifts."""

    agent_number: str
    agent_name: str
    team: str


class TeamTotal(KeptTotal, frozen=True, kw_only=True):
    """The total of the shifts of a team's agents; "": of those without a team."""

    team: str


class Totals(Struct, frozen=True, kw_only=True):
    """The totals of some days: by agent, by team, and of all."""

    agents: list[AgentTotal]
    teams: list[TeamTotal]
    total: KeptTotal


def totals(days: Sequence[AgentDay]) -> Totals:
    """The same by agent, team and name, and by team."""
    of_agents: defaultdict[tuple[str, str, str], list[DayKept]] = defaultdict(list)
    of_teams: defaultdict[str, list[DayKept]] = defaultdict(list)
    for one in days:
        of_agents[(one.agent.team, one.agent.name, one.agent.number)].append(one.kept)
        of_teams[one.agent.team].append(one.kept)
    return Totals(
        agents=[
            AgentTotal(agent_number=number, agent_name=name, team=team, **asdict(total_kept(kept_days)))
            for (team, name, number), kept_days in sorted(of_agents.items())
        ],
        teams=[TeamTotal(team=team, **asdict(total_kept(of_teams[team]))) for team in sorted(of_teams)],
        total=total_kept([one.kept for one in days]),
    )


async def spells_behind(planning: Planning, number: str, parts: Sequence[Planned]) -> list[Spell]:
    """What an agent did from the start of a shift to its end: the spells that touch it, as they are."""
    span = Span(parts[0].since, parts[-1].until)
    return sorted((await spells_of(planning, {number}, span)).get(number, []), key=lambda one: one.since)


async def briefings(planning: Planning, agents: Sequence[AgentSettings], day: date) -> list[Briefing]:
    """The briefings of a day, by time and team, and who was there."""
    check_agent_days(agents, [day])
    found = await shifts(planning.sessions, agents, [day])
    spells = await _spells_in(planning, found)
    return await asyncio.to_thread(_briefings, planning, agents, found, spells)


def _briefings(
    planning: Planning, agents: Iterable[AgentSettings], found: Iterable[Seen], spells: Mapping[str, Timeline]
) -> list[Briefing]:
    by_number = {one.number: one for one in agents}
    windows: dict[tuple[Instant, Instant, str], list[AtBriefing]] = {}
    for shift in found:
        agent, parts = by_number[shift.agent_number], planning.planned(shift)
        for part in parts:
            if part.kind is Kind.BRIEFING and part.seconds > 0:
                done = spells.get(agent.number, NOTHING).of(parts)
                seen = attendance(part, parts, done, planning.reasons, planning.clock())
                window = windows.setdefault((part.since, part.until, agent.team), [])
                window.append(AtBriefing(agent=agent, attendance=seen))
    return [
        Briefing(team=team, since=since, until=until, agents=sorted(there, key=lambda one: one.agent.name))
        for (since, until, team), there in sorted(windows.items(), key=lambda one: one[0])
    ]


async def _spells_in(planning: Planning, found: Sequence[Seen]) -> Mapping[str, Timeline]:
    """The spells that touch these shifts."""
    parts = [part for shift in found for part in planning.planned(shift)]
    if not parts:
        return {}
    span = Span(min(part.since for part in parts), max(part.until for part in parts))
    await planning.write_down()
    spells = await spells_of(planning, {shift.agent_number for shift in found}, span)
    return {number: Timeline(of_agent) for number, of_agent in spells.items()}
