"""Which conversations an agent has something to write down about: the one at hand, and the last one."""

from collections.abc import Iterator

from msgspec import Struct
from sqlalchemy import ColumnElement, select

from callcenter.errors import Conflict, NotFound
from callcenter.floor.facts import Conversation, Direction
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Channel, Talk
from callcenter.floor.terms import Instant, PbxName
from callcenter.forms.service import IN_HAND_SECONDS
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, conversations, fact_of


class Talked(Struct, frozen=True, kw_only=True):
    """An agent's part in a call, with somebody outside; `ended_at` None: they talk now.

    `is_callback`: the dialer placed the call, which has the record form of its list.
    """

    pbx: str
    call_id: str
    agent_number: str
    agent_name: str
    queue: str
    number: str
    direction: Direction
    began_at: Instant
    ended_at: Instant | None = None
    is_callback: bool = False


def of_floor(floor: Floor, agent: str) -> list[Talked]:
    """What an agent talks in now, or works on after it, the newest first; a call within the house has no form."""
    found = [one for one in _of_floor(floor, agent) if one.direction is not Direction.INTERNAL]
    return sorted(found, key=lambda one: one.began_at, reverse=True)


def _of_floor(floor: Floor, agent: str) -> Iterator[Talked]:
    for site in floor.sites.values():
        for channel in site.channels.values():
            if (talk := channel.talk) is not None and talk.seat.agent_number == agent:
                yield _talking(channel, talk, is_callback=_is_dialled(floor, site.pbx, talk.call_id))
        for seat in site.seats.values():
            if (fact := seat.unfinished) is not None and seat.agent_number == agent:
                yield _over(fact, is_callback=_is_dialled(floor, site.pbx, fact.call_id))


def _is_dialled(floor: Floor, pbx: str, call_id: str) -> bool:
    """Whether a call that goes on was placed by the dialer."""
    site = floor.sites.get(PbxName(pbx))
    return site is not None and any(attempt.call_id == call_id for attempt in site.attempts.values())


def _talking(channel: Channel, talk: Talk, *, is_callback: bool) -> Talked:
    return Talked(
        pbx=talk.seat.pbx,
        call_id=talk.call_id,
        agent_number=talk.seat.agent_number,
        agent_name=talk.seat.agent_name,
        queue=talk.queue,
        number=channel.other_number,
        direction=channel.direction or Direction.INBOUND,
        began_at=talk.began_at,
        is_callback=is_callback,
    )


def _over(fact: Conversation, *, is_callback: bool) -> Talked:
    return Talked(
        pbx=fact.pbx,
        call_id=fact.call_id,
        agent_number=fact.agent_number,
        agent_name=fact.agent_name,
        queue=fact.queue,
        number=fact.number,
        direction=fact.direction,
        began_at=fact.began_at,
        ended_at=fact.ended_at,
        is_callback=is_callback,
    )


async def last_of(sessions: Sessions, floor: Floor, agent: str, now: Instant) -> Talked | None:
    """What an agent talked in last that was no callback, while it is in hand (`IN_HAND_SECONDS`)."""
    of = conversations.c
    since = now - IN_HAND_SECONDS
    # The bound of the beginning follows from the other one for every call of less than a shift, and has an index.
    wanted = (of.agent_number == agent, of.began_at >= since - IN_HAND_SECONDS, of.ended_at >= since)
    return await _last(sessions, floor, *wanted, calls.c.attempt_id.is_(None))


async def talked_in(sessions: Sessions, floor: Floor, pbx: str, call_id: str, agent: str) -> Talked:
    """An agent's part in this call. Raises NotFound, Conflict for a callback, which has a form of its own."""
    of = conversations.c
    now = [one for one in of_floor(floor, agent) if (one.pbx, one.call_id) == (pbx, call_id)]
    found = (
        now[0] if now else await _last(sessions, floor, of.pbx == pbx, of.call_id == call_id, of.agent_number == agent)
    )
    if found is None:
        raise NotFound(f"agent {agent} talked in no call {call_id} at {pbx}")
    if found.is_callback:
        raise Conflict("the dialer placed this call: fill in the record form of its list")
    return found


def check_in_hand(talked: Talked, now: Instant) -> None:
    """Raises Conflict where the talk is so long ago that it is no more the agent's to change."""
    if talked.ended_at is not None and talked.ended_at < now - IN_HAND_SECONDS:
        hours = int(IN_HAND_SECONDS // 3600)
        raise Conflict(f"this call was more than {hours} hours ago: ask a supervisor to change what is written of it")


async def _last(sessions: Sessions, floor: Floor, *wanted: ColumnElement[bool]) -> Talked | None:
    of = conversations.c
    query = (
        select(conversations, calls.c.attempt_id)
        .outerjoin(calls, (calls.c.pbx == of.pbx) & (calls.c.call_id == of.call_id))
        .where(*wanted, of.direction != Direction.INTERNAL)
        .order_by(of.began_at.desc(), of.id.desc())
        .limit(1)
    )
    async with sessions() as session:
        row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    is_callback = row["attempt_id"] is not None or _is_dialled(floor, row["pbx"], row["call_id"])
    return _over(fact_of(Conversation, row), is_callback=is_callback)
