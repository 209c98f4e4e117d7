"""Chooses whom to call and commits the attempt, in one transaction that checks everything that forbids it.

Every transaction begins with a write, which is what makes SQLite's readers wait; PostgreSQL locks rows.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from uuid import uuid4

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.calendar import day_start
from callcenter.dialer.forbidding import forbidden_of
from callcenter.dialer.leasing import in_force, is_held
from callcenter.dialer.permit import Dialled, Permit, Refusal, Rulebook
from callcenter.dialer.rules import ListState, Mode, TargetState
from callcenter.dialer.standing import close
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.dialer.trunks import DEFAULT_TRUNK
from callcenter.floor.call import AGENT_FIRST_PREFIX, ATTEMPT_PREFIX, is_agent_first
from callcenter.floor.terms import AttemptId, Instant, PbxName, Seconds
from callcenter.store.engine import Sessions

TRIES = 3
CANDIDATES, LOOKS = 50, 10
"""So many are looked at, so many times, in one transaction; those that may not be called now are put off."""
FOR_GOOD = (Refusal.DO_NOT_CALL, Refusal.WITHDRAWN)
"""Without an end such a refusal closes the target."""
PUT_OFF_SECONDS: Seconds = 3600
"""How long a target is left alone that may not be called for a reason whose end is not known."""


class Reservation(Struct, frozen=True):
    """A target that is ours to call, once, under `attempt_id`: committed, and not yet asked for.

    `interface` is the phone of the agent who wants it, which is called first; "" for whoever of the queue is free.
    """

    attempt_id: AttemptId
    list_id: int
    pbx: PbxName
    queue: str
    number: str
    detect_machine: bool
    reserved_at: Instant
    mode: Mode = Mode.PROGRESSIVE
    interface: str = ""
    trunk: str = DEFAULT_TRUNK


class Room(Struct, frozen=True):
    """What there is room for now: calls of the queue without a seat, calls of the trunk (0: any number).

    `seatless` are the attempts that need none: they have got theirs, or are not on the line any more. `token` is that
    of the lease; `zones` are those whose customers may be called now.
    """

    token: int
    most_unseated: int
    seatless: Collection[AttemptId] = ()
    trunk: str = DEFAULT_TRUNK
    max_calls: int = 0
    zones: Collection[str] = ("",)


async def reserve(
    sessions: Sessions, list_id: int, rulebook: Rulebook, room: Room, *, now: Instant, most: int = 1
) -> list[Reservation]:
    """The next targets due, their attempts committed together; none if none is due, there is no room or the list is
    stopped.

    Safe against other dialers on the same database: the lease lets one commit, and the index on numbers in the air
    has the last word.
    """
    for _ in range(TRIES):
        try:
            async with sessions.begin() as session:
                return await _reserve(session, list_id, rulebook, room, now, most)
        except IntegrityError:
            # Another list has just dialled this number: it is no longer among the candidates.
            continue
    return []


async def _reserve(
    session: AsyncSession, list_id: int, rulebook: Rulebook, room: Room, now: Instant, most: int
) -> list[Reservation]:
    callback_list = await running_list(session, list_id, room.token, now)
    most = 0 if callback_list is None else min(most, await _left(session, callback_list, room))
    reserved: dict[str, Reservation] = {}
    if callback_list is not None and most > 0:
        mode = Mode(callback_list.mode)
        # A promise is its agent's alone; he is offered it (offers.py).
        due = due_targets(list_id, room.zones, is_anybodys(now), now)
        async for target in that_may_be_called(session, due, rulebook, now):
            if target.dial_number not in reserved:
                reserved[target.dial_number] = commit_attempt(session, callback_list, target, now, mode=mode)
            if len(reserved) >= most:
                break
    return list(reserved.values())


async def running_list(session: AsyncSession, list_id: int, token: int, now: Instant) -> CallbackList | None:
    """The list if it may be dialled by the holder of the lease; it stays so until the end of the transaction."""
    if not await is_held(session, token, now):
        return None
    running = select(CallbackList).where(
        CallbackList.id == list_id, CallbackList.state == ListState.RUNNING, ~in_force()
    )
    return await session.scalar(running.with_for_update())


async def _left(session: AsyncSession, callback_list: CallbackList, room: Room) -> int:
    """How many calls there is room for beside those in the air; none by another trunk than the room is of."""
    if callback_list.trunk != room.trunk:
        return 0
    in_air = (
        await session.execute(
            select(Attempt.attempt_id, Attempt.queue, Attempt.trunk).where(
                Attempt.pbx == callback_list.pbx, Attempt.ended_at.is_(None)
            )
        )
    ).all()
    unseated = sum(
        queue == callback_list.queue and attempt_id not in room.seatless and not is_agent_first(attempt_id)
        for attempt_id, queue, _ in in_air
    )
    left = room.most_unseated - unseated
    on_trunk = sum(trunk == room.trunk for _, _, trunk in in_air)
    return min(left, room.max_calls - on_trunk) if room.max_calls else left


def is_anybodys(now: Instant) -> ColumnElement[bool]:
    """Not promised by an agent for whom it still waits."""
    return or_(Target.owner_agent == "", Target.owner_until <= now)


def due_targets(list_id: int, zones: Collection[str], whose: ColumnElement[bool], now: Instant) -> Select[Target]:
    """The next few due in these zones, in order."""
    query = select(Target).where(*may_be_next(list_id, now), Target.time_zones.in_(zones), whose)
    return query.order_by(Target.priority, Target.due_at, Target.id).limit(CANDIDATES)


async def that_may_be_called(
    session: AsyncSession, due: Select[Target], rulebook: Rulebook, now: Instant
) -> AsyncIterator[Target]:
    """Those of the due that may be called now, a few at a time, some perhaps twice; the others are put off."""
    for _ in range(LOOKS):
        candidates = (await session.scalars(due)).all()
        permits = await permits_of(session, rulebook, candidates, now)
        for target, permit in zip(candidates, permits, strict=True):
            if not permit.is_given:
                put_off(target, permit, now)
        for target, permit in zip(candidates, permits, strict=True):
            if permit.is_given:
                yield target
        if len(candidates) < CANDIDATES:
            return


def may_be_next(list_id: int, now: Instant) -> list[ColumnElement[bool]]:
    """Due, and not being called."""
    in_air = exists().where(Attempt.number == Target.dial_number, Attempt.ended_at.is_(None))
    return [Target.list_id == list_id, Target.state == TargetState.OPEN, Target.due_at <= now, ~in_air]


async def permits_of(
    session: AsyncSession, rulebook: Rulebook, targets: Sequence[Target], now: Instant
) -> list[Permit]:
    """Whether each target's number may be called now by its list's rules, and whether somebody forbids it."""
    whom = [(target.dial_number, target.id) for target in targets]
    dialled = await _dialled(session, rulebook, whom, now)
    forbidden = await forbidden_of(session, [number for number, _ in whom], now)
    return [
        rulebook.may_call(target.time_zones, now, lately, forbidden[target.dial_number])
        for target, lately in zip(targets, dialled, strict=True)
    ]


async def dialled_lately(
    session: AsyncSession, rulebook: Rulebook, number: str, now: Instant, *, target_id: int | None = None
) -> Dialled:
    """When a number (and a target) was dialled on the days that the limits look at."""
    return (await _dialled(session, rulebook, [(number, target_id)], now))[0]


async def _dialled(
    session: AsyncSession, rulebook: Rulebook, whom: Sequence[tuple[str, int | None]], now: Instant
) -> list[Dialled]:
    # A day more than the limits': the customer's day may have begun before the centre's.
    since = day_start(rulebook.almanac.centre, now, -rulebook.limits.days)
    is_theirs = or_(
        Attempt.number.in_([number for number, _ in whom]),
        Attempt.target_id.in_([target_id for _, target_id in whom if target_id is not None]),
    )
    query = select(Attempt.number, Attempt.target_id, Attempt.placed_at, Attempt.ended_at).where(
        is_theirs, Attempt.placed_at >= since, Attempt.is_counted
    )
    rows = (await session.execute(query.order_by(Attempt.placed_at))).all()
    return [
        Dialled(
            number=[row.placed_at for row in rows if row.number == number],
            target=[row.placed_at for row in rows if row.target_id == target_id],
            is_in_air=any(row.number == number and row.ended_at is None for row in rows),
        )
        for number, target_id in whom
    ]


def put_off(target: Target, permit: Permit, now: Instant) -> None:
    """What becomes of a target that may not be called now: later, or never, where somebody wants it so for good.

    One that was asked for before its time does not come any sooner for that.
    """
    never = next((one.reason for one in permit.refused if one.reason in FOR_GOOD and one.until is None), None)
    if never is not None:
        target.last_outcome = str(never)
        close(target, TargetState.CLOSED, now)
    else:
        next_at = permit.next_at if permit.next_at is not None else now + PUT_OFF_SECONDS
        target.due_at = max(next_at, target.due_at or 0.0)


def commit_attempt(
    session: AsyncSession, callback_list: CallbackList, target: Target, now: Instant, *, mode: Mode, interface: str = ""
) -> Reservation:
    """Adds the attempt's row: once the transaction has committed, the call may be asked for, once."""
    target.state = TargetState.IN_AIR
    target.attempts += 1
    attempt = Attempt(
        attempt_id=f"{AGENT_FIRST_PREFIX if interface else ATTEMPT_PREFIX}{uuid4().hex}",
        list_id=callback_list.id,
        target_id=target.id,
        pbx=callback_list.pbx,
        queue=callback_list.queue,
        number=target.dial_number,
        placed_at=now,
        mode=mode,
        interface=interface,
        trunk=callback_list.trunk,
    )
    session.add(attempt)
    return Reservation(
        attempt_id=AttemptId(attempt.attempt_id),
        list_id=callback_list.id,
        pbx=attempt.pbx,
        queue=attempt.queue,
        number=attempt.number,
        detect_machine=callback_list.detect_machine and not interface,
        reserved_at=now,
        mode=mode,
        interface=interface,
        trunk=attempt.trunk,
    )
