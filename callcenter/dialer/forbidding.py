"""Who wants a number not to be called, as it stands at this moment: read in the transaction that decides.

Consent is said in the records of customers, a room above this one; it is read by the names of their columns, so that
no way to dial can be built without asking for it.
"""

from collections.abc import Collection

from sqlalchemy import BigInteger, String, column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.banning import bans_of
from callcenter.dialer.permit import Forbidden
from callcenter.floor.terms import Instant

WITHDRAWN = "withdrawn"
CUSTOMERS = table(
    "customers", column("id", BigInteger), column("merged_into", BigInteger), column("consent", String)
)  # fmt: skip
NUMBERS = table("customer_numbers", column("customer_id", BigInteger), column("number", String))


async def forbidden_of(session: AsyncSession, numbers: Collection[str], now: Instant) -> dict[str, Forbidden]:
    """What is said against calling each of these numbers now."""
    bans = await bans_of(session, numbers, now)
    withdrawn = await _withdrawn(session, numbers)
    return {number: Forbidden(bans.get(number), number in withdrawn) for number in numbers}


async def _withdrawn(session: AsyncSession, numbers: Collection[str]) -> set[str]:
    """Those of a customer who withdrew consent. Of a record that was merged, that counts under which it is shown."""
    columns = (CUSTOMERS.c.id, CUSTOMERS.c.merged_into, CUSTOMERS.c.consent)
    having = select(NUMBERS.c.number, *columns).join(CUSTOMERS, CUSTOMERS.c.id == NUMBERS.c.customer_id)
    held = having.where(NUMBERS.c.number.in_(numbers)).cte("held", recursive=True)
    shown = select(held.c.number, *columns).join(CUSTOMERS, CUSTOMERS.c.id == held.c.merged_into)
    held = held.union_all(shown)
    found = select(held.c.number).where(held.c.merged_into.is_(None), held.c.consent == WITHDRAWN)
    return set(await session.scalars(found))
