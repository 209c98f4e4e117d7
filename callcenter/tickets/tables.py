"""The tables of tickets: what each says, its steps, its calls, its callbacks, and its history."""

from typing import Any

from sqlalchemy import JSON, Boolean, Double, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.customers.tables import Customer
from callcenter.dialer.tables import Target
from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId
from callcenter.tickets.rules import State


class Ticket(Base):
    """What a customer asked for. `type` is a code of the settings; `queue` that of the call that it came from.

    `caller_number` (`+` and digits, "": unknown) and `customer_id` say whose it is. `next_due_at` is when it or the
    next of its steps is due, NULL when it is closed: by that it is late, and escalated to `escalation_level` (0:
    not) at `escalated_at`; `highest_level` is the highest one that it ever had. `contact_at` is when the customer
    was last heard of it. `version` grows with each change of what it says. A ticket with `merged_into` is a part of
    that one: only undoing that shows it by itself again.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "caller_number"),
        Index(None, "merged_into"),
        Index(None, "state", "next_due_at"),
        Index(None, "team", "state"),
        Index(None, "created_at"),
        Index(None, "closed_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default=State.OPEN.value)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id, ondelete="SET NULL"), default=None)
    caller_number: Mapped[str] = mapped_column(String(16), default="")
    owner_agent: Mapped[str] = mapped_column(String(64), default="")
    owner_user: Mapped[str] = mapped_column(String(64), default="")
    team: Mapped[str] = mapped_column(String(128), default="")
    queue: Mapped[str] = mapped_column(String(128), default="")
    due_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    next_due_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    contact_at: Mapped[Instant] = mapped_column(Double)
    escalation_level: Mapped[int] = mapped_column(Integer, default=0)
    escalated_to: Mapped[str] = mapped_column(String(32), default="")
    escalated_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    highest_level: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Instant] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[Instant] = mapped_column(Double)
    changed_by: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    closed_by: Mapped[str] = mapped_column(String(64), default="")
    outcome: Mapped[str] = mapped_column(String(32), default="")
    result: Mapped[str] = mapped_column(Text, default="")
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), default=None)
    merged_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    merged_by: Mapped[str] = mapped_column(String(64), default="")


class TicketStep(Base):
    """Something to be done for a ticket: what, who does it (an agent's number, "": whoever owns it), until when."""

    __tablename__ = "ticket_steps"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "agent_number"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(500))
    agent_number: Mapped[str] = mapped_column(String(64), default="")
    due_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    done_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    done_by: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[Instant] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64))


class TicketCall(Base):
    """A call that belongs to a ticket; the call itself may still go on, or be known no longer."""

    __tablename__ = "ticket_calls"
    __table_args__ = (Index(None, "pbx", "call_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    pbx: Mapped[str] = mapped_column(String(64), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    added_at: Mapped[Instant] = mapped_column(Double)
    added_by: Mapped[str] = mapped_column(String(64))


class TicketCallback(Base):
    """A target of a callback list that was raised by closing a ticket; what came of it are the attempts since then.

    `reached_at` is the first of them in which an agent talked with the customer; `is_noted`: the history tells what
    came of it. Before the list is deleted, and the target with it, all of it is written into `kept` as the ticket
    tells it.
    """

    __tablename__ = "ticket_callbacks"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "target_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    target_id: Mapped[int | None] = mapped_column(ForeignKey(Target.id, ondelete="SET NULL"))
    raised_at: Mapped[Instant] = mapped_column(Double)
    reached_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    is_noted: Mapped[bool] = mapped_column(Boolean, default=False)
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)


class TicketChange(Base):
    """An entry of a ticket's history: who did what and when. It is never changed afterwards."""

    __tablename__ = "ticket_changes"
    __table_args__ = (Index(None, "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    what: Mapped[str] = mapped_column(String(32))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[Instant] = mapped_column(Double)
    by: Mapped[str] = mapped_column(String(64))
