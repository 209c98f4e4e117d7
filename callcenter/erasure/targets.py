"""A person on the callback lists: targets, promises and attempts, and the offers that show them to agents."""

from collections.abc import Sequence

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.rules import LEFT, OfferState, TargetState
from callcenter.dialer.tables import Attempt, Offer, Target
from callcenter.erasure.around import Around, NotYet
from callcenter.erasure.person import Person, dialect_of
from callcenter.lines import stand_in
from callcenter.store.erased import new_letters

CANCELLED = (*LEFT, TargetState.ASKING)
"""Targets in these states wait for a call, which is not made."""


async def targets_of(session: AsyncSession, person: Person) -> list[Target]:
    """The targets that are the person, but those of which a call is held."""
    may_be = person.may_name((Target.number, Target.dial_number, Target.other_numbers), dialect_of(session))
    rows = await session.scalars(select(Target).where(may_be).order_by(Target.id))
    found = [row for row in rows if any(map(person.line_of, [row.number, row.dial_number, *row.other_numbers]))]
    return [row for row in found if not await _is_held(session, person, row)]


async def _is_held(session: AsyncSession, person: Person, row: Target) -> bool:
    if not person.held:
        return False
    calls = await session.execute(select(Attempt.pbx, Attempt.call_id).where(Attempt.target_id == row.id))
    return any((pbx, call_id) in person.held for pbx, call_id in calls)


async def attempts_of(session: AsyncSession, person: Person) -> list[Attempt]:
    """The dials to the person, but those whose call is held."""
    rows = await session.scalars(select(Attempt).where(person.may_name([Attempt.number], dialect_of(session))))
    return [row for row in rows if person.line_of(row.number) and (row.pbx, row.call_id) not in person.held]


async def is_dialled(session: AsyncSession, person: Person) -> bool:
    """Whether the dialer has a call to the person in the air."""
    rows = await session.scalars(select(Attempt.number).where(Attempt.ended_at.is_(None)))
    return any(map(person.line_of, rows))


async def other_numbers(session: AsyncSession, person: Person) -> list[str]:
    """Further numbers that lists have of the person: somebody has to decide whether they are named, too."""
    found = {number for row in await targets_of(session, person) for number in (row.number, *row.other_numbers)}
    return sorted(number for number in found if not person.line_of(number))


async def count_targets(session: AsyncSession, person: Person) -> int:
    """How many targets are the person."""
    return len(await targets_of(session, person))


async def count_attempts(session: AsyncSession, person: Person) -> int:
    """How often the person was dialled."""
    return len(await attempts_of(session, person))


async def erase_attempts(around: Around, person: Person, _reference: str) -> None:
    """Letters for the number; what came of each dial stays. Raises NotYet while one is in the air."""
    async with around.sessions.begin() as session:
        if await is_dialled(session, person):
            raise NotYet("The dialer has a call to the person in the air")
        for row in await attempts_of(session, person):
            row.number = _blank(person, row.number)


async def erase_targets(around: Around, person: Person, _reference: str) -> None:
    """Nobody calls the person any more. What fell due before now stays counted as it was."""
    now = around.clock()
    async with around.sessions.begin() as session:
        rows = await targets_of(session, person)
        in_air = select(Attempt.id).where(Attempt.ended_at.is_(None), Attempt.target_id.in_([row.id for row in rows]))
        if await session.scalar(select(exists(in_air))):
            raise NotYet("The dialer has a call to the person in the air")
        await _take_back_offers(session, rows, now)
        for row in rows:
            row.number, row.dial_number = _blank(person, row.number), _blank(person, row.dial_number)
            row.other_numbers, row.number_index, row.name, row.attributes = [], 0, "", {}
            if row.state in CANCELLED:
                row.state, row.closed_at, row.promised_at, row.owner_until = TargetState.ERASED, now, None, None
                row.due_at = row.due_at if row.due_at is not None and row.due_at < now else None


async def _take_back_offers(session: AsyncSession, rows: Sequence[Target], now: float) -> None:
    taken_back = update(Offer).where(Offer.target_id.in_([row.id for row in rows]), Offer.state == OfferState.OPEN)
    await session.execute(taken_back.values(state=OfferState.EXPIRED, decided_at=now))


def _blank(person: Person, number: str) -> str:
    """The number in letters; so is a number that was not named of a target that is the person."""
    line = person.line_of(number)
    return stand_in(number, line.stand_in if line else new_letters(len(number)))
