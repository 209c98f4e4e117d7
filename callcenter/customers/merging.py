"""Two records of one customer become one, and that can be undone: the other record is hidden, and never lost.

The last merge of a customer is undone first: only then is what it found still there to be given back.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.customers.rules import MergeChange, Number, Record, foreseen, unmerged
from callcenter.customers.service import Context, Seen, changing, numbers_of, one, one_row, record_of, write_record
from callcenter.customers.tables import Customer, CustomerMerge
from callcenter.errors import BadInput, Conflict, NotFound

REFERENCE = "reference"


class Merge(Struct, frozen=True):
    """A merge with what the record says that is hidden; `can_be_undone`: it is the last one."""

    row: CustomerMerge
    said: Record
    can_be_undone: bool


async def foresee(context: Context, kept_id: int, gone_id: int) -> MergeChange:
    """What merging the customer `gone_id` into the other would change. Raises NotFound, BadInput."""
    _check_two(kept_id, gone_id)
    kept, gone = await one(context, kept_id), await one(context, gone_id)
    return foreseen(kept.record, gone.record, context.levels)[1]


def _check_two(kept_id: int, gone_id: int) -> None:
    if kept_id == gone_id:
        raise BadInput("A customer cannot be merged with themself", field="other_id")


async def merge(context: Context, kept: tuple[int, int], gone: tuple[int, int], by: str) -> Seen:
    """Merges the customer `gone` (id and version) into `kept`. Raises NotFound, BadInput, Conflict."""
    _check_two(kept[0], gone[0])
    now = context.clock()
    async with context.sessions.begin() as session:
        # In one order, so that two who merge the same customers the other way round wait for each other.
        rows = {key: await changing(session, *key, by=by, now=now) for key in sorted((kept, gone))}
        numbers = await numbers_of(session, [kept[0], gone[0]])
        before = record_of(rows[kept], numbers.get(kept[0], ()))
        after, change = foreseen(before, record_of(rows[gone], numbers.get(gone[0], ())), context.levels)
        session.add(
            CustomerMerge(
                kept_id=kept[0],
                gone_id=gone[0],
                changed=change.changed,
                added=change.added,
                merged_at=now,
                merged_by=by,
            )
        )
        rows[gone].merged_into = kept[0]
        if REFERENCE in change.changed:
            # One customer's: it moves, and comes back when this is undone.
            rows[gone].reference = ""
            await session.flush()
        await write_record(session, rows[kept], after)
    return await one(context, kept[0])


async def undo(context: Context, merge_id: int, by: str) -> Seen:
    """Takes a merge back: both records are as they were; what was changed since then stays. The kept one.

    Raises NotFound, Conflict where it was undone already or is not the last merge of its customer, or where the
    reference that moved is another customer's by now.
    """
    now = context.clock()
    async with context.sessions.begin() as session:
        row = await session.get(CustomerMerge, merge_id)
        if row is None:
            raise NotFound(f"There is no merge {merge_id}")
        kept_row = await one_row(session, row.kept_id)
        kept = await changing(session, row.kept_id, kept_row.version, by=by, now=now)
        await session.refresh(row)
        if row.undone_at is not None:
            raise Conflict("This merge was undone already")
        if merge_id != await _last(session, row.kept_id):
            raise Conflict("Undo the later merges of this customer first")
        numbers = await numbers_of(session, [kept.id])
        await write_record(session, kept, unmerged(record_of(kept, numbers.get(kept.id, ())), row.changed, row.added))
        gone = await session.get_one(Customer, row.gone_id)
        gone.merged_into, gone.version = None, gone.version + 1
        if REFERENCE in row.changed:
            await _give_back(session, gone, row.changed[REFERENCE][1])
        row.undone_at, row.undone_by = now, by
    return await one(context, row.kept_id)


async def _give_back(session: AsyncSession, gone: Customer, reference: str) -> None:
    gone.reference = reference
    try:
        await session.flush()
    except IntegrityError as error:
        raise Conflict(f"Another customer has got the reference {reference!r} since", field=REFERENCE) from error


async def _last(session: AsyncSession, kept_id: int) -> int | None:
    standing = select(CustomerMerge.id).where(CustomerMerge.kept_id == kept_id, CustomerMerge.undone_at.is_(None))
    return await session.scalar(standing.order_by(CustomerMerge.id.desc()).limit(1))


async def merges(context: Context, customer_id: int) -> Sequence[Merge]:
    """The merges into a customer, newest first. Raises NotFound."""
    query = (
        select(CustomerMerge, Customer)
        .join(Customer, Customer.id == CustomerMerge.gone_id)
        .where(CustomerMerge.kept_id == customer_id)
        .order_by(CustomerMerge.id.desc())
    )
    async with context.sessions() as session:
        await one_row(session, customer_id)
        last = await _last(session, customer_id)
        found = (await session.execute(query)).all()
        numbers = await numbers_of(session, [gone.id for _, gone in found])
        return [Merge(row, _said(row, gone, numbers.get(gone.id, ())), row.id == last) for row, gone in found]


def _said(row: CustomerMerge, gone: Customer, numbers: tuple[Number, ...]) -> Record:
    """What a merged record said by itself."""
    record = record_of(gone, numbers)
    moved = row.undone_at is None and REFERENCE in row.changed
    return replace(record, reference=row.changed[REFERENCE][1]) if moved else record
