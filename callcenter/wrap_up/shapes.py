"""What the routes of wrap-up forms take and tell, checked field by field (docs/api.md, Wrap-up forms)."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from msgspec import convert
from pydantic import BaseModel, Field

from callcenter.floor.facts import Direction
from callcenter.forms.shapes import Row, Shape
from callcenter.masks import as_kept, refuse_masks
from callcenter.plain_text import PlainText
from callcenter.wrap_up.at_hand import Talked
from callcenter.wrap_up.choices import version_of
from callcenter.wrap_up.records import OpenList, Written
from callcenter.wrap_up.rules import Entry, Filled, Kind
from callcenter.wrap_up.tables import LONGEST_NOTE, WrapUpChoice

MOST_CHOICES = 50
MOST_QUEUES = 200

Label = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Queues = Annotated[list[Annotated[PlainText, Field(min_length=1, max_length=128)]], Field(max_length=MOST_QUEUES)]
Note = Annotated[str, Field(max_length=LONGEST_NOTE, pattern=r"^[^\x00]*$")]
Moment = Annotated[float, Field(gt=0, le=4e9, allow_inf_nan=False)]


# --- what is taken ----------------------------------------------------------------------------------------------


class EntryShape(Shape):
    """A choice; `id` null or left out: a new one."""

    id: Row | None = None
    label_en: Label = ""
    label_zh: Label = ""


class ReasonShape(EntryShape):
    """A reason, those below it, and the queues that it is for (none: all of them)."""

    queues: Annotated[Queues, Field(default_factory=list)]
    choices: Annotated[list[EntryShape], Field(max_length=MOST_CHOICES, default_factory=list)]


class ChoicesShape(Shape):
    """All that can be chosen from now on; `version` is that of the choices that were changed."""

    version: Annotated[str, Field(max_length=64)]
    reasons: Annotated[list[ReasonShape], Field(max_length=MOST_CHOICES)]
    results: Annotated[list[EntryShape], Field(max_length=MOST_CHOICES)]

    def entries(self, field: str) -> list[Entry]:
        """The reasons, or the results."""
        return convert([one.model_dump() for one in getattr(self, field)], list[Entry])


class FilledShape(Shape):
    """What is filled in."""

    reason_id: Row
    result_id: Row
    note: Note = ""
    next_at: Moment | None = None
    list_id: Row | None = None
    is_mine: bool = False


class RecordShape(Shape):
    """A wrap-up form to be kept."""

    record: FilledShape

    def filled(self, kept: Written | None, *, sees_numbers: bool) -> Filled:
        """For the service. Who was told the note masked sends it back so: what is unchanged of it is as it was.

        Raises BadInput naming the field for any other masked number.
        """
        note = self.record.note.strip()
        if not sees_numbers:
            note = as_kept(note, kept.record.note if kept else "")
            refuse_masks({"note": note})
        return Filled(**self.record.model_dump() | {"note": note})


class ChangeShape(RecordShape):
    """What an agent wrote down, as somebody else puts it right."""

    agent_number: Annotated[PlainText, Field(min_length=1, max_length=64)]


# --- what is told -----------------------------------------------------------------------------------------------


class LowerAnswer(BaseModel):
    """A choice. A retired one is offered no more."""

    id: int
    label_en: str
    label_zh: str
    is_retired: bool


class ReasonAnswer(LowerAnswer):
    """A reason with those below it."""

    queues: list[str]
    choices: list[LowerAnswer]


class ChoicesAnswer(BaseModel):
    """All choices, in their order, the retired ones behind the others."""

    version: str
    reasons: list[ReasonAnswer]
    results: list[LowerAnswer]


class EarlierAnswer(BaseModel):
    """What stood in a record before a change, who had written it and when."""

    reason_id: int
    result_id: int
    note: str
    next_at: float | None
    next_agent: str
    changed_at: float
    changed_by: str


class RecordAnswer(BaseModel):
    """What an agent wrote down of a call. `list_id` is null where the promise's list was deleted."""

    agent_number: str
    agent_name: str
    reason_id: int
    result_id: int
    note: str
    next_at: float | None
    next_agent: str
    list_id: int | None
    list_name: str
    customer_id: int | None
    written_at: float
    written_by: str
    changed_at: float
    changed_by: str
    earlier: list[EarlierAnswer]


class CallAnswer(BaseModel):
    """A conversation at hand; `ended_at` null: it goes on. `record` is what is written down of it."""

    pbx: str
    call_id: str
    number: str
    queue: str
    direction: Direction
    began_at: float
    ended_at: float | None
    record: RecordAnswer | None


class ListAnswer(BaseModel):
    """A callback list that keeps promises."""

    id: int
    name: str
    queue: str


class MineAnswer(BaseModel):
    """The conversations at hand, the newest first, and the lists by which a call can be promised."""

    calls: list[CallAnswer]
    lists: list[ListAnswer]


class RecordsAnswer(BaseModel):
    """What was written down of a call, by each agent who did."""

    records: list[RecordAnswer]


def choices_answer(rows: Sequence[WrapUpChoice]) -> ChoicesAnswer:
    """All choices as they are told."""
    below: dict[int | None, list[WrapUpChoice]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    of_kind = {kind: [row for row in below.get(None, ()) if row.kind == kind] for kind in Kind}
    reasons = [
        ReasonAnswer(**_choice(row), queues=row.queues, choices=[*_lower(below.get(row.id, ()))])
        for row in of_kind[Kind.REASON]
    ]
    return ChoicesAnswer(version=version_of(rows), reasons=reasons, results=[*_lower(of_kind[Kind.RESULT])])


def _lower(rows: Iterable[WrapUpChoice]) -> list[LowerAnswer]:
    return [LowerAnswer(**_choice(row)) for row in rows]


def _choice(row: WrapUpChoice) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("id", "label_en", "label_zh")}
    return told | {"is_retired": row.retired_at is not None}


def record_answer(written: Written) -> RecordAnswer:
    """A record as it is told."""
    names = RecordAnswer.model_fields.keys() - {"list_id", "list_name"}
    told = {name: getattr(written.record, name) for name in names}
    return RecordAnswer(**told, list_id=written.list_id, list_name=written.list_name)


def call_answer(talked: Talked, written: Written | None) -> CallAnswer:
    """A conversation at hand as it is told."""
    told = {name: getattr(talked, name) for name in CallAnswer.model_fields if name != "record"}
    return CallAnswer(**told, record=record_answer(written) if written else None)


def lists_answer(lists: Iterable[OpenList]) -> list[ListAnswer]:
    """The lists as they are told."""
    return [ListAnswer.model_validate(one, from_attributes=True) for one in lists]
