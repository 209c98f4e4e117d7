"""Which call somebody may put with a ticket: their own, or one that they may see."""

from sqlalchemy import select

from callcenter.accounts.scoped import call_in_scope
from callcenter.accounts.service import Account
from callcenter.customers.popping import KnownCall, own_call
from callcenter.errors import NotFound
from callcenter.floor.floor import Floor
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, conversations, queue_visits


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
