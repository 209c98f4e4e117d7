"""What customers answered: the records of a list's form, counted question by question and as a table for files."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, convert
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.service import list_row
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.errors import BadInput
from callcenter.forms.rules import COUNTED, Kind, Question, keys_of, possible_keys
from callcenter.forms.service import answers_from
from callcenter.forms.tables import Form, FormAnswer, FormRecord
from callcenter.reports.export import Cell, Column, Grid, Language
from callcenter.reports.export import Kind as CellKind
from callcenter.reports.grids import told_span
from callcenter.reports.names import Names
from callcenter.reports.spans import Span
from callcenter.reports.wording import word
from callcenter.store.engine import Sessions

MOST_RECORDS = 50_000


class Entry(Struct, frozen=True):
    """A record, with whom and which call it is about."""

    record: FormRecord
    version: int
    answers: dict[str, Any]
    target: Target
    attempt: Attempt


class Results(Struct, frozen=True):
    """The records of a list in a span, newest first. `questions` are those of every version, as last worded."""

    callback_list: CallbackList
    span: Span
    questions: list[Question]
    entries: list[Entry]


class Counted(Struct, frozen=True):
    """How a question was answered: by how many; each answer of a counted kind; the mean and bounds of numbers."""

    id: str
    label: str
    kind: Kind
    answered: int
    counts: list[tuple[str, str, int]]
    mean: float | None
    smallest: float | None
    largest: float | None


async def form_results(sessions: Sessions, list_id: int, span: Span) -> Results:
    """Raises NotFound for the list, BadInput for more records than a table should have."""
    callback_list = await list_row(sessions, list_id)
    async with sessions() as session:
        forms = (await session.scalars(select(Form).where(Form.list_id == list_id).order_by(Form.version))).all()
        found = {(question.id): question for form in forms for question in convert(form.questions, list[Question])}
        entries = await _entries(session, list_id, span, {form.id: form.version for form in forms})
    return Results(callback_list, span, list(found.values()), entries)


async def _entries(session: AsyncSession, list_id: int, span: Span, versions: dict[int, int]) -> list[Entry]:
    in_span = (FormRecord.list_id == list_id, FormRecord.filled_at >= span.since, FormRecord.filled_at < span.until)
    query = (
        select(FormRecord, Target, Attempt)
        .join(Target, Target.id == FormRecord.target_id)
        .join(Attempt, Attempt.id == FormRecord.attempt_id)
        .where(*in_span)
        .order_by(FormRecord.filled_at.desc(), FormRecord.id.desc())
    )
    rows = (await session.execute(query.limit(MOST_RECORDS + 1))).all()
    if len(rows) > MOST_RECORDS:
        raise BadInput(f"to: more than {MOST_RECORDS} records; ask for a shorter span", field="to")
    given = select(FormAnswer).join(FormRecord, FormRecord.id == FormAnswer.record_id).where(*in_span)
    answers: dict[int, list[Any]] = {}
    for answer in await session.scalars(given.order_by(FormAnswer.id)):
        answers.setdefault(answer.record_id, []).append((answer.question, answer.kind, answer.value, answer.number))
    return [
        Entry(record, versions.get(record.form_id or 0, 0), answers_from(answers.get(record.id, ())), target, attempt)
        for record, target, attempt in rows
    ]


def counted(results: Results) -> list[Counted]:
    """Each question with what it was answered, in the order of the form."""
    return [
        _count(question, [entry.answers.get(question.id) for entry in results.entries])
        for question in results.questions
    ]


def _count(question: Question, answers: Sequence[Any]) -> Counted:
    given = [answer for answer in answers if answer is not None]
    numbers = [answer for answer in given if isinstance(answer, float | int) and not isinstance(answer, bool)]
    times = Counter(key for answer in given for key in keys_of(answer))
    labels = {option.id: option.label for option in question.options}
    # An option that a newer version does not have was chosen all the same.
    keys = dict.fromkeys([*possible_keys(question), *sorted(times)]) if question.kind in COUNTED else {}
    return Counted(
        id=question.id,
        label=question.label,
        kind=question.kind,
        answered=len(given),
        counts=[(key, labels.get(key, key), times[key]) for key in keys],
        mean=sum(numbers) / len(numbers) if numbers else None,
        smallest=min(numbers, default=None),
        largest=max(numbers, default=None),
    )


# --- as a table -------------------------------------------------------------------------------------------------

_KINDS: dict[Kind, CellKind] = {Kind.NUMBER: "number", Kind.SCALE: "number"}


def results_grid(results: Results, names: Names, zone: ZoneInfo, language: Language) -> Grid:
    """One row a record, one column a question."""
    first: tuple[tuple[str, CellKind], ...] = (
        ("filled_at", "instant"), ("number", "text"), ("customer", "text"), ("agent", "text"), ("agent_name", "text"),
        ("result", "text"), ("version", "count"),
    )  # fmt: skip
    last: tuple[tuple[str, CellKind], ...] = (
        ("note", "text"), ("next_step", "text"), ("next_at", "instant"), ("filled_by", "text"),
    )  # fmt: skip
    asked = [Column(question.label, _KINDS.get(question.kind, "text"), 2) for question in results.questions]
    columns = [*_columns(first, language), *asked, *_columns(last, language)]
    rows = [_row(entry, results.questions, names, language) for entry in results.entries]
    notes = [
        (word("list", language), results.callback_list.name),
        (word("span", language), told_span(results.span, zone)),
    ]
    return Grid(word("form_results", language), tuple(columns), rows, zone, language, notes=notes)


def _columns(named: Sequence[tuple[str, CellKind]], language: Language) -> list[Column]:
    return [Column(word(name, language), kind) for name, kind in named]


def _row(entry: Entry, questions: Sequence[Question], names: Names, language: Language) -> list[Cell]:
    record, agent = entry.record, entry.attempt.agent_number
    name, _team = names.agent(agent, "", "") if agent else ("", "")
    return [
        record.filled_at,
        entry.attempt.number,
        entry.target.name,
        agent,
        name,
        word(f"result_{record.result}", language),
        entry.version,
        *(_cell(question, entry.answers.get(question.id), language) for question in questions),
        record.note,
        record.next_step,
        record.next_at,
        record.filled_by,
    ]


def _cell(question: Question, answer: Any, language: Language) -> Cell:
    if answer is None or (isinstance(answer, int | float) and not isinstance(answer, bool)):
        return answer
    if isinstance(answer, bool):
        return word("yes" if answer else "no", language)
    labels = {option.id: option.label for option in question.options}
    return ", ".join(labels.get(key, key) for key in keys_of(answer))
