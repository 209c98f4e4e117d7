"""What the routes of tickets take and tell, checked field by field (docs/api.md, Tickets)."""

from typing import Annotated, Any, Literal, Self

from msgspec import structs
from pydantic import Field

from callcenter.customers.numbers import checked_number
from callcenter.customers.shapes import NO_CONTROLS, Row, Shape, Typed
from callcenter.masks import as_kept, refuse_masks
from callcenter.plain_text import VISIBLE
from callcenter.tickets.finding import Shown, Whole
from callcenter.tickets.rules import (
    NOTE_LENGTH,
    RESULT_LENGTH,
    STEP_LENGTH,
    SUBJECT_LENGTH,
    Content,
    Outcome,
    number_of,
)
from callcenter.tickets.service import Backlog, Context, StepContent
from callcenter.tickets.tables import Ticket, TicketCall, TicketChange, TicketStep

Name = Annotated[str, Field(max_length=128, pattern=NO_CONTROLS)]
AgentNumber = Annotated[str, Field(max_length=64, pattern=r"^[0-9]*$")]
At = Annotated[float, Field(gt=0, le=4e9)]
Subject = Annotated[str, Field(min_length=1, max_length=SUBJECT_LENGTH, pattern=VISIBLE)]
Result = Annotated[str, Field(max_length=RESULT_LENGTH, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
"""Some text in which something can be seen."""


class ContentShape(Shape):
    """What a ticket says."""

    type: Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)]
    subject: Subject
    note: Annotated[str, Field(max_length=NOTE_LENGTH, pattern=r"^[^\x00]*$")] = ""
    state: Literal["open", "waiting"] = "open"
    customer_id: Row | None = None
    caller_number: Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)] = ""
    owner_agent: AgentNumber = ""
    owner_user: Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)] = ""
    team: Name = ""
    due_at: At | None = None

    def content(self, region: str) -> Content:
        """The same for the service. Raises BadInput for a number that is none."""
        fields = self.model_dump()
        typed = self.caller_number.strip()
        number = checked_number(typed, region, "ticket.caller_number") if typed else ""
        return Content(**fields | {"caller_number": number})


class CallShape(Shape):
    """A call: one's own, or one that one may see."""

    pbx: Annotated[str, Field(min_length=1, max_length=64, pattern=NO_CONTROLS)]
    call_id: Annotated[str, Field(min_length=1, max_length=128, pattern=NO_CONTROLS)]


class NewTicketShape(Shape):
    """A ticket to open; with `is_new` also where the customer has an open one already."""

    ticket: ContentShape
    call: CallShape | None = None
    is_new: bool = False


class TicketChangeShape(Shape):
    """What replaces that which a ticket says; `version` is the one that it was made from."""

    ticket: ContentShape
    version: Row

    def as_kept(self, kept: Content) -> Self:
        """The same from somebody who was told `kept` masked. Raises BadInput naming the field for another mask."""
        told = structs.asdict(kept)
        sent = {name: as_kept(value, told[name]) for name, value in self.ticket.model_dump().items()}
        refuse_masks({"ticket": sent})
        return self.model_copy(update={"ticket": ContentShape(**sent)})


class StepShape(Shape):
    """A step: what, who does it (""; whoever owns the ticket), until when, and whether it is done."""

    text: Annotated[str, Field(min_length=1, max_length=STEP_LENGTH, pattern=VISIBLE)]
    agent_number: AgentNumber = ""
    due_at: At | None = None
    is_done: bool = False

    def step(self) -> StepContent:
        """The same for the service."""
        return StepContent(**self.model_dump())

    def as_kept(self, kept: str) -> Self:
        """The same from somebody who was told the text `kept` masked. Raises BadInput for another mask."""
        text = as_kept(self.text, kept)
        refuse_masks({"text": text})
        return self.model_copy(update={"text": text})


class CloseShape(Shape):
    """What came of a ticket, and the version that was looked at."""

    version: Row
    outcome: Outcome
    result: Result


class ReopenShape(Shape):
    """Why a closed ticket is opened again."""

    version: Row
    why: Result


class TicketMergeShape(Shape):
    """Which ticket is merged into this one, and the versions of both that were looked at."""

    other_id: Row
    other_version: Row
    version: Row


class CallerQuery(Shape):
    """Whose open tickets."""

    customer_id: Row | None = None
    number: Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)] = ""


class TicketsQuery(Shape):
    """Which tickets; `cursor` is `next` of the page before."""

    ticket: Annotated[str, Field(min_length=1, max_length=32, pattern=NO_CONTROLS)] | None = None
    number: Typed | None = None
    customer_id: Row | None = None
    state: Literal["open", "waiting", "closed"] | None = None
    is_unfinished: bool = False
    type: Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)] | None = None
    team: Name | None = None
    owner: Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)] | None = None
    is_overdue: bool = False
    is_escalated: bool = False
    is_mine: bool = False
    cursor: Row | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


# --- what is told -----------------------------------------------------------------------------------------------

TOLD = (
    "id", "type", "subject", "note", "state", "customer_id", "caller_number", "owner_agent", "owner_user", "team",
    "queue", "due_at", "next_due_at", "contact_at", "escalation_level", "escalated_to", "escalated_at", "version",
    "created_at", "created_by", "changed_at", "changed_by", "closed_at", "closed_by", "outcome", "result",
    "merged_at", "merged_by",
)  # fmt: skip


def ticket_shape(shown: Shown, context: Context) -> dict[str, Any]:
    """A ticket as it is told."""
    row, customer = shown.row, shown.customer
    known = context.types.get(row.type)
    return {name: getattr(row, name) for name in TOLD} | {
        "ticket": number_of(row.id),
        "is_complaint": known is not None and known.is_complaint,
        "is_overdue": row.next_due_at is not None and row.next_due_at <= context.clock(),
        "customer": None if customer is None else {name: getattr(customer, name) for name in ("id", "name", "level")},
        "merged_into": None if row.merged_into is None else _named(row.merged_into),
    }


def _named(ticket_id: int) -> dict[str, Any]:
    return {"id": ticket_id, "ticket": number_of(ticket_id)}


def whole_shape(whole: Whole, context: Context) -> dict[str, Any]:
    """A ticket with everything it has."""
    return ticket_shape(whole.shown, context) | {
        "merged": [_merged(one) for one in whole.merged],
        "steps": [step_shape(one) for one in whole.steps],
        "calls": [_call(one) for one in whole.calls],
        "changes": [_change(one) for one in whole.changes],
        "callbacks": [*whole.callbacks],
    }


def _merged(row: Ticket) -> dict[str, Any]:
    names = ("subject", "type", "state", "version", "created_at", "merged_at", "merged_by")
    return _named(row.id) | {name: getattr(row, name) for name in names}


def step_shape(row: TicketStep) -> dict[str, Any]:
    """A step as it is told."""
    names = ("id", "text", "agent_number", "due_at", "done_at", "done_by", "created_at", "created_by")
    return {name: getattr(row, name) for name in names} | {"of": number_of(row.ticket_id)}


def _call(row: TicketCall) -> dict[str, Any]:
    names = ("pbx", "call_id", "added_at", "added_by")
    return {name: getattr(row, name) for name in names} | {"of": number_of(row.ticket_id)}


def _change(row: TicketChange) -> dict[str, Any]:
    names = ("id", "what", "details", "at", "by")
    return {name: getattr(row, name) for name in names} | {"of": number_of(row.ticket_id)}


def backlog_shape(row: Backlog) -> dict[str, Any]:
    """The backlog of a team as it is told."""
    return structs.asdict(row)
