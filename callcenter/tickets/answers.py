"""What the routes of tickets answer, for the API's description (docs/api.md, Tickets)."""

from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from callcenter.dialer.rules import Outcome as AttemptOutcome
from callcenter.dialer.rules import TargetState
from callcenter.floor.terms import Instant
from callcenter.tickets.owners import Owner
from callcenter.tickets.rules import Outcome, State, What
from callcenter.tickets.service import Backlog
from callcenter.tickets.telling import TicketName
from callcenter.told import Like


class TicketCustomer(TypedDict):
    """Whose ticket it is, in a few words."""

    id: int
    name: str
    level: str


class Ticket(TicketName):
    """A ticket as lists tell it; `next_due_at` is when it or its next step is late."""

    type: str
    subject: str
    note: str
    state: State
    customer_id: int | None
    caller_number: str
    owner_agent: str
    owner_user: str
    team: str
    queue: str
    due_at: Instant | None
    next_due_at: Instant | None
    contact_at: Instant | None
    escalation_level: int
    escalated_to: Literal["", "team_leader", "supervisor", "admin"]
    escalated_at: Instant | None
    version: int
    created_at: Instant
    created_by: str
    changed_at: Instant
    changed_by: str
    closed_at: Instant | None
    closed_by: str
    outcome: Outcome | Literal[""]
    result: str
    merged_at: Instant | None
    merged_by: str
    is_complaint: bool
    is_overdue: bool
    customer: TicketCustomer | None
    merged_into: TicketName | None


class MergedTicket(TicketName):
    """A ticket that went into another one."""

    subject: str
    type: str
    state: State
    version: int
    created_at: Instant
    merged_at: Instant
    merged_by: str


class TicketStep(TypedDict):
    """A step; `of` is the ticket that it was written on."""

    id: int
    text: str
    agent_number: str
    due_at: Instant | None
    done_at: Instant | None
    done_by: str
    created_at: Instant
    created_by: str
    of: str


class TicketCall(TypedDict):
    """A call that belongs to a ticket."""

    pbx: str
    call_id: str
    added_at: Instant
    added_by: str
    of: str


class TicketChange(TypedDict):
    """An entry of the history; what `details` has depends on `what`."""

    id: int
    what: What
    details: dict[str, Any]
    at: Instant
    by: str
    of: str


class TicketAttempt(TypedDict):
    """A call that a callback of a ticket led to, and what was written about it."""

    placed_at: Instant
    outcome: AttemptOutcome | None
    agent_number: str
    pbx: str
    call_id: str | None
    result: str | None
    note: str


class TicketList(TypedDict):
    """The callback list; `id` null: it is deleted."""

    id: str | None
    name: str


class TicketCallback(TypedDict):
    """A callback that a ticket asked for."""

    number: str
    raised_at: Instant
    due_at: Instant | None
    state: TargetState
    attempts: list[TicketAttempt]
    list: TicketList


class WholeTicket(Ticket):
    """A ticket with everything it has."""

    merged: list[MergedTicket]
    steps: list[TicketStep]
    calls: list[TicketCall]
    changes: list[TicketChange]
    callbacks: list[TicketCallback]


class TicketsPage(TypedDict):
    """A page of tickets; `next` is the cursor of the following one."""

    tickets: list[Ticket]
    next: int | None


class TicketsFound(TypedDict):
    """The open tickets of a caller."""

    tickets: list[Ticket]


class TicketOwners(TypedDict):
    """The users whom a ticket may be given to."""

    users: list[Annotated[dict[str, Any], Like(Owner, "TicketOwner")]]


class TicketPop(TicketsFound):
    """The open tickets of whom the call at one's own phone is with."""

    number: str


class TicketOpened(TypedDict):
    """The ticket that was opened; or none, and the open ones of the same customer."""

    ticket: WholeTicket | None
    repeats: list[Ticket]


class TicketBacklog(TypedDict):
    """What is unfinished, by team."""

    teams: list[Annotated[dict[str, Any], Like(Backlog, "TicketBacklogOfTeam")]]
