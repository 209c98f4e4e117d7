"""Customers in the database: made, changed, found, deleted, a transaction each."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.customers.numbers import caller_number, written_forms
from callcenter.customers.rules import FIELDS, Number, Record, check_record, name_key
from callcenter.customers.tables import Customer, CustomerNumber
from callcenter.dialer.banning import NewBan, ban, bans_of
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.settings import CustomerSettings
from callcenter.store.engine import Sessions

LAST_SIGN = chr(0x10FFFF)
MOST_FOUND = 20
"""Customers of one number that are told: a switchboard's number may be that of many."""

BAN_SOURCE = "customer"


@dataclass(frozen=True)
class Context:
    """What records of customers are kept with; national numbers are those of `region`."""

    sessions: Sessions
    clock: Callable[[], Instant]
    region: str = "CN"
    settings: CustomerSettings = field(default_factory=CustomerSettings)

    @property
    def levels(self) -> list[str]:
        """Those of the settings, the highest first: the important ones, then as they stand there."""
        return [level.code for level in sorted(self.settings.levels, key=lambda level: not level.is_important)]

    def check(self, record: Record) -> Record:
        """The record as it is kept. Raises BadInput naming the field at fault."""
        levels = {level.code for level in self.settings.levels}
        check_record(record, levels, {one.code for one in self.settings.attributes})
        said = {name: value.strip() for name, value in record.attributes.items() if value.strip()}
        return replace(record, name=record.name.strip(), note=record.note.strip(), attributes=said)


class Seen(Struct, frozen=True):
    """A customer with all numbers, the first one first, and those of them that nobody may call now, until when."""

    row: Customer
    numbers: tuple[Number, ...]
    banned: dict[str, Instant | None]

    @property
    def record(self) -> Record:
        """What is known of the customer."""
        return record_of(self.row, self.numbers)


def record_of(row: Customer, numbers: tuple[Number, ...]) -> Record:
    """A row and its numbers as a record."""
    return Record(**{name: getattr(row, name) for name in FIELDS}, numbers=numbers)


# --- changing ---------------------------------------------------------------------------------------------------


async def create(context: Context, record: Record, by: str) -> Seen:
    """Makes a customer. Raises BadInput, Conflict for a reference that another customer has."""
    record, now = context.check(record), context.clock()
    try:
        async with context.sessions.begin() as session:
            row = Customer(**columns_of(record), created_at=now, created_by=by, changed_at=now, changed_by=by)
            session.add(row)
            await session.flush()
            await write_numbers(session, row.id, record.numbers)
            return await _seen(session, row, now)
    except IntegrityError as error:
        raise _taken(record) from error


async def change(context: Context, customer_id: int, record: Record, version: int, by: str) -> Seen:
    """Replaces what is known of a customer. Raises NotFound, BadInput, Conflict if somebody changed it meanwhile."""
    record = context.check(record)
    try:
        async with context.sessions.begin() as session:
            row = await changing(session, customer_id, version, by=by, now=context.clock())
            await write_record(session, row, record)
            return await _seen(session, row, context.clock())
    except IntegrityError as error:
        raise _taken(record) from error


def _taken(record: Record) -> Conflict:
    return Conflict(f"Another customer has the reference {record.reference!r}", field="reference")


async def changing(session: AsyncSession, customer_id: int, version: int, *, by: str, now: Instant) -> Customer:
    """The customer, locked, with the next version. Raises NotFound, Conflict unless `version` is the present one."""
    ours = update(Customer).where(
        Customer.id == customer_id, Customer.version == version, Customer.merged_into.is_(None)
    )
    next_version = ours.values(version=version + 1, changed_at=now, changed_by=by)
    row: Customer | None = await session.scalar(
        next_version.returning(Customer), execution_options={"populate_existing": True}
    )
    if row is None:
        await one_row(session, customer_id)
        raise Conflict("Somebody has changed this customer meanwhile; load it again", field="version")
    return row


async def write_record(session: AsyncSession, row: Customer, record: Record) -> None:
    """Writes a record over that of a customer."""
    for name, value in columns_of(record).items():
        setattr(row, name, value)
    await session.flush()
    await session.execute(delete(CustomerNumber).where(CustomerNumber.customer_id == row.id))
    await write_numbers(session, row.id, record.numbers)


def columns_of(record: Record) -> dict[str, Any]:
    """The columns of a record."""
    return {name: getattr(record, name) for name in FIELDS} | {"name_key": name_key(record.name)}


async def write_numbers(session: AsyncSession, customer_id: int, numbers: Iterable[Number]) -> None:
    """Writes the numbers of a customer who has none."""
    session.add_all(
        CustomerNumber(customer_id=customer_id, number=one.number, label=one.label, place=place)
        for place, one in enumerate(numbers)
    )
    await session.flush()


async def forbid_calls(context: Context, customer_id: int, note: str, by: str) -> Seen:
    """Puts all numbers of a customer on the do-not-call list. Raises NotFound, Conflict for one without numbers."""
    seen = await one(context, customer_id)
    if not seen.numbers:
        raise Conflict("This customer has no number that could be called")
    bans = [NewBan(number.number, source=BAN_SOURCE, note=note) for number in seen.numbers]
    await ban(context.sessions, bans, now=context.clock(), by=by)
    return await one(context, customer_id)


# --- deleting ---------------------------------------------------------------------------------------------------


async def remove(context: Context, customer_id: int) -> None:
    """Deletes a customer and all that were merged into them. Raises NotFound."""
    async with context.sessions.begin() as session:
        await one_row(session, customer_id)
        await _delete(session, {customer_id})


async def forget_number(session: AsyncSession, number: str) -> int:
    """Deletes every customer with this number (`+` and digits), in the caller's transaction: erasure asks for it.

    Gives how many. Records that were merged count and go, too, with what the merges kept of them.
    """
    having = select(CustomerNumber.customer_id).where(CustomerNumber.number == number)
    return await _delete(session, set(await session.scalars(having)))


async def _delete(session: AsyncSession, ids: Collection[int]) -> int:
    doomed = await with_merged(session, ids)
    await session.execute(delete(Customer).where(Customer.id.in_(doomed)))
    return len(doomed)


async def with_merged(session: AsyncSession, ids: Collection[int]) -> set[int]:
    """These customers and all that were merged into them, also by way of others."""
    found, more = set(ids), set(ids)
    while more:
        into = select(Customer.id).where(Customer.merged_into.in_(more))
        more = set(await session.scalars(into)) - found
        found |= more
    return found


async def as_shown(session: AsyncSession, ids: Collection[int]) -> dict[int, Customer]:
    """The records under which these customers are shown now: their own, or that into which they were merged."""
    rows = {row.id: row for row in await session.scalars(select(Customer).where(Customer.id.in_(ids)))}
    shown = dict(rows)
    while hidden := {key: row.merged_into for key, row in shown.items() if row.merged_into is not None}:
        into = await session.scalars(select(Customer).where(Customer.id.in_(set(hidden.values()))))
        rows = {row.id: row for row in into}
        shown |= {key: rows[kept] for key, kept in hidden.items()}
    return shown


# --- finding ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which customers; None: any. `name` is how it begins, `number` a whole one; `attribute` has exactly `value`."""

    name: str | None = None
    number: str | None = None
    reference: str | None = None
    level: str | None = None
    attribute: str | None = None
    value: str = ""


async def page(context: Context, wanted: Wanted, *, after: int | None, limit: int) -> list[Seen]:
    """Customers by name where one is wanted, else the newest first: those behind the customer `after`.

    Raises BadInput for an attribute or a level that the settings do not know.
    """
    order = (Customer.name_key, Customer.id) if wanted.name else (Customer.id.desc(),)
    query = select(Customer).where(Customer.merged_into.is_(None), *_conditions(context, wanted))
    query = query.order_by(*order).limit(limit)
    async with context.sessions() as session:
        if after is not None:
            query = query.where(await _behind(session, after, by_name=bool(wanted.name)))
        return await _all_seen(session, (await session.scalars(query)).all(), context.clock())


async def _behind(session: AsyncSession, after: int, *, by_name: bool) -> ColumnElement[bool]:
    if not by_name:
        return Customer.id < after
    key = await session.scalar(select(Customer.name_key).where(Customer.id == after))
    if key is None:
        raise BadInput("this is not a cursor of this list", field="cursor")
    return or_(Customer.name_key > key, and_(Customer.name_key == key, Customer.id > after))


def _conditions(context: Context, wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.name:
        key = name_key(wanted.name)
        yield Customer.name_key >= key
        yield Customer.name_key < key + LAST_SIGN
    if wanted.number is not None:
        number = caller_number(wanted.number, context.region)
        yield Customer.id.in_(select(CustomerNumber.customer_id).where(CustomerNumber.number == number))
    if wanted.reference is not None:
        yield Customer.id.in_(_referred(wanted.reference))
    if wanted.level is not None:
        yield Customer.level == wanted.level
    if wanted.attribute is not None:
        if wanted.attribute not in {one.code for one in context.settings.attributes}:
            raise BadInput(f"The settings know no attribute {wanted.attribute!r}", field="attribute")
        yield Customer.attributes[wanted.attribute].as_string() == wanted.value


def _referred(reference: str) -> Select[tuple[int]]:
    """Who has a reference, and those into whom they were merged."""
    having = select(Customer.id, Customer.merged_into)
    held = having.where(Customer.reference == reference, Customer.reference != "").cte("referred", recursive=True)
    held = held.union_all(having.join(held, Customer.id == held.c.merged_into))
    return select(held.c.id)


async def known_callers(context: Context, typed: str) -> tuple[str, list[Seen]]:
    """A caller's number as customers have it ("": it is none), and whose it is, the last changed first."""
    number = caller_number(typed, context.region)
    if not number:
        return "", []
    having = (
        select(Customer)
        .join(CustomerNumber, CustomerNumber.customer_id == Customer.id)
        .where(CustomerNumber.number == number, Customer.merged_into.is_(None))
        .order_by(Customer.changed_at.desc(), Customer.id.desc())
        .limit(MOST_FOUND)
    )
    async with context.sessions() as session:
        return number, await _all_seen(session, (await session.scalars(having)).all(), context.clock())


async def forms_of(context: Context, customer_id: int) -> frozenset[str]:
    """How the numbers of a customer may stand in the records of calls. Raises NotFound."""
    async with context.sessions() as session:
        await one_row(session, customer_id)
        numbers = await session.scalars(select(CustomerNumber.number).where(CustomerNumber.customer_id == customer_id))
        return frozenset[str]().union(*(written_forms(number, context.region) for number in numbers))


async def one(context: Context, customer_id: int) -> Seen:
    """A customer. Raises NotFound, also for one who was merged into another."""
    async with context.sessions() as session:
        return await _seen(session, await one_row(session, customer_id), context.clock())


async def one_row(session: AsyncSession, customer_id: int) -> Customer:
    """The row of a customer. Raises NotFound."""
    row = await session.get(Customer, customer_id)
    if row is None:
        raise NotFound(f"There is no customer {customer_id}")
    if row.merged_into is not None:
        raise NotFound(f"Customer {customer_id} was merged into customer {row.merged_into}")
    return row


async def numbers_of(session: AsyncSession, ids: Collection[int]) -> dict[int, tuple[Number, ...]]:
    """The numbers of these customers, by customer."""
    of = CustomerNumber
    rows = await session.scalars(select(of).where(of.customer_id.in_(ids)).order_by(of.customer_id, of.place))
    found: dict[int, tuple[Number, ...]] = {}
    for row in rows:
        found[row.customer_id] = (*found.get(row.customer_id, ()), Number(row.number, row.label))
    return found


async def _seen(session: AsyncSession, row: Customer, now: Instant) -> Seen:
    [seen] = await _all_seen(session, [row], now)
    return seen


async def _all_seen(session: AsyncSession, rows: Sequence[Customer], now: Instant) -> list[Seen]:
    numbers = await numbers_of(session, [row.id for row in rows])
    every = {one.number for some in numbers.values() for one in some}
    bans = await bans_of(session, every, now) if every else {}
    result = []
    for row in rows:
        own = numbers.get(row.id, ())
        banned = {one.number: bans[one.number].until for one in own if one.number in bans}
        result.append(Seen(row, own, banned))
    return result
