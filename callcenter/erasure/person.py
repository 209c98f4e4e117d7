"""The person who is erased: the lines, the calls, and what stands in the place of the numbers."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.schema import Table
from sqlalchemy.types import JSON, LargeBinary

from callcenter.calls.service import Key
from callcenter.lines import Line, has_line, is_line, without_line
from callcenter.store.erased import ErasedLine, without_person
from callcenter.store.tables import (
    caller_surveys,
    calls,
    conversations,
    queue_visits,
    recording_files,
    recording_pauses,
)

NUMBERED = (queue_visits, conversations, caller_surveys, calls)
"""The facts that name who called or was called."""

FACTS = (*NUMBERED, recording_files, recording_pauses)

FOREVER = float("inf")


class Person(Struct, frozen=True):
    """Whom an erasure is about. `letters` stand for the digits of each line; calls that are `held` stay as they are."""

    lines: tuple[Line, ...]
    region: str
    letters: Mapping[Line, str] = {}
    keys: frozenset[Key] = frozenset()
    held: frozenset[Key] = frozenset()

    def line_of(self, stored: str) -> ErasedLine | None:
        """Which of the lines a stored number is."""
        for line in self.lines:
            if is_line(stored, line, self.region):
                return ErasedLine(self.letters.get(line, "x" * len(line.national)), FOREVER)
        return None

    def is_named(self, text: str) -> bool:
        """Whether a text names one of the lines."""
        return any(has_line(text, line) or is_line(text, line, self.region) for line in self.lines)

    def without(self, text: str) -> str:
        """A text without the lines."""
        for line in self.lines:
            text = without_line(text, line)
        return text

    def may_name(self, columns: Iterable[Any], dialect: str) -> ColumnElement[bool]:
        """A condition that rows meet which name one of the lines in these columns, and perhaps some others."""
        return or_(*(as_text(column, dialect).like(line.like) for column in columns for line in self.lines))


def as_text(column: Any, dialect: str) -> Any:
    """A column of texts, JSON or bytes as the database can search it."""
    if isinstance(column.type, LargeBinary):
        return func.encode(column, "escape") if dialect == "postgresql" else cast(column, Text)
    return cast(column, Text) if isinstance(column.type, JSON) else column


def dialect_of(session: AsyncSession) -> str:
    """`sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


async def changed_facts(
    session: AsyncSession, table: Table, person: Person
) -> AsyncIterator[tuple[Any, dict[str, str]]]:
    """The rows of a fact table in which the person is, each with the columns that change."""
    names = [name for name in ("number", "dialled", "path") if name in table.c]
    rows = await session.execute(
        select(table).where(person.may_name([table.c[name] for name in names], dialect_of(session)))
    )
    for row in rows.mappings():
        if (row["pbx"], row["call_id"]) in person.held:
            continue
        changed = without_person(dict(row), person.line_of)
        if changed:
            yield row, changed


async def calls_of(session: AsyncSession, person: Person) -> frozenset[Key]:
    """Every call in which the person called or was called, as far as it is kept."""
    return frozenset(
        [
            (row["pbx"], row["call_id"])
            for table in NUMBERED
            async for row, _changed in changed_facts(session, table, person)
        ]
    )


def of_these(pbx: Any, call_id: Any, keys: Collection[Key]) -> list[Any]:
    """Conditions for rows of these calls, some hundred calls each: a statement takes only so many parameters."""
    ordered = sorted(keys)
    return [
        pbx.in_(sorted({key[0] for key in some})) & call_id.in_(sorted({key[1] for key in some}))
        for some in (ordered[start : start + 500] for start in range(0, len(ordered), 500))
    ]
