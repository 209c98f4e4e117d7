"""What a ticket may say, when it is late and whom that is told, whose repeat it is: decisions without side effects."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct, structs

from callcenter.errors import BadInput, Conflict
from callcenter.floor.terms import Instant, Seconds

SUBJECT_LENGTH = 200
NOTE_LENGTH = 20_000
RESULT_LENGTH = 4000
STEP_LENGTH = 500
DAY_SECONDS: Seconds = 86_400.0
CALLBACK_DAYS = 7
"""A closed complaint is called back within so many days (domain.md, section 6)."""


class State(StrEnum):
    """How a ticket stands; `waiting` is for somebody else: the customer, another department."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What a ticket came to when it was closed; `unfounded` had no cause, `withdrawn` was by the customer."""

    SOLVED = "solved"
    PARTLY_SOLVED = "partly_solved"
    NOT_SOLVED = "not_solved"
    UNFOUNDED = "unfounded"
    WITHDRAWN = "withdrawn"


class What(StrEnum):
    """What happened to a ticket, in its history."""

    OPENED = "opened"
    CHANGED = "changed"
    STEP_ADDED = "step_added"
    STEP_CHANGED = "step_changed"
    CALL_ADDED = "call_added"
    ESCALATED = "escalated"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    UNMERGED = "unmerged"
    CALLBACK_RAISED = "callback_raised"
    CALLBACK_ENDED = "callback_ended"
    CALLBACK_MISSING = "callback_missing"
    CALLBACK_WITHDRAWN = "callback_withdrawn"


class Content(Struct, frozen=True, kw_only=True):
    """What somebody writes down of a ticket. Its owner is an agent, a user who is none, or only the team."""

    type: str
    subject: str
    note: str = ""
    state: str = State.OPEN
    customer_id: int | None = None
    caller_number: str = ""
    owner_agent: str = ""
    owner_user: str = ""
    team: str = ""
    due_at: Instant | None = None


CONTENT = Content.__struct_fields__
"""Those of a ticket's columns that somebody writes."""

_NUMBER = re.compile(r"\s*(?:[tT]-?)?(\d{1,15})\s*")


def number_of(ticket_id: int) -> str:
    """The number of a ticket as people say it."""
    return f"T-{ticket_id}"


def id_of(typed: str) -> int | None:
    """Which ticket is meant by a number that somebody types; None where it is none."""
    found = _NUMBER.fullmatch(typed)
    return int(found[1]) if found else None


def check_content(content: Content, types: Collection[str], agents: Collection[str], teams: Collection[str]) -> None:
    """Raises BadInput naming the field at fault; the `agents` and `teams` are those that its writer sees."""
    if content.type not in types:
        raise BadInput(f"The settings know no type of tickets {content.type!r}", field="type")
    if content.owner_agent and content.owner_user:
        raise BadInput("A ticket has one owner: an agent or a user", field="owner_user")
    if content.owner_agent and content.owner_agent not in agents:
        raise BadInput(f"There is no agent {content.owner_agent}", field="owner_agent")
    if content.team and content.team not in teams:
        raise BadInput(f"There is no team {content.team!r}", field="team")


def differences(before: Content, after: Content) -> dict[str, list[Any]]:
    """Each field that was changed, as it was and as it became."""
    old, new = structs.asdict(before), structs.asdict(after)
    return {name: [old[name], value] for name, value in new.items() if value != old[name]}


# --- time -------------------------------------------------------------------------------------------------------


def next_due(state: str, due_at: Instant | None, steps_due: Iterable[Instant]) -> Instant | None:
    """When the next thing of a ticket is due: itself, or one of its steps that are not done. Closed: never."""
    if state == State.CLOSED:
        return None
    return min([*steps_due, *([] if due_at is None else [due_at])], default=None)


def level_of(next_due_at: Instant | None, now: Instant, after_seconds: Sequence[Seconds]) -> int:
    """How far a ticket is escalated: the number of these times, the shortest first, that it is late by."""
    if next_due_at is None:
        return 0
    return sum(1 for seconds in after_seconds if now >= next_due_at + seconds)


def callback_due(closed_at: Instant, days: int, after_seconds: Seconds) -> Instant:
    """When the customer of a complaint is called about how it was closed: after so many days, or at once a bit later.

    Never later than `CALLBACK_DAYS` after it was closed.
    """
    return closed_at + min(max(days * DAY_SECONDS, after_seconds), CALLBACK_DAYS * DAY_SECONDS)


OF_COMPLAINT = ("ticket", "subject", "closed_at")
"""What a target that was raised for a complaint says of it."""


class NoCallback(StrEnum):
    """Why nobody is called about a closed complaint.

    `no_rule`: no list takes complaints. `other_queues`: those that do are for other queues than that of the ticket, or
    it came without a call and they are all for queues. `no_number`: nobody knows one. `refused`: it cannot be called.
    """

    NO_RULE = "no_rule"
    OTHER_QUEUES = "other_queues"
    NO_NUMBER = "no_number"
    REFUSED = "refused"


class Complaint(Struct, frozen=True):
    """A complaint that was closed, its queue ("": it came without a call), and whom to call about it.

    `number` "": nobody knows.
    """

    ticket_id: int
    subject: str
    closed_at: Instant
    queue: str
    number: str
    name: str


# --- closing and merging ----------------------------------------------------------------------------------------


def check_open(state: str) -> None:
    """Raises Conflict for a ticket that is closed: whoever goes on with it opens it again and says why."""
    if state == State.CLOSED:
        raise Conflict("This ticket is closed; open it again first")


def check_closed(state: str) -> None:
    """Raises Conflict for a ticket that is not closed."""
    if state != State.CLOSED:
        raise Conflict("This ticket is not closed")


def check_unmerged(merged_into: int | None) -> None:
    """Raises Conflict for a ticket that is a part of another."""
    if merged_into is not None:
        raise Conflict(f"This ticket was merged into {number_of(merged_into)}; go on there")


class Typed(Protocol):
    """A ticket, of which only the type matters."""

    id: Any
    type: Any


def check_complaint_is_kept(kept: Typed, gone: Typed, complaints: Collection[str]) -> None:
    """Raises BadInput where a complaint would become a part of a ticket that is none: it would lose its callback."""
    if gone.type in complaints and kept.type not in complaints:
        ours, theirs = number_of(kept.id), number_of(gone.id)
        raise BadInput(
            f"{theirs} is a complaint and {ours} is none: merge {ours} into {theirs}, which keeps its callback",
            field="other_id",
        )


def told_change(what: What, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The columns of an entry of the history."""
    return {"what": what.value, "details": dict(details or {})}
