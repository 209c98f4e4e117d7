"""What the routes of forms take and tell, checked field by field (docs/api.md, Record forms)."""

from typing import Annotated, Any

from msgspec import convert
from pydantic import BaseModel, ConfigDict, Field

from callcenter.dialer.tables import Attempt, Target
from callcenter.forms.records import Filled
from callcenter.forms.rules import Kind, Question, Result
from callcenter.forms.service import Sheet
from callcenter.forms.tables import Form, FormRecord
from callcenter.masks import as_kept, refuse_masks

Row = Annotated[int, Field(ge=1, le=2**53)]
Identity = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Label = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
Line = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Text = Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")]
Bound = Annotated[float, Field(ge=-1e15, le=1e15)]
AgentNumber = Annotated[str, Field(max_length=64, pattern=r"^[0-9]*$")]


class Shape(BaseModel):
    """Input: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class OptionShape(Shape):
    """What can be chosen."""

    id: Identity
    label: Label


class ConditionShape(Shape):
    """Which answer of an earlier question shows this one."""

    question: Identity
    any_of: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=50)]


class QuestionShape(Shape):
    """A question."""

    id: Identity
    kind: Kind
    label: Label
    help: Line = ""
    is_required: bool = False
    options: Annotated[list[OptionShape], Field(max_length=50)] = []
    minimum: Bound | None = None
    maximum: Bound | None = None
    shown_if: ConditionShape | None = None


class FormShape(Shape):
    """A form to make the next version of; `version` is the one that it was made from."""

    version: Annotated[int, Field(ge=0, le=1_000_000)]
    questions: Annotated[list[QuestionShape], Field(max_length=100)]

    def asked(self) -> list[Question]:
        """The questions."""
        return convert([question.model_dump() for question in self.questions], list[Question])


class RecordShape(Shape):
    """What an agent sends; with `is_do_not_call` the customer is never called again."""

    form_id: Row | None = None
    result: Result
    answers: Annotated[dict[Identity, Any], Field(max_length=100)] = {}
    note: Text = ""
    next_step: Line = ""
    next_at: Annotated[float, Field(gt=0, le=4e9)] | None = None
    next_agent: AgentNumber = ""
    is_do_not_call: bool = False

    def filled(self) -> Filled:
        """The record."""
        return Filled(**self.model_dump())

    def as_kept(self, sheet: Sheet) -> "RecordShape":
        """The same from somebody who was told the sheet masked: what is still as it was told is as it was.

        Raises BadInput naming the field for any other masked number.
        """
        kept = _record(sheet.record, sheet.answers) if sheet.record else {}
        sent = as_kept(self.model_dump(), kept)
        refuse_masks(sent)
        return RecordShape(**sent)


def form_shape(form: Form | None) -> dict[str, Any]:
    """A form as it is told; version 0 has no questions."""
    if form is None:
        return {"id": None, "version": 0, "questions": [], "created_at": None, "created_by": ""}
    told = ("id", "version", "questions", "created_at", "created_by")
    return {name: getattr(form, name) for name in told}


def sheet_shape(sheet: Sheet) -> dict[str, Any]:
    """A sheet as it is told."""
    return {
        "list": {"id": str(sheet.callback_list.id), "name": sheet.callback_list.name},
        "target": _target(sheet.target),
        "attempt": _attempt(sheet.attempt) if sheet.attempt else None,
        "form": form_shape(sheet.form),
        "record": _record(sheet.record, sheet.answers) if sheet.record else None,
    }


def _target(row: Target) -> dict[str, Any]:
    told = ("id", "number", "dial_number", "time_zones", "name", "attributes", "state", "attempts", "owner_agent")
    return {name: getattr(row, name) for name in told}


def _attempt(row: Attempt) -> dict[str, Any]:
    told = ("id", "number", "placed_at", "answered_at", "ended_at", "outcome", "agent_number", "pbx", "call_id")
    return {name: getattr(row, name) for name in told}


def _record(row: FormRecord, answers: dict[str, Any]) -> dict[str, Any]:
    told = ("result", "note", "next_step", "next_at", "next_agent", "filled_at", "changed_at", "filled_by")
    return {"answers": answers, **{name: getattr(row, name) for name in told}}
