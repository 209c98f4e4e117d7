"""Who reviews what was drawn: even work, in turn, nobody themself. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec import Struct


class Waiting(Struct, frozen=True, kw_only=True):
    """An assignment in the pool; `given_back_by` let go of it last ("": nobody did)."""

    id: int
    agent_number: str
    given_back_by: str = ""


@dataclass
class Reviewer:
    """Somebody who reviews: `open` reviews await them, `planned` is those of the period, the finished ones too.

    They are given no more than `target` in a period. `agent_number` is the agent who they are.
    """

    username: str
    target: int
    open: int = 0
    planned: int = 0
    agent_number: str | None = None

    def may_review(self, one: Waiting) -> bool:
        """Whether they have room, are somebody else, and have not let go of it."""
        is_self = self.agent_number is not None and self.agent_number == one.agent_number
        return self.planned < self.target and not is_self and self.username != one.given_back_by

    def load(self) -> tuple[float, float, str]:
        """What the next review would make of their open work, measured by their target."""
        return (self.open + 1) / self.target, self.planned / self.target, self.username


def dealt(
    pool: Iterable[Waiting], reviewers: Iterable[Reviewer], last: Mapping[str, str]
) -> list[tuple[Waiting, Reviewer]]:
    """Each assignment with its reviewer; one for whom nobody is free stays in the pool.

    `last` says who reviewed an agent last: it is not their turn while another is free. Otherwise whoever has least open
    work for their target is given the next. Counts the work of the reviewers up.
    """
    turns, found, people = dict(last), [], list(reviewers)
    for one in pool:
        free = [reviewer for reviewer in people if reviewer.may_review(one)]
        others = [reviewer for reviewer in free if reviewer.username != turns.get(one.agent_number)]
        if not free:
            continue
        chosen = min(others or free, key=Reviewer.load)
        chosen.open += 1
        chosen.planned += 1
        turns[one.agent_number] = chosen.username
        found.append((one, chosen))
    return found
