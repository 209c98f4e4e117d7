"""Repeats become one ticket, and that can be undone: the other one is hidden with everything it has, and never lost.

What belongs to a merged ticket is told as a part of the one that it was merged into, and copied nowhere (decision 48).
"""

from callcenter.accounts.service import Account
from callcenter.errors import BadInput, Conflict
from callcenter.tickets.history import note
from callcenter.tickets.rules import What, check_complaint_is_kept, check_open, number_of, told_change
from callcenter.tickets.service import Context, changing, settle, told_row
from callcenter.tickets.tables import Ticket


async def merge(context: Context, account: Account, kept: tuple[int, int], gone: tuple[int, int]) -> Ticket:
    """Merges the ticket `gone` (id and version) into `kept`, which is a complaint if `gone` is one.

    Raises NotFound, BadInput, Conflict.
    """
    if kept[0] == gone[0]:
        raise BadInput("A ticket cannot be merged with itself", field="other_id")
    now, by = context.clock(), account.username
    async with context.sessions.begin() as session:
        # In one order, so that two who merge the same tickets the other way round wait for each other.
        rows = {key: await changing(session, account, key, now) for key in sorted((kept, gone))}
        check_open(rows[kept].state)
        check_complaint_is_kept(rows[kept], rows[gone], context.settings.complaints)
        rows[gone].merged_into, rows[gone].merged_at, rows[gone].merged_by = kept[0], now, by
        rows[kept].contact_at = max(rows[kept].contact_at, rows[gone].contact_at)
        for row, other in ((rows[kept], gone[0]), (rows[gone], kept[0])):
            details = {"ticket": number_of(other), "is_kept": row is rows[kept]}
            await note(session, row.id, by, now, told_change(What.MERGED, details))
        await settle(session, context, rows[kept])
    return rows[kept]


async def undo(context: Context, account: Account, gone_id: int) -> Ticket:
    """Takes a merge back: both tickets are by themselves again, each with what it had. Gives the one that was hidden.

    What was added since then stays where it was added. Raises NotFound, Conflict for one that is not merged.
    """
    now, by = context.clock(), account.username
    async with context.sessions.begin() as session:
        gone = await told_row(session, account, gone_id)
        if gone.merged_into is None:
            raise Conflict("This ticket is not merged")
        kept = await session.get_one(Ticket, gone.merged_into, with_for_update=True)
        await session.refresh(gone, with_for_update=True)
        if gone.merged_into != kept.id:
            raise Conflict("Somebody has changed this ticket meanwhile; load it again")
        gone.merged_into, gone.merged_at, gone.merged_by = None, None, ""
        for row, other in ((kept, gone.id), (gone, kept.id)):
            row.version, row.changed_at, row.changed_by = row.version + 1, now, by
            details = {"ticket": number_of(other), "is_kept": row is kept}
            await note(session, row.id, by, now, told_change(What.UNMERGED, details))
            await settle(session, context, row)
    return gone
