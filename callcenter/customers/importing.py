"""Rows of a file become customers, or change those who have their numbers; the dialer's imports do the rest."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.customers.rules import Number, Record
from callcenter.customers.service import Context, columns_of, numbers_of, record_of, write_record
from callcenter.customers.tables import Customer, CustomerNumber
from callcenter.dialer.importing.columns import word_of
from callcenter.dialer.importing.rows import Known, Policy, Row, RowError, Sheet, without_known, without_twins
from callcenter.dialer.numbers import RowFault
from callcenter.store.batches import in_batches

AT_ONCE = 1000
"""Rows of one statement."""

Progress = Callable[[int, int], None]


class Imported:
    """What the dialer's imports ask of this room."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.levels = _by_word(context.settings.levels)
        self.attributes = _by_word(context.settings.attributes)

    async def compared(self, session: AsyncSession, sheet: Sheet, policy: Policy, column: str) -> Sheet:
        """The sheet as it can be saved: without twins, numbers and references that customers have, by the policy."""
        # In a thread, so that the floor goes on meanwhile: a sheet may have 100,000 rows.
        sheet = await asyncio.to_thread(without_twins, sheet, policy, column)
        known = frozenset(await _holders(session, [row.number for row in sheet.rows]))
        sheet = await asyncio.to_thread(without_known, sheet, known, policy, column, Known.FROM_CUSTOMERS)
        taken = await _taken(session, [row.reference for row in sheet.rows if row.reference])
        return await asyncio.to_thread(_without_taken, sheet, taken)

    async def save(self, session: AsyncSession, sheet: Sheet, by: str, progress: Progress) -> None:
        """Makes customers of the rows of a compared sheet, and gives others what its merges say."""
        total, done = len(sheet.rows) + len(sheet.merges), 0
        for rows in in_batches(sheet.rows, AT_ONCE):
            await self._make(session, rows, by)
            progress(done := done + len(rows), total)
        for rows in in_batches(sheet.merges, AT_ONCE):
            await self._update(session, rows, by)
            progress(done := done + len(rows), total)

    async def _make(self, session: AsyncSession, rows: Sequence[Row], by: str) -> None:
        now = self._context.clock()
        stamps = {"created_at": now, "created_by": by, "changed_at": now, "changed_by": by, "version": 1}
        records = [_record(row) for row in rows]
        made = await session.scalars(
            insert(Customer).returning(Customer.id, sort_by_parameter_order=True),
            [columns_of(record) | stamps for record in records],
        )
        numbers = (_numbers(customer_id, record) for customer_id, record in zip(made, records, strict=True))
        await session.execute(insert(CustomerNumber), [one for some in numbers for one in some])

    async def _update(self, session: AsyncSession, rows: Sequence[Row], by: str) -> None:
        holders = await _holders(session, [row.number for row in rows])
        wanted = select(Customer).where(Customer.id.in_(set(holders.values())))
        customers = {customer.id: customer for customer in await session.scalars(wanted)}
        numbers = await numbers_of(session, customers.keys())
        records = {one: record_of(customer, numbers[one]) for one, customer in customers.items()}
        for row in rows:
            customer = customers[holders[row.number]]
            record = records[customer.id] = _updated(records[customer.id], row)
            customer.version, customer.changed_at, customer.changed_by = customer.version + 1, self._context.clock(), by
            await write_record(session, customer, record)


def _by_word(settings: Iterable[Any]) -> dict[str, str]:
    return {word_of(word): one.code for one in settings for word in (one.code, one.label_en, one.label_zh)}


async def _holders(session: AsyncSession, numbers: Sequence[str]) -> dict[str, int]:
    """The customer who has each of these numbers: of several the one that was changed last."""
    of, found = CustomerNumber, dict[str, int]()
    for some in in_batches(numbers, AT_ONCE):
        having = select(of.number, of.customer_id).join(Customer, Customer.id == of.customer_id)
        shown = having.where(of.number.in_(some), Customer.merged_into.is_(None))
        found |= {row.number: row.customer_id for row in await session.execute(shown.order_by(Customer.changed_at))}
    return found


async def _taken(session: AsyncSession, references: Sequence[str]) -> set[str]:
    found = set[str]()
    for some in in_batches(references, AT_ONCE):
        found |= set(await session.scalars(select(Customer.reference).where(Customer.reference.in_(some))))
    return found


def _without_taken(sheet: Sheet, taken: set[str]) -> Sheet:
    """The sheet without rows whose reference another customer has, or another row of the file: they are errors."""
    rows, errors, seen = list[Row](), list(sheet.errors), set(taken)
    for row in sheet.rows:
        if row.reference and row.reference in seen:
            reason = "another customer has this reference"
            errors.append(RowError(row.line, "", row.reference, RowFault.REFERENCE_TAKEN, reason))
            continue
        seen.add(row.reference)
        rows.append(row)
    return replace(sheet, rows=rows, errors=sorted(errors, key=lambda error: error.line))


def _record(row: Row) -> Record:
    numbers = dict.fromkeys((row.number, *row.other_numbers))
    return Record(
        name=row.name,
        reference=row.reference,
        level=row.level,
        attributes=row.attributes,
        note=row.note,
        numbers=tuple(map(Number, numbers)),
    )


def _updated(record: Record, row: Row) -> Record:
    """The record with what the row says; what the row leaves out stays. A reference stays the customer's own."""
    had = {one.number for one in record.numbers}
    added = tuple(Number(number) for number in dict.fromkeys(row.other_numbers) if number not in had)
    return replace(
        record,
        name=row.name or record.name,
        level=row.level or record.level,
        attributes=record.attributes | row.attributes,
        note=row.note or record.note,
        numbers=(*record.numbers, *added),
    )


def _numbers(customer_id: int, record: Record) -> Iterable[Mapping[str, Any]]:
    for place, one in enumerate(record.numbers):
        yield {"customer_id": customer_id, "number": one.number, "label": one.label, "place": place}
