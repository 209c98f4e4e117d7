"""Tickets: their types and when they go up."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from callcenter.settings.part import Part, Word


class TicketType(Part):
    """A type of tickets: the code on the wire, its labels, whether it is a complaint.

    A new one is due after `due_seconds`, unless somebody says otherwise (None: never by itself).
    """

    code: Word
    label_en: str
    label_zh: str
    is_complaint: bool = False
    due_seconds: Annotated[float, Field(ge=60, le=31_536_000)] | None = None


class Escalation(Part):
    """A ticket that is late by `after_seconds` is a matter for the role `to`."""

    after_seconds: Annotated[float, Field(ge=0, le=31_536_000)]
    to: Literal["team_leader", "supervisor", "admin"]


def _default_ticket_types() -> tuple[TicketType, ...]:
    day = 86_400
    return (
        TicketType(code="enquiry", label_en="Enquiry", label_zh="咨询", due_seconds=2 * day),
        TicketType(code="complaint", label_en="Complaint", label_zh="投诉", is_complaint=True, due_seconds=3 * day),
        TicketType(code="repair", label_en="Repair", label_zh="报修", due_seconds=day),
        TicketType(code="suggestion", label_en="Suggestion", label_zh="建议"),
    )


class TicketSettings(Part):
    """The types of tickets; who is told how late they are, level by level; and for how long a caller who calls again
    is offered the open ticket instead of a new one."""

    types: Annotated[tuple[TicketType, ...], Field(min_length=1)] = Field(default_factory=_default_ticket_types)
    escalations: tuple[Escalation, ...] = (
        Escalation(after_seconds=0, to="team_leader"),
        Escalation(after_seconds=86_400, to="supervisor"),
    )
    repeat_days: Annotated[float, Field(ge=0, le=365)] = 7

    @property
    def complaints(self) -> frozenset[str]:
        """The types that are complaints."""
        return frozenset(one.code for one in self.types if one.is_complaint)

    @field_validator("escalations")
    @classmethod
    def _later_and_later(cls, value: tuple[Escalation, ...]) -> tuple[Escalation, ...]:
        times = [one.after_seconds for one in value]
        if times != sorted(set(times)):
            raise ValueError("each level of escalation comes later than the one before")
        return value

    @field_validator("types")
    @classmethod
    def _told_apart(cls, value: tuple[TicketType, ...]) -> tuple[TicketType, ...]:
        if len({one.code for one in value}) < len(value):
            raise ValueError("each type of tickets has a code of its own")
        return value
