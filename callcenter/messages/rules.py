"""Whom a message is for, and how it stands. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callcenter.accounts.scope import Scope
from callcenter.errors import BadInput, Conflict
from callcenter.floor.events import AgentEntry
from callcenter.floor.seat import Seat
from callcenter.floor.terms import Instant


class To(StrEnum):
    """Whom a message is for: everybody its writer sees, those of a team, or the agents named."""

    EVERYBODY = "everybody"
    TEAM = "team"
    AGENTS = "agents"


class Standing(StrEnum):
    """How a message stands: on the desks of those who have not acknowledged it, or not any more."""

    OPEN = "open"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom it is for; `team` and `agents` (their numbers) only where that is what names them."""

    to: To
    team: str = ""
    agents: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Addressee:
    """An agent as they are when they are written to."""

    number: str
    name: str
    team: str


def addressees(
    whom: Whom, seats: Iterable[Seat], scope: Scope, directory: Iterable[AgentEntry] = ()
) -> tuple[Addressee, ...]:
    """The agents of these seats whom it reaches, by number, within the scope of the writer; and those of the directory
    who have no phone of their own and sit nowhere now.

    Raises BadInput for a team or an agent that is not seen, as for one that is not there; and where it reaches nobody.
    """
    seen = {one.number: Addressee(one.number, one.name, one.team) for one in directory if scope.sees_agent(one.team)}
    seen |= {
        seat.agent_number: Addressee(seat.agent_number, seat.agent_name, seat.team)
        for seat in seats
        if seat.agent_number and scope.sees_agent(seat.team, seat.members)
    }
    found = sorted(_meant(whom, seen), key=lambda one: one.number)
    if not found:
        message = f"there is no agent of the team {whom.team!r}" if whom.to is To.TEAM else "there is no agent"
        raise BadInput(message, field="team" if whom.to is To.TEAM else "to")
    return tuple(found)


def _meant(whom: Whom, seen: Mapping[str, Addressee]) -> Collection[Addressee]:
    match whom.to:
        case To.EVERYBODY:
            return seen.values()
        case To.TEAM:
            return [one for one in seen.values() if one.team == whom.team]
        case To.AGENTS:
            unknown = sorted(set(whom.agents) - seen.keys())
            if unknown:
                raise BadInput(f"there is no agent {unknown[0]}", field="agents")
            return [seen[number] for number in set(whom.agents)]


def standing(expires_at: Instant, withdrawn_at: Instant | None, now: Instant) -> Standing:
    """How a message stands now."""
    if withdrawn_at is not None:
        return Standing.WITHDRAWN
    return Standing.EXPIRED if expires_at <= now else Standing.OPEN


def check_open(how: Standing) -> None:
    """Raises Conflict for a message that is on no desk any more."""
    if how is Standing.WITHDRAWN:
        raise Conflict("this message was withdrawn")
    if how is Standing.EXPIRED:
        raise Conflict("this message has expired")
