"""What the routes of customers take and tell, checked field by field (docs/api.md, Customers)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from msgspec import structs, to_builtins
from pydantic import BaseModel, ConfigDict, Field

from callcenter.customers.history import Callback, Event
from callcenter.customers.merging import Merge
from callcenter.customers.numbers import MOST_TYPED, checked_number
from callcenter.customers.rules import (
    FIELDS,
    HOW_LENGTH,
    LABEL_LENGTH,
    MOST_NUMBERS,
    NAME_LENGTH,
    NOTE_LENGTH,
    REFERENCE_LENGTH,
    VALUE_LENGTH,
    Number,
    Record,
)
from callcenter.customers.service import Seen
from callcenter.masks import as_kept, masked_text, refuse_masks

Row = Annotated[int, Field(ge=1, le=2**53)]
NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
Word = Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)]
Typed = Annotated[str, Field(min_length=1, max_length=MOST_TYPED, pattern=NO_CONTROLS)]
Value = Annotated[str, Field(max_length=VALUE_LENGTH, pattern=r"^[^\x00]*$")]


class Shape(BaseModel):
    """Input: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class NumberShape(Shape):
    """A number as somebody types it."""

    number: Typed
    label: Annotated[str, Field(max_length=LABEL_LENGTH, pattern=NO_CONTROLS)] = ""


class RecordShape(Shape):
    """What is known of a customer."""

    name: Annotated[str, Field(max_length=NAME_LENGTH, pattern=NO_CONTROLS)] = ""
    reference: Annotated[str, Field(max_length=REFERENCE_LENGTH, pattern=NO_CONTROLS)] = ""
    level: Word = ""
    attributes: Annotated[dict[Word, Value], Field(max_length=100)] = {}
    consent: Literal["", "given", "withdrawn"] = ""
    consent_at: Annotated[float, Field(gt=0, le=4e9)] | None = None
    consent_how: Annotated[str, Field(max_length=HOW_LENGTH, pattern=NO_CONTROLS)] = ""
    note: Annotated[str, Field(max_length=NOTE_LENGTH, pattern=r"^[^\x00]*$")] = ""
    numbers: Annotated[list[NumberShape], Field(max_length=MOST_NUMBERS)] = []

    def record(self, region: str) -> Record:
        """The record. Raises BadInput naming the number at fault."""
        numbers = tuple(
            Number(checked_number(one.number, region, f"record.numbers.{nth}.number"), one.label.strip())
            for nth, one in enumerate(self.numbers)
        )
        return Record(**self.model_dump(exclude={"numbers"}), numbers=numbers)


class NewShape(Shape):
    """A customer to make."""

    record: RecordShape


class ChangeShape(NewShape):
    """What replaces a record; `version` is the one that it was made from."""

    version: Row

    def as_kept(self, kept: Record) -> Self:
        """The same from somebody who was told `kept` masked: what is still as it was told is as it was.

        Raises BadInput naming the field for any other masked number.
        """
        told = structs.asdict(kept)
        left = [one.number for one in kept.numbers]
        record = {name: as_kept(value, told[name]) for name, value in self.record.model_dump().items()}
        for one in record["numbers"]:
            one["number"] = _taken(left, one["number"])
        refuse_masks({"record": record})
        return self.model_copy(update={"record": RecordShape(**record)})


def _taken(left: list[str], sent: str) -> str:
    """The number that is told as `sent`: the first of those that no other was, where two are told alike."""
    found = next((number for number in left if masked_text(number) == sent), None)
    if found is None:
        return sent
    left.remove(found)
    return found


class MergeShape(Shape):
    """Which customer is merged into this one, and the versions of both that were looked at."""

    other_id: Row
    other_version: Row
    version: Row


class MergePreviewShape(BaseModel):
    """What a merge would change: each field as it is and as it would be, and the numbers that would be added.

    `stays` is what would stand in the other record only.
    """

    changed: dict[str, list[Any]]
    added: list[str]
    stays: dict[str, Any]


class BanShape(Shape):
    """Why the customer is not called any more."""

    note: Annotated[str, Field(max_length=500, pattern=NO_CONTROLS)] = ""


class PageQuery(Shape):
    """Which customers; `cursor` is `next` of the page before."""

    name: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, pattern=r"^[^\x00]*$")] | None = None
    number: Typed | None = None
    reference: Annotated[str, Field(min_length=1, max_length=REFERENCE_LENGTH, pattern=NO_CONTROLS)] | None = None
    level: Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)] | None = None
    attribute: Annotated[str, Field(max_length=64, pattern=NO_CONTROLS)] | None = None
    value: Value = ""
    cursor: Row | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


TOLD = ("id", *FIELDS, "version", "created_at", "created_by", "changed_at", "changed_by")


def customer_shape(seen: Seen) -> dict[str, Any]:
    """A customer as it is told."""
    numbers = [
        {
            "number": one.number,
            "label": one.label,
            "do_not_call": one.number in seen.banned,
            "do_not_call_until": seen.banned.get(one.number),
        }
        for one in seen.numbers
    ]
    return {name: getattr(seen.row, name) for name in TOLD} | {"numbers": numbers}


def found_shape(number: str, found: Sequence[Seen]) -> dict[str, Any]:
    """Whose a number is."""
    return {"number": number, "customers": [customer_shape(one) for one in found]}


def merge_shape(merge: Merge) -> dict[str, Any]:
    """A merge as it is told: what it changed, field by field."""
    row = merge.row
    told = ("id", "gone_id", "changed", "added", "merged_at", "merged_by", "undone_at", "undone_by")
    return {name: getattr(row, name) for name in told} | {
        "gone_name": merge.said.name,
        "said": to_builtins(merge.said),
        "can_be_undone": merge.can_be_undone,
    }


def event_shape(event: Event) -> dict[str, Any]:
    """Something that happened as it is told."""
    call = None
    if event.call is not None:
        of = event.call.call
        call = {
            "pbx": of.pbx,
            "call_id": of.call_id,
            "direction": of.direction,
            "number": of.number,
            "queues": event.call.queues,
            "agents": [{"number": number, "name": name} for number, name in event.call.agents.items()],
            "outcome": event.call.outcome,
            "talk_seconds": event.call.talk_seconds,
            "has_recording": event.call.has_recording,
        }
    return {
        "at": event.at,
        "call": call,
        "callback": _callback(event.callback) if event.callback else None,
        "ticket": event.ticket,
        "reviews": to_builtins(event.reviews),
    }


def _callback(one: Callback) -> dict[str, Any]:
    told = ("id", "number", "placed_at", "answered_at", "ended_at", "outcome", "agent_number", "pbx", "call_id")
    wrote = ("result", "note", "next_step", "next_at", "filled_at", "filled_by")
    record = None if one.record is None else {name: getattr(one.record, name) for name in wrote}
    list_ = {"id": str(one.attempt.list_id), "name": one.list_name}
    return {name: getattr(one.attempt, name) for name in told} | {"list": list_, "record": record}
