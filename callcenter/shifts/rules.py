"""What a shift is made of, and when its parts are. Pure.

A shift is one agent's, of one date of the centre's calendar. Its parts stand on the centre's clock, in minutes since
the midnight with which that date begins: a shift through the night ends behind minute 1440, on the next date.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.accounts.scope import Scope
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds
from callcenter.settings import AgentSettings

DAY_MINUTES = 24 * 60
LAST_MINUTE = 2 * DAY_MINUTES
MOST_PARTS = 24
MOST_DAYS = 31


class Kind(StrEnum):
    """What an agent is planned to do; what counts as doing it stands in presence.py."""

    ON_POST = "on_post"
    BRIEFING = "briefing"
    BREAK = "break"
    MEAL = "meal"
    TRAINING = "training"
    MEETING = "meeting"
    CLOSING = "closing"


class Part(Struct, frozen=True, order=True):
    """A part of a shift, from `start_minute` up to, but without, `end_minute`."""

    start_minute: int
    end_minute: int
    kind: Kind


class Planned(Struct, frozen=True):
    """A part of a shift as it lies in time."""

    kind: Kind
    since: Instant
    until: Instant

    @property
    def seconds(self) -> Seconds:
        """How long it is; a part that the clock jumps over is 0 s long."""
        return self.until - self.since


class Misfit(StrEnum):
    """Why parts are no shift."""

    PART_COUNT = "part_count"
    NO_LENGTH = "no_length"
    OVERLAP = "overlap"
    TOO_LONG = "too_long"
    STARTS_LATE = "starts_late"


class BadShift(BadInput):
    """Parts that are no shift: why, and `told` of which of them, in no language: times, or how many there may be."""

    def __init__(self, misfit: Misfit, told: str, message: str) -> None:
        super().__init__(message, field="parts")
        self.misfit = misfit
        self.told = told


def checked_parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts in their order. Raises BadShift for none, too many, one without length, and two at the same time."""
    found = tuple(sorted(parts))
    if not 1 <= len(found) <= MOST_PARTS:
        raise BadShift(Misfit.PART_COUNT, f"1–{MOST_PARTS}", f"a shift has 1 to {MOST_PARTS} parts")
    for part in found:
        if not 0 <= part.start_minute < part.end_minute <= LAST_MINUTE:
            words = clock_words(part)
            raise BadShift(Misfit.NO_LENGTH, words, f"{words} does not end after it starts, within two days")
    for one, other in pairwise(found):
        if other.start_minute < one.end_minute:
            both = (clock_words(one), clock_words(other))
            raise BadShift(Misfit.OVERLAP, ", ".join(both), f"{' and '.join(both)} are at the same time")
    whole = clock_words(Part(found[0].start_minute, found[-1].end_minute, found[0].kind))
    if found[-1].end_minute - found[0].start_minute > DAY_MINUTES:
        raise BadShift(Misfit.TOO_LONG, whole, "a shift lasts at most 24 hours")
    if found[0].start_minute >= DAY_MINUTES:
        raise BadShift(Misfit.STARTS_LATE, whole, "a shift starts on its own date")
    return found


def check_apart(shifts: Mapping[tuple[str, date], Sequence[Part]]) -> None:
    """Raises BadInput where an agent's shift of a date goes on when that of the next date has begun."""
    for (number, day), parts in shifts.items():
        following = shifts.get((number, day + timedelta(days=1)))
        if following and parts[-1].end_minute > DAY_MINUTES + following[0].start_minute:
            told = f"the shift of agent {number} on {day.isoformat()} goes on when the next one begins"
            raise BadInput(told, field="parts")


def clock_words(part: Part) -> str:
    """A part's times as people write them; hours from 24 on are those of the next date."""
    return "–".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (part.start_minute, part.end_minute))


def moment(day: date, minute: int, zone: ZoneInfo) -> Instant:
    """When the centre's clock shows this minute of a date.

    Of a minute that the clock shows twice, the first; one that it jumps over is the moment at which it jumps: so the
    parts of a shift neither overlap nor come apart in the nights when the clock is changed.
    """
    shown = datetime.combine(day, time(0)) + timedelta(minutes=minute)
    while True:
        at = shown.replace(tzinfo=zone).timestamp()
        if datetime.fromtimestamp(at, zone).replace(tzinfo=None) == shown:
            return at
        shown += timedelta(minutes=1)


def planned(day: date, parts: Sequence[Part], zone: ZoneInfo) -> tuple[Planned, ...]:
    """The parts of the shift of a date as they lie in time."""
    return tuple(
        Planned(part.kind, moment(day, part.start_minute, zone), moment(day, part.end_minute, zone)) for part in parts
    )


def days_between(first: date, last: date) -> list[date]:
    """The dates from the first to the last. Raises BadInput where there are none, or too many."""
    count = (last - first).days + 1
    if not 1 <= count <= MOST_DAYS:
        raise BadInput(f"to: 1 to {MOST_DAYS} days from `from` on", field="to")
    return [first + timedelta(days=days) for days in range(count)]


def check_monday(day: date) -> None:
    """Raises BadInput for a date with which no week begins."""
    if day.weekday():
        raise BadInput("monday: a week begins on a Monday", field="monday")


# --- who --------------------------------------------------------------------------------------------------------


def agents_seen(agents: Iterable[AgentSettings], scope: Scope, team: str | None = None) -> list[AgentSettings]:
    """The agents of the settings (of a team) whom somebody sees, by team and name."""
    seen = [one for one in agents if scope.sees_agent(one.team, one.queues) and team in (None, one.team)]
    return sorted(seen, key=lambda one: (one.team, one.name, one.number))


def agent_seen(agents: Iterable[AgentSettings], scope: Scope, number: str) -> AgentSettings:
    """The agent of that number. Raises NotFound, for one outside the scope as for one that is not there."""
    seen = {one.number: one for one in agents_seen(agents, scope)}
    scope.check(number in seen, f"agent {number}")
    return seen[number]


def teams_seen(agents: Iterable[AgentSettings], scope: Scope) -> list[str]:
    """The teams whose day somebody answers for; a queue is no team's."""
    return sorted({one.team for one in agents if one.team and (scope.is_everything or one.team in scope.teams)})


def check_team(agents: Collection[AgentSettings], scope: Scope, team: str) -> None:
    """Raises NotFound, for a team outside the scope as for one that is not there."""
    scope.check(team in teams_seen(agents, scope), f"team {team!r}")
