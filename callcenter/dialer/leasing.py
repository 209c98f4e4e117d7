"""The lease in the database that lets one process dial, and the emergency stop that lets nobody.

Every transaction that commits an attempt first writes the lease's row, with the token of its holder (a fence): whoever
has lost the lease commits nothing, however late he wakes, and such transactions come one after another.
"""

from msgspec import Struct
from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.tables import EmergencyStop, Lease
from callcenter.floor.events import Instant, Seconds
from callcenter.store.engine import Sessions

DIALER = "dialer"
LEASE_SECONDS: Seconds = 15
RENEW_SECONDS: Seconds = 4
"""A holder that fails to renew it three times has lost it."""


class Tenure(Struct, frozen=True):
    """The lease is ours until an instant, under this token."""

    token: int
    until: Instant


async def take(sessions: Sessions, holder: str, now: Instant) -> Tenure | None:
    """Takes or renews the lease; None while another process has it. A new holder gets a new token."""
    mine = Lease.holder == holder
    async with sessions.begin() as session:
        await serialise(session)
        lease = await session.get_one(Lease, DIALER, populate_existing=True)
        if lease.holder not in ("", holder) and lease.until > now:
            return None
        token = lease.token if lease.holder == holder else lease.token + 1
        await session.execute(
            update(Lease)
            .where(Lease.name == DIALER, or_(mine, Lease.token < token))
            .values(holder=holder, token=token, until=now + LEASE_SECONDS)
            .execution_options(synchronize_session=False)
        )
        return Tenure(token, now + LEASE_SECONDS)


async def give_back(sessions: Sessions, holder: str) -> None:
    """Ends the lease, so that another process need not wait for it."""
    async with sessions.begin() as session:
        await session.execute(
            update(Lease).where(Lease.name == DIALER, Lease.holder == holder).values(holder="", until=0.0)
        )


async def is_held(session: AsyncSession, token: int, now: Instant) -> bool:
    """Whether the lease is still held under this token; nobody takes it until the transaction ends."""
    held = (
        update(Lease)
        .where(Lease.name == DIALER, Lease.token == token, Lease.until > now, Lease.holder != "")
        .values(token=Lease.token)
        .returning(Lease.token)
        .execution_options(synchronize_session=False)
    )
    return await session.scalar(held) is not None


async def serialise(session: AsyncSession) -> None:
    """From here on to its end, this transaction and those that commit attempts come one after another."""
    await session.execute(
        update(Lease).where(Lease.name == DIALER).values(token=Lease.token).execution_options(synchronize_session=False)
    )


# --- the emergency stop -----------------------------------------------------------------------------------------


def in_force() -> ColumnElement[bool]:
    """Whether all dialling is stopped."""
    return exists().where(EmergencyStop.lifted_at.is_(None))


async def stop_in_force(sessions: Sessions) -> EmergencyStop | None:
    """The emergency stop in force."""
    async with sessions() as session:
        return await session.scalar(select(EmergencyStop).where(EmergencyStop.lifted_at.is_(None)))


async def stop_everything(sessions: Sessions, *, now: Instant, by: str, reason: str) -> bool:
    """Stops all dialling; False if it is stopped already. Once this returns no attempt is committed."""
    try:
        async with sessions.begin() as session:
            await serialise(session)
            session.add(EmergencyStop(stopped_at=now, stopped_by=by, reason=reason))
    except IntegrityError:
        return False
    return True


async def lift_stop(sessions: Sessions, *, now: Instant, by: str) -> bool:
    """Lets lists be dialled again as they were; False if nothing was stopped."""
    async with sessions.begin() as session:
        lifted = await session.scalar(
            update(EmergencyStop)
            .where(EmergencyStop.lifted_at.is_(None))
            .values(lifted_at=now, lifted_by=by)
            .returning(EmergencyStop.id)
            .execution_options(synchronize_session=False)
        )
        return lifted is not None
