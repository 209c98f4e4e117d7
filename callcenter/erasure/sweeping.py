"""Every other place that names the number: each column of each table that may hold words is searched.

So a table that is made tomorrow is searched tomorrow. What is not searched stands here, with the reason.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.schema import Column, Table
from sqlalchemy.types import JSON, LargeBinary, String

from callcenter.accounts.tables import IdempotencyKey
from callcenter.audit.tables import AuditEntry
from callcenter.delivery.tables import Delivery, DeliveryTry
from callcenter.dialer.importing.jobs import ImportState
from callcenter.dialer.importing.sheets import Broken, read_file
from callcenter.dialer.tables import Import
from callcenter.erasure.append_only import unguarded
from callcenter.erasure.around import Around
from callcenter.erasure.person import FACTS, Person, dialect_of
from callcenter.errors import BadInput
from callcenter.lines import ERASED
from callcenter.store.tables import Base

NOT_SEARCHED = frozenset(
    {"users", "sessions", "second_factors", "recovery_codes", "api_keys", "wallboards"}  # people of the centre
    | {"erasures", "erased_numbers", "erasure_lines"}  # what this room keeps itself, and blanks at its end
    | {"wake_ups", "leases", "touched_quarters", "rolled_days"}  # no words of anybody
    | {table.name for table in FACTS}  # facts have a step of their own
)
"""Tables that name no customer, or that another step erases."""

STRUCTURE = frozenset(
    {"pbx", "call_id", "channel_id", "leg_id", "ring_id", "attempt_id", "delivery_id", "alert_id", "digest", "sha256"}
    | {"id", "grain", "state", "kind", "key", "copy", "peaks", "talk", "spans", "talk_over", "sides", "source"}
)
"""Columns of ids, words of ours and measured sound: digits in them are no telephone number. A second and a counter,
1763812800.1, reads like a mobile number of China."""

OF_AGENTS = frozenset(
    {"agent", "agent_number", "agent_name", "team", "interface", "owner_agent", "next_agent", "username", "owner"}
    | {"reviewer", "agents", "teams", "reviewers", "holder", "owner_user"}
)
"""Columns that say who of the centre worked: a number there is an employee's phone."""

KEPT_COLUMNS = frozenset({("do_not_call", "number")})
"""That nobody calls the number is what its owner asked for."""

DIALLED_COLUMNS = frozenset(
    {("targets", "number"), ("targets", "dial_number"), ("targets", "other_numbers"), ("attempts", "number")}
)
"""The numbers of callback lists have steps of their own, which spare what a legal hold keeps."""

PERSONAL = frozenset({"name", "caller_name", "customer", "attributes", "note"})
"""Beside the number in one JSON object these are the person's, too."""


def searched(table: Table) -> list[Column[Any]]:
    """The columns of a table in which a number may stand."""
    if table.name in NOT_SEARCHED:
        return []
    return [
        column
        for column in table.columns
        if isinstance(column.type, (String, JSON, LargeBinary))
        and column.name not in STRUCTURE | OF_AGENTS
        and not column.name.endswith(("_by", "sha256", "_hash"))
        and (table.name, column.name) not in KEPT_COLUMNS | DIALLED_COLUMNS
    ]


async def rows_naming(session: AsyncSession, table: Table, person: Person) -> list[tuple[Any, dict[str, Any]]]:
    """The rows that name a line, each as its key and the values without it."""
    columns, key = searched(table), list(table.primary_key)
    if not columns or not key:
        return []
    dialect = dialect_of(session)
    rows = await session.execute(select(*dict.fromkeys([*key, *columns])).where(person.may_name(columns, dialect)))
    found = []
    for row in rows.mappings():
        blank = {column.name: _without(person, row[column]) for column in columns}
        changed = {column.name: blank[column.name] for column in columns if blank[column.name] is not row[column]}
        if changed:
            found.append(([row[column] for column in key], changed))
    return found


def _without(person: Person, value: Any) -> Any:
    """The value without the person; the very same object where it does not name them."""
    if isinstance(value, bytes):
        return b"" if person.is_named(value.decode(errors="replace")) else value
    if isinstance(value, str):
        return person.without(value) if person.is_named(value) else value
    if isinstance(value, dict | list):
        return without_in(person, value) if person.is_named(json.dumps(value, ensure_ascii=False)) else value
    return value


def without_in(person: Person, value: Any) -> Any:
    """A JSON value without the person: numbers in it, and what stands beside them about the person."""
    match value:
        case dict():
            is_theirs = any(isinstance(one, str | int) and person.is_named(str(one)) for one in value.values())
            return {
                person.without(str(name)): _emptied(one) if is_theirs and name in PERSONAL else without_in(person, one)
                for name, one in value.items()
            }
        case list():
            return [without_in(person, one) for one in value]
        case str():
            return ERASED if person.line_of(value) else person.without(value)
        case bool() | None:
            return value
        case int():
            return ERASED if person.is_named(str(value)) else value
    return value


def _emptied(value: Any) -> Any:
    return {} if isinstance(value, dict) else ""


async def sweep(around: Around, person: Person, tables: Iterable[Table]) -> None:
    """Takes the number out of these tables, each in a transaction of its own."""
    for table in tables:
        async with around.sessions() as session:
            found = await rows_naming(session, table, person)
        if not found:
            continue
        async with around.sessions.begin() as session, unguarded(session, table.name):
            for key, changed in found:
                await _write(session, table, key, changed)


async def _write(session: AsyncSession, table: Table, key: Sequence[Any], changed: dict[str, Any]) -> None:
    values = {name: _fitting(table.c[name], value) for name, value in changed.items()}
    row = update(table).where(_is(table, key))
    try:
        async with session.begin_nested():
            await session.execute(row.values(**values))
    except IntegrityError:
        # Two names that differed by the number alone; the row's own key tells them apart.
        mark = f"{ERASED} {key[0]}"
        words = {name: mark if isinstance(value, str) else value for name, value in values.items()}
        await session.execute(row.values(**words))


def _is(table: Table, key: Sequence[Any]) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def _fitting(column: Column[Any], value: Any) -> Any:
    length = getattr(column.type, "length", None)
    return value[:length] if isinstance(value, str) and length else value


# --- what is not only blanked -----------------------------------------------------------------------------------

DELIVERIES, TRIES, IMPORTS, REQUESTS, AUDIT = (
    Base.metadata.tables[kind.__tablename__] for kind in (Delivery, DeliveryTry, Import, IdempotencyKey, AuditEntry)
)
OWN_STEPS = frozenset({DELIVERIES, TRIES, IMPORTS, REQUESTS, AUDIT})
"""Tables that other steps of the list erase."""


def other_tables() -> list[Table]:
    """All tables that have no step of their own."""
    return [table for table in Base.metadata.sorted_tables if table not in OWN_STEPS]


async def _named(session: AsyncSession, table: Table, person: Person) -> list[tuple[Any, dict[str, Any]]]:
    return await rows_naming(session, table, person)


async def count_deliveries(session: AsyncSession, person: Person) -> int:
    """How many mails and webhooks in the log carry the number."""
    return len(await _named(session, DELIVERIES, person))


async def erase_deliveries(around: Around, person: Person, _reference: str) -> None:
    """Their content goes; what had not been sent yet is not sent."""
    async with around.sessions() as session:
        found = [key[0] for key, _changed in await _named(session, DELIVERIES, person)]
    async with around.sessions.begin() as session:
        for row_id in found:
            row = update(Delivery).where(Delivery.id == row_id)
            await session.execute(row.values(content=b"{}", said=ERASED))
            await session.execute(row.where(Delivery.state == "waiting").values(state="failed", due_at=None))
    await sweep(around, person, [DELIVERIES, TRIES])


async def _files(session: AsyncSession, person: Person) -> list[int]:
    """The imports whose kept file names a line: a workbook has to be read for that."""
    rows = await session.execute(select(Import.id, Import.content).where(Import.content.is_not(None)))
    return [row_id for row_id, content in rows if content and _file_names(content, person)]


def _file_names(content: bytes, person: Person) -> bool:
    try:
        _names, records = read_file(content)
        return any(person.is_named(cell) for record in records if not isinstance(record, Broken) for cell in record[1])
    except BadInput:
        return person.is_named(content.decode(errors="replace"))


async def count_imports(session: AsyncSession, person: Person) -> int:
    """How many imports have the number in their file or in what was said of its rows."""
    return len({*await _files(session, person), *(key[0] for key, _changed in await _named(session, IMPORTS, person))})


async def erase_imports(around: Around, person: Person, _reference: str) -> None:
    """The kept file goes as a whole: a workbook cannot be rewritten, but chosen again without the person."""
    async with around.sessions() as session:
        found = await _files(session, person)
    async with around.sessions.begin() as session:
        gone = update(Import).where(Import.id.in_(found))
        await session.execute(gone.values(content=None, state=ImportState.FAILED, detail=ERASED))
    await sweep(around, person, [IMPORTS])


async def count_requests(session: AsyncSession, person: Person) -> int:
    """How many answers that are kept for a repeated request carry the number."""
    return len(await _named(session, REQUESTS, person))


async def erase_requests(around: Around, person: Person, _reference: str) -> None:
    """They go: nobody repeats a request after an erasure."""
    async with around.sessions.begin() as session:
        for key, _changed in await _named(session, REQUESTS, person):
            await session.execute(delete(IdempotencyKey).where(_is(REQUESTS, key)))


async def count_audit(session: AsyncSession, person: Person) -> int:
    """How many entries of the audit log name the number."""
    return len(await _named(session, AUDIT, person))


async def erase_audit(around: Around, person: Person, _reference: str) -> None:
    """Who did what and when stays; the number in it goes."""
    await sweep(around, person, [AUDIT])


async def count_others(session: AsyncSession, person: Person) -> int:
    """How many rows of all other tables name the number."""
    return sum([len(await _named(session, table, person)) for table in other_tables()])


async def erase_others(around: Around, person: Person, _reference: str) -> None:
    """Saved reports, alerts, tags, notes of offers, settings of rules, and whatever there is."""
    await sweep(around, person, other_tables())
