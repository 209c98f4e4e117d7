"""A target is offered to an agent, who accepts it, skips it with a reason, or lets the countdown run out.

Every transaction begins with the write that makes those that commit attempts wait: a target is offered or dialled,
never both. What was offered and came to nothing is as open as before.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.leasing import in_force, serialise
from callcenter.dialer.permit import Permit, Rulebook
from callcenter.dialer.promises import keep_promise
from callcenter.dialer.reserving import (
    TRIES,
    Reservation,
    commit_attempt,
    due_targets,
    is_anybodys,
    permits_of,
    put_off,
    running_list,
    that_may_be_called,
)
from callcenter.dialer.rules import ListState, Mode, OfferState, TargetState
from callcenter.dialer.standing import leave_open
from callcenter.dialer.tables import Attempt, CallbackList, Offer, Target
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

SKIPPED_SECONDS: Seconds = 1800
"""A target that was skipped is left alone for so long."""

OVER = "The offer has run out or was decided; ask for the next one"


class Search(Struct, frozen=True):
    """A list to be looked through for an agent: in the zones where customers may be called now.

    `is_for_all`: not only for what was promised by this agent.
    """

    list_id: int
    rulebook: Rulebook
    zones: Collection[str]
    is_for_all: bool


class Terms(Struct, frozen=True):
    """What an accepted call is committed under: the lease, the most calls of the trunk (0: any number), the phone."""

    token: int
    rulebook: Rulebook
    trunk: str
    max_calls: int
    interface: str


async def open_offer(sessions: Sessions, agent: str, now: Instant) -> Offer | None:
    """What is before the agent."""
    async with sessions() as session:
        return await session.scalar(_open(Offer.agent_number == agent, Offer.until > now))


async def offer_row(sessions: Sessions, offer_id: int) -> tuple[Offer, CallbackList]:
    """An offer and its list. Raises NotFound."""
    async with sessions() as session:
        offer = await _found(session, offer_id)
        return offer, await session.get_one(CallbackList, offer.list_id)


async def next_end(sessions: Sessions) -> Instant | None:
    """When the next countdown runs out."""
    async with sessions() as session:
        return await session.scalar(select(func.min(Offer.until)).where(Offer.state == OfferState.OPEN))


async def _found(session: AsyncSession, offer_id: int) -> Offer:
    offer = await session.get(Offer, offer_id)
    if offer is None:
        raise NotFound(f"There is no offer {offer_id}")
    return offer


def _open(*where: ColumnElement[bool]) -> Select[Offer]:
    return select(Offer).where(Offer.state == OfferState.OPEN, *where)


# --- offering ---------------------------------------------------------------------------------------------------


async def offer_next(sessions: Sessions, agent: str, searches: Sequence[Search], now: Instant) -> Offer | None:
    """What the agent has before him, else the next that is due for him, his own promises first; None if nothing is.

    Raises Conflict while all dialling is stopped.
    """
    for _ in range(TRIES):
        try:
            async with sessions.begin() as session:
                await serialise(session)
                if await session.scalar(select(in_force())):
                    raise Conflict("All dialling is stopped; a supervisor must lift the stop first")
                known = await session.scalar(_open(Offer.agent_number == agent))
                if known is not None and known.until > now:
                    return known
                if known is not None:
                    await _take_back(session, known, OfferState.EXPIRED, now)
                return await _offer(session, agent, searches, now)
        except IntegrityError:
            continue  # another server has just offered the same
    return None


async def _offer(session: AsyncSession, agent: str, searches: Sequence[Search], now: Instant) -> Offer | None:
    looks = [(search, Target.owner_agent == agent) for search in searches]
    looks += [(search, is_anybodys(now)) for search in searches if search.is_for_all]
    for search, whose in looks:
        target = await _next_due(session, search, whose, now)
        if target is not None:
            return await _show(session, agent, target, await session.get_one(CallbackList, target.list_id), now)
    return None


async def _show(session: AsyncSession, agent: str, target: Target, callback_list: CallbackList, now: Instant) -> Offer:
    target.state = TargetState.OFFERED
    offer = Offer(
        list_id=target.list_id,
        target_id=target.id,
        agent_number=agent,
        offered_at=now,
        until=now + callback_list.preview_seconds,
    )
    session.add(offer)
    await session.flush()
    return offer


async def _next_due(session: AsyncSession, search: Search, whose: ColumnElement[bool], now: Instant) -> Target | None:
    """The first that may be called now."""
    is_running = exists().where(CallbackList.id == search.list_id, CallbackList.state == ListState.RUNNING)
    due = due_targets(search.list_id, search.zones, whose, now).where(is_running)
    async for target in that_may_be_called(session, due, search.rulebook, now):
        return target
    return None


async def own_list(sessions: Sessions, agent: str, target_id: int) -> CallbackList:
    """The list of what this agent promised. Raises NotFound, also for another's promise."""
    async with sessions() as session:
        return (await _own(session, agent, target_id))[1]


async def _own(session: AsyncSession, agent: str, target_id: int) -> tuple[Target, CallbackList]:
    target = await session.get(Target, target_id)
    if target is None or not agent or target.owner_agent != agent:
        raise NotFound(f"Agent {agent} has no promised callback {target_id}")
    return target, await session.get_one(CallbackList, target.list_id)


async def offer_own(sessions: Sessions, agent: str, target_id: int, rulebook: Rulebook, now: Instant) -> Offer:
    """Shows the agent the promise of his that he chose, be it before its time; the same again while it is open.

    Where that may not be, the target stays as it was. Raises NotFound, Conflict.
    """
    try:
        async with sessions.begin() as session:
            await serialise(session)
            return await _offer_own(session, agent, target_id, rulebook, now)
    except IntegrityError as error:
        raise Conflict("The callback has just been shown to somebody; look again") from error


async def _offer_own(session: AsyncSession, agent: str, target_id: int, rulebook: Rulebook, now: Instant) -> Offer:
    target, callback_list = await _own(session, agent, target_id)
    if await session.scalar(select(in_force())):
        raise Conflict("All dialling is stopped; a supervisor must lift the stop first")
    if callback_list.state != ListState.RUNNING:
        raise Conflict(f"The list {callback_list.name} is {callback_list.state}; a supervisor must start it first")
    known = await session.scalar(_open(Offer.agent_number == agent))
    if known is not None and known.until > now:
        if known.target_id == target_id:
            return known
        raise Conflict("Another callback is before you; call it or skip it first")
    if known is not None:
        await _take_back(session, known, OfferState.EXPIRED, now)
    if target.state != TargetState.OPEN:
        raise Conflict("The callback is not open any more; look again")
    [permit] = await permits_of(session, rulebook, [target], now)
    if not permit.is_given:
        raise Conflict(_forbidden(permit))
    return await _show(session, agent, target, callback_list, now)


def _forbidden(permit: Permit) -> str:
    return f"The number may not be called now: {', '.join(one.reason for one in permit.refused)}"


# --- deciding ---------------------------------------------------------------------------------------------------


async def accept(sessions: Sessions, offer_id: int, terms: Terms, now: Instant) -> tuple[Reservation, int]:
    """Commits the attempt of an offer whose agent wants the call: the reservation, and the attempt's row.

    Everything that forbids a call is asked again. Raises NotFound, Conflict: then the target is open again.
    """
    try:
        async with sessions.begin() as session:
            await serialise(session)
            accepted = await _accept(session, await _found(session, offer_id), terms, now)
    except IntegrityError as error:
        raise Conflict("The number is being called by another list; skip this one") from error
    if isinstance(accepted, str):
        raise Conflict(accepted)
    return accepted


async def _accept(session: AsyncSession, offer: Offer, terms: Terms, now: Instant) -> tuple[Reservation, int] | str:
    """The committed call, or why there is none."""
    if offer.state != OfferState.OPEN:
        return OVER
    if offer.until <= now:
        await _take_back(session, offer, OfferState.EXPIRED, now)
        return OVER
    callback_list = await running_list(session, offer.list_id, terms.token, now)
    if callback_list is None or callback_list.trunk != terms.trunk:
        await _take_back(session, offer, OfferState.EXPIRED, now)
        return "The list is not dialled any more, or has just been changed; ask for the next one"
    target = await session.get_one(Target, offer.target_id)
    [permit] = await permits_of(session, terms.rulebook, [target], now)
    if not permit.is_given:
        await _take_back(session, offer, OfferState.EXPIRED, now)
        put_off(target, permit, now)
        return _forbidden(permit)
    if await _is_full(session, callback_list, terms.max_calls):
        return "The trunk has no line left; try again in a moment"
    offer.state, offer.decided_at = OfferState.ACCEPTED.value, now
    reservation = commit_attempt(session, callback_list, target, now, mode=Mode.PREVIEW, interface=terms.interface)
    await session.flush()
    committed = select(Attempt.id).where(Attempt.attempt_id == reservation.attempt_id)
    return reservation, (await session.execute(committed)).scalar_one()


async def _is_full(session: AsyncSession, callback_list: CallbackList, max_calls: int) -> bool:
    is_on_trunk = (Attempt.pbx == callback_list.pbx, Attempt.trunk == callback_list.trunk)
    in_air = select(func.count()).where(*is_on_trunk, Attempt.ended_at.is_(None))
    return max_calls > 0 and (await session.scalar(in_air) or 0) >= max_calls


async def skip(sessions: Sessions, offer_id: int, reason: str, now: Instant) -> int:
    """The agent does not want it; it is due again later. The list. Raises NotFound, Conflict."""
    async with sessions.begin() as session:
        await serialise(session)
        offer = await _found(session, offer_id)
        if offer.state != OfferState.OPEN:
            raise Conflict(OVER)
        offer.skip_reason = reason
        await _take_back(session, offer, OfferState.SKIPPED, now, due_at=now + SKIPPED_SECONDS)
        return offer.list_id


async def expire(sessions: Sessions, now: Instant) -> set[int]:
    """Takes back what ran out; the lists that it belongs to."""
    async with sessions.begin() as session:
        await serialise(session)
        expired = (await session.scalars(_open(Offer.until <= now))).all()
        for offer in expired:
            await _take_back(session, offer, OfferState.EXPIRED, now)
        return {offer.list_id for offer in expired}


async def _take_back(
    session: AsyncSession, offer: Offer, state: OfferState, now: Instant, *, due_at: Instant | None = None
) -> None:
    offer.state, offer.decided_at = state.value, now
    target = await session.get_one(Target, offer.target_id)
    if target.promised_at is not None:
        keep_promise(target, await session.get_one(CallbackList, offer.list_id))
    else:
        # A promise that was shown before its time stands as it was, also when it is skipped.
        later = [at for at in (target.due_at, due_at) if at is not None]
        leave_open(target, TargetState.OPEN, max(later, default=None))
