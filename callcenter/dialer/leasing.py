"""The lease in the database that lets one process dial, and the emergency stop that lets nobody.

Every transaction that commits an attempt first writes the lease's row, with the token of its holder (a fence): whoever
has lost the lease commits nothing, however late he wakes, and such transactions come one after another.
"""

from msgspec import Struct
from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.tables import EmergencyStop, Lease
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

DIALER = "dialer"
LEASE_SECONDS: Seconds = 15
RENEW_SECONDS: Seconds = 4
"""A holder that fails to renew it three times has lost it."""


class Tenure(Struct, frozen=True):
    """The lease is ours until an instant, under this token."""

    token: int
    until: Instant


async def take(sessions: Sessions, holder: str, now: Instant, held: Tenure | None = None) -> Tenure | None:
    """Takes the lease, or renews the one `held`; None while another process has it. A new tenure gets a new token.

    A lease under our own name that we do not hold was left by a process that ended without giving it back: nobody waits
    for its end. Whoever was overtaken so comes back only when it is free.
    """
    async with sessions.begin() as session:
        await serialise(session)
        lease = await session.get_one(Lease, DIALER, populate_existing=True)
        is_renewal = held is not None and (lease.holder, lease.token) == (holder, held.token)
        is_overtaken = held is not None and not is_renewal
        is_free = lease.holder == "" or lease.until <= now or (lease.holder == holder and not is_overtaken)
        if not is_free and not is_renewal:
            return None
        token = lease.token if is_renewal else lease.token + 1
        lease.holder, lease.token, lease.until = holder, token, now + LEASE_SECONDS
        return Tenure(token, lease.until)


async def give_back(sessions: Sessions, holder: str, tenure: Tenure) -> None:
    """Ends the lease, so that another process need not wait for it."""
    is_ours = (Lease.name == DIALER, Lease.holder == holder, Lease.token == tenure.token)
    async with sessions.begin() as session:
        await session.execute(update(Lease).where(*is_ours).values(holder="", until=0.0))


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
