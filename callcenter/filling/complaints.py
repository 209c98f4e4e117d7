"""Whether a closed complaint is called back, and where it is not, why: told before it is closed, and in its history."""

from collections.abc import Collection, Sequence

from msgspec import Struct, convert
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.service import Account
from callcenter.dialer.tables import CallbackList
from callcenter.filling.rules import FillKind, Options, source_of, why_none
from callcenter.filling.tables import Filled, FillRule
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions
from callcenter.tickets.callbacks import as_complaints, called_back, closed_complaints, missing_noted
from callcenter.tickets.history import BY_ITSELF, note
from callcenter.tickets.rules import CALLBACK_DAYS, DAY_SECONDS, Complaint, NoCallback, What, told_change
from callcenter.tickets.service import told_row


class Expected(Struct, frozen=True):
    """What closing a ticket leads to: a callback on a list, so many days later, or none and why.

    Without a list and a reason: the ticket is no complaint.
    """

    why_none: NoCallback | None = None
    list_id: int | None = None
    list_name: str = ""
    list_state: str = ""
    days: int = 0


async def expected(sessions: Sessions, complaints: Collection[str], account: Account, ticket_id: int) -> Expected:
    """What closing a ticket now would lead to. Raises NotFound."""
    async with sessions() as session:
        row = await told_row(session, account, ticket_id)
        if row.type not in complaints:
            return Expected()
        rules = await _rules(session)
        [complaint] = await as_complaints(session, [row])
        missing = why_none(complaint, {options.queue for _, options in rules})
        if missing is not None:
            return Expected(missing)
        rule, options = next(one for one in rules if one[1].queue in ("", complaint.queue))
        callback_list = await session.get_one(CallbackList, rule.list_id)
        return Expected(None, callback_list.id, callback_list.name, callback_list.state, options.days)


async def _rules(session: AsyncSession) -> Sequence[tuple[FillRule, Options]]:
    """The rules in force that take complaints, the oldest first."""
    query = select(FillRule).where(FillRule.is_enabled, FillRule.kind == FillKind.CLOSED_COMPLAINT)
    return [(row, convert(row.options, Options)) for row in await session.scalars(query.order_by(FillRule.id))]


async def note_missing(sessions: Sessions, complaints: Collection[str], until: Instant) -> None:
    """Writes into the history of each complaint closed until then that nobody is called about it, and why; once."""
    async with sessions.begin() as session:
        closed = await closed_complaints(session, complaints, until - CALLBACK_DAYS * DAY_SECONDS, "")
        ids = [one.ticket_id for one in closed]
        called, noted = await called_back(session, ids), await missing_noted(session, ids)
        rules = await _rules(session) if ids else ()
        for one in closed:
            last = max(called.get(one.ticket_id, -1.0), noted.get(one.ticket_id, -1.0))
            if last >= one.closed_at or one.closed_at > until:
                continue
            missing = why_none(one, {options.queue for _, options in rules}) or await _refused(session, one)
            if missing is not None:
                said = told_change(What.CALLBACK_MISSING, {"why": missing.value})
                await note(session, one.ticket_id, BY_ITSELF, until, said)


async def _refused(session: AsyncSession, complaint: Complaint) -> NoCallback | None:
    """That a rule took a complaint and made nothing of it, since its number cannot be called."""
    taken = select(Filled.rule_id).where(Filled.source == source_of(complaint)).limit(1)
    return None if await session.scalar(taken) is None else NoCallback.REFUSED


async def takes_complaints(sessions: Sessions) -> bool:
    """Whether any rule in force takes closed complaints."""
    async with sessions() as session:
        return bool(await _rules(session))
