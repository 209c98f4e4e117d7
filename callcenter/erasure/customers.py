"""The customer records of a person."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.customers.service import forget_number
from callcenter.customers.tables import CustomerNumber
from callcenter.erasure.around import Around
from callcenter.erasure.person import Person


async def count_customers(session: AsyncSession, person: Person) -> int:
    """How many records have a number of the person."""
    numbers = [line.e164 for line in person.lines]
    having = select(func.count(CustomerNumber.customer_id.distinct())).where(CustomerNumber.number.in_(numbers))
    return await session.scalar(having) or 0


async def erase_customers(around: Around, person: Person, _reference: str) -> None:
    """The records go, with those that were merged into them."""
    async with around.sessions.begin() as session:
        for line in person.lines:
            await forget_number(session, line.e164)
