"""What webhooks are told of tickets, for the API's description (docs/api.md, Tickets)."""

from typing import Any, Literal

from typing_extensions import TypedDict

from callcenter.floor.terms import Instant
from callcenter.tickets.rules import Outcome, State, What


class TicketName(TypedDict):
    """A ticket by its row and by the number that people say."""

    id: int
    ticket: str


class TicketStanding(TicketName):
    """How a ticket stands after a change."""

    type: str
    subject: str
    state: State
    customer_id: int | None
    caller_number: str
    owner_agent: str
    owner_user: str
    team: str
    queue: str
    due_at: Instant | None
    outcome: Outcome | Literal[""]
    result: str
    merged_into: TicketName | None


class TicketTold(TypedDict):
    """Something happened to a ticket: an entry of its history, whose `details` depend on `what`.

    `by` is a user, or `callcenter` for what the server does by itself. A merge is told of both tickets.
    """

    what: What
    details: dict[str, Any]
    at: Instant
    by: str
    ticket: TicketStanding
