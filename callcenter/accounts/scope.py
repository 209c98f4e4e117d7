"""Which agents and queues somebody sees: the one rule for routes, the live feed, files and alerts. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from typing_extensions import TypedDict

from callcenter.errors import BadInput, NotFound

MOST_NAMES = 200


class ScopeTold(TypedDict):
    """What somebody sees: the agents of these teams, and what reaches these queues."""

    teams: list[str]
    queues: list[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """The agents of some teams and what reaches some queues, or everything. One that names nothing sees nothing."""

    teams: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    is_everything: bool = False

    def sees_queue(self, queue: str) -> bool:
        """Whether the queue, and who waits there, is in it."""
        return self.is_everything or queue in self.queues

    def fills_queue(self, queue: str) -> bool:
        """Whether agents and callers may be put into the queue, or taken out. Teams alone limit whom, not where."""
        return not self.queues or self.sees_queue(queue)

    def sees_agent(self, team: str, queues: Iterable[str] = ()) -> bool:
        """Whether an agent of this team is, who is a member of these queues at the moment."""
        return self.is_everything or team in self.teams or not self.queues.isdisjoint(queues)

    def sees(self, team: str, queue: str) -> bool:
        """Whether a piece of work is, by an agent of this team, of this queue; "": of none."""
        return self.is_everything or team in self.teams or queue in self.queues

    def names(self) -> list[str]:
        """What it names, teams first, each in order."""
        return [*sorted(self.teams), *sorted(self.queues)]

    def check(self, is_seen: bool, what: str) -> None:
        """Raises NotFound as if there were no such thing: what lies outside is not even said to exist."""
        if not is_seen:
            raise NotFound(f"there is no {what}")


EVERYTHING = Scope(is_everything=True)


def scope_of(teams: Iterable[str], queues: Iterable[str]) -> Scope:
    """The scope of these names. Raises BadInput where it would see nothing, or names too much."""
    named = Scope(frozenset(teams), frozenset(queues))
    if not named.teams and not named.queues:
        raise BadInput("a scope names at least one team or queue; none at all is everything", field="scope")
    if len(named.teams) + len(named.queues) > MOST_NAMES:
        raise BadInput(f"a scope names at most {MOST_NAMES} teams and queues", field="scope")
    return named
