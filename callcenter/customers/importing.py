"""Rows of a file become customers, or change those who have their numbers; the dialer's imports do the rest."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.customers.rules import Consent, Number, Record
from callcenter.customers.service import BAN_SOURCE, Context, columns_of, numbers_of, record_of, write_record
from callcenter.customers.tables import Customer, CustomerNumber
from callcenter.dialer.banning import NewBan, ban_in, unlisted
from callcenter.dialer.importing.columns import word_of
from callcenter.dialer.importing.rows import Known, Policy, Row, RowError, Sheet, without_known, without_twins
from callcenter.dialer.numbers import RowFault
from callcenter.floor.terms import Instant
from callcenter.store.batches import in_batches

AT_ONCE = 1000
"""Rows of one statement."""

CONSENTS: Mapping[Consent, Collection[str]] = {
    Consent.GIVEN: ("given", "已同意", "同意"),
    Consent.WITHDRAWN: ("withdrawn", "已撤回", "撤回"),
    Consent.UNASKED: ("unknown", "not asked", "未知", "未询问"),
}
"""How a file may call them; one that is not known says nothing, like an empty cell."""

Progress = Callable[[int, int], None]


class Imported:
    """What the dialer's imports ask of this room."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.levels = _by_word(context.settings.levels)
        self.attributes = _by_word(context.settings.attributes)
        self.consents = {word_of(word): str(consent) for consent, words in CONSENTS.items() for word in words}

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
        total, done, forbidden = len(sheet.rows) + len(sheet.merges), 0, set[str]()
        for write, every in ((self._make, sheet.rows), (self._update, sheet.merges)):
            for rows in in_batches(every, AT_ONCE):
                records = await write(session, rows, by)
                said = (record for row, record in zip(rows, records, strict=True) if row.do_not_call)
                forbidden |= {one.number for record in said for one in record.numbers}
                progress(done := done + len(rows), total)
        await self._forbid(session, forbidden, by)

    async def _forbid(self, session: AsyncSession, numbers: Collection[str], by: str) -> None:
        """Puts numbers on the do-not-call list; an entry that stands there for good stays as it is."""
        new = [number for some in in_batches(sorted(numbers), AT_ONCE) for number in await unlisted(session, some)]
        bans = [NewBan(number, source=BAN_SOURCE) for number in new]
        await ban_in(session, bans, now=self._context.clock(), by=by)

    async def _make(self, session: AsyncSession, rows: Sequence[Row], by: str) -> list[Record]:
        now = self._context.clock()
        stamps = {"created_at": now, "created_by": by, "changed_at": now, "changed_by": by, "version": 1}
        records = [_record(row, now) for row in rows]
        made = await session.scalars(
            insert(Customer).returning(Customer.id, sort_by_parameter_order=True),
            [columns_of(record) | stamps for record in records],
        )
        numbers = (_numbers(customer_id, record) for customer_id, record in zip(made, records, strict=True))
        await session.execute(insert(CustomerNumber), [one for some in numbers for one in some])
        return records

    async def _update(self, session: AsyncSession, rows: Sequence[Row], by: str) -> list[Record]:
        now = self._context.clock()
        holders = await _holders(session, [row.number for row in rows])
        wanted = select(Customer).where(Customer.id.in_(set(holders.values())))
        customers = {customer.id: customer for customer in await session.scalars(wanted)}
        numbers = await numbers_of(session, customers.keys())
        records = {one: record_of(customer, numbers[one]) for one, customer in customers.items()}
        for row in rows:
            customer = customers[holders[row.number]]
            record = records[customer.id] = _updated(records[customer.id], row, now)
            customer.version, customer.changed_at, customer.changed_by = customer.version + 1, now, by
            await write_record(session, customer, record)
        return [records[holders[row.number]] for row in rows]


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


def _record(row: Row, now: Instant) -> Record:
    numbers, labels = dict.fromkeys((row.number, *row.other_numbers)), dict(row.labels)
    record = Record(
        name=row.name,
        reference=row.reference,
        level=row.level,
        attributes=row.attributes,
        note=row.note,
        numbers=tuple(Number(number, labels.get(number, "")) for number in numbers),
    )
    return _consenting(record, row, now)


def _updated(record: Record, row: Row, now: Instant) -> Record:
    """The record with what the row says; what the row leaves out stays. A reference stays the customer's own."""
    had = {one.number: one.label for one in record.numbers}
    labels = had | dict(row.labels)
    updated = replace(
        record,
        name=row.name or record.name,
        level=row.level or record.level,
        attributes=record.attributes | row.attributes,
        note=row.note or record.note,
        numbers=tuple(Number(number, labels.get(number, "")) for number in dict.fromkeys((*had, *row.other_numbers))),
    )
    return _consenting(updated, row, now)


def _consenting(record: Record, row: Row, now: Instant) -> Record:
    """The record with what the row says of consent: since now where neither says when."""
    if not row.consent:
        return record
    known = record if record.consent == row.consent else Record()
    return replace(
        record,
        consent=row.consent,
        consent_at=row.consent_at or known.consent_at or now,
        consent_how=row.consent_how or known.consent_how,
    )


def _numbers(customer_id: int, record: Record) -> Iterable[Mapping[str, Any]]:
    for place, one in enumerate(record.numbers):
        yield {"customer_id": customer_id, "number": one.number, "label": one.label, "place": place}
