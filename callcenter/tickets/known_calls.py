"""Which call somebody may put with a ticket: their own, or one that they may see."""

from msgspec import Struct
from sqlalchemy import select

from callcenter.accounts.scoped import call_in_scope
from callcenter.accounts.service import Account
from callcenter.errors import NotFound
from callcenter.floor.floor import Floor
from callcenter.floor.terms import PbxName
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, conversations, queue_visits


class KnownCall(Struct, frozen=True):
    """A call, whom it was with as the PBX wrote the number, and the queue that it came from ("": none)."""

    pbx: str
    call_id: str
    number: str
    queue: str


def own_call(floor: Floor, agent: str, pbx: str, call_id: str) -> KnownCall | None:
    """The call at an agent's own seat, or in the work after it; None where it is another's, or over."""
    site = floor.sites.get(PbxName(pbx))
    for seat in site.seats.values() if site else ():
        if seat.agent_number != agent:
            continue
        if seat.call_id == call_id:
            return KnownCall(pbx, call_id, seat.number, seat.queue)
        if seat.unfinished is not None and seat.unfinished.call_id == call_id:
            return KnownCall(pbx, call_id, seat.unfinished.number, seat.unfinished.queue)
    return None


async def known_call(sessions: Sessions, floor: Floor, account: Account, pbx: str, call_id: str) -> KnownCall:
    """The call that an account means. Raises NotFound: nobody is told of a call that they may not see."""
    own = account.agent_number
    at_seat = own_call(floor, own, pbx, call_id) if own is not None else None
    if at_seat is not None:
        return at_seat
    talks, of = conversations.c, calls.c
    talked = select(talks.number, talks.queue).where(
        talks.pbx == pbx, talks.call_id == call_id, talks.agent_number == (own or ""), talks.agent_number != ""
    )
    seen = select(of.number).where(
        of.pbx == pbx, of.call_id == call_id, call_in_scope(account.scope, of.pbx, of.call_id)
    )
    waited = select(queue_visits.c.queue).where(queue_visits.c.pbx == pbx, queue_visits.c.call_id == call_id)
    async with sessions() as session:
        mine = (await session.execute(talked.limit(1))).first()
        if mine is not None:
            return KnownCall(pbx, call_id, mine.number, mine.queue)
        number = await session.scalar(seen.limit(1)) if "see_calls" in account.permissions else None
        if number is None:
            raise NotFound(f"there is no call {call_id} of yours at {pbx}")
        queue = await session.scalar(waited.order_by(queue_visits.c.joined_at).limit(1))
    return KnownCall(pbx, call_id, number, queue or "")
