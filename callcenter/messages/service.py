"""Messages in the database: written, seen, acknowledged, withdrawn; and listed for those who may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import Struct
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.scoped import in_scope
from callcenter.accounts.service import Account
from callcenter.errors import NotFound
from callcenter.floor.terms import Instant, Seconds
from callcenter.messages.rules import Addressee, Whom, check_open, standing
from callcenter.messages.tables import Message, MessageRecipient
from callcenter.store.engine import Sessions


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What is written, and so long it stays on the desks of those who do not acknowledge it."""

    text: str
    whom: Whom
    lasts_seconds: Seconds


class Counted(Struct, frozen=True):
    """A message, and how many of those to whom it was written have seen and acknowledged it."""

    message: Message
    recipients: int
    seen: int
    acknowledged: int


Received = tuple[Message, MessageRecipient]


def _is_shown(account: Account) -> ColumnElement[bool]:
    """That the account is told of this recipient: of its own messages all, of others those of its scope."""
    return or_(Message.writer_id == account.id, in_scope(account.scope, team=MessageRecipient.team))


# --- for those who write ----------------------------------------------------------------------------------------


async def write(
    sessions: Sessions, new: NewMessage, to: Iterable[Addressee], account: Account, now: Instant
) -> Counted:
    """Keeps a message to these agents."""
    message = Message(
        text=new.text,
        to=new.whom.to,
        team=new.whom.team,
        writer_id=account.id,
        written_by=account.name or account.username,
        written_at=now,
        expires_at=now + new.lasts_seconds,
    )
    async with sessions.begin() as session:
        session.add(message)
        await session.flush()
        recipients = [
            MessageRecipient(message_id=message.id, agent_number=one.number, agent_name=one.name, team=one.team)
            for one in to
        ]
        session.add_all(recipients)
    return Counted(message, len(recipients), 0, 0)


async def messages(sessions: Sessions, account: Account, *, before: int | None, limit: int) -> list[Counted]:
    """The messages that the account is told of, the newest first."""
    async with sessions() as session:
        return await _counted(session, account, Message.id < before if before else Message.id > 0, limit)


async def one_message(
    sessions: Sessions, message_id: int, account: Account
) -> tuple[Counted, Sequence[MessageRecipient]]:
    """A message with those to whom it was written, by name. Raises NotFound, also for one outside the scope."""
    async with sessions() as session:
        found = await _counted(session, account, Message.id == message_id, 1)
        if not found:
            raise NotFound(f"there is no message {message_id}")
        recipients = await session.scalars(
            select(MessageRecipient)
            .join(Message, Message.id == MessageRecipient.message_id)
            .where(Message.id == message_id, _is_shown(account))
            .order_by(MessageRecipient.agent_name, MessageRecipient.agent_number)
        )
        return found[0], recipients.all()


async def _counted(session: AsyncSession, account: Account, wanted: ColumnElement[bool], limit: int) -> list[Counted]:
    of_message = (MessageRecipient.message_id == Message.id, _is_shown(account))
    is_told = select(MessageRecipient.message_id).where(*of_message).correlate(Message).exists()
    counted = (MessageRecipient.message_id, MessageRecipient.seen_at, MessageRecipient.acknowledged_at)
    counts = [select(func.count(one)).where(*of_message).correlate(Message).scalar_subquery() for one in counted]
    rows = await session.execute(
        select(Message, *counts).where(wanted, is_told).order_by(Message.id.desc()).limit(limit)
    )
    return [Counted(*row) for row in rows]


async def withdraw(sessions: Sessions, message_id: int, account: Account, now: Instant) -> Counted:
    """Takes a message from the desks; what is withdrawn already stays as it is. Raises NotFound for another's."""
    async with sessions.begin() as session:
        message = await session.get(Message, message_id, with_for_update=True)
        if message is None or message.writer_id != account.id:
            raise NotFound(f"you have written no message {message_id}")
        if message.withdrawn_at is None:
            message.withdrawn_at = now
        await session.flush()
        return (await _counted(session, account, Message.id == message_id, 1))[0]


# --- for those who are written to -------------------------------------------------------------------------------


async def received(
    sessions: Sessions, agent: str, *, open_at: Instant | None, since: Instant, before: int | None, limit: int
) -> list[Received]:
    """What was written to an agent from `since` on and not withdrawn, the newest first.

    With `open_at` what is on the desk then.
    """
    wanted = [
        MessageRecipient.agent_number == agent,
        Message.withdrawn_at.is_(None),
        Message.written_at >= since,
    ]
    if open_at is not None:
        wanted += [MessageRecipient.acknowledged_at.is_(None), Message.expires_at > open_at]
    if before is not None:
        wanted.append(Message.id < before)
    async with sessions() as session:
        rows = await session.execute(
            select(Message, MessageRecipient)
            .join(MessageRecipient, MessageRecipient.message_id == Message.id)
            .where(*wanted)
            .order_by(Message.id.desc())
            .limit(limit)
        )
        return [(message, recipient) for message, recipient in rows]


async def see(sessions: Sessions, message_id: int, agent: str, now: Instant) -> None:
    """The agent's desk shows it; the first time counts. Raises NotFound for what was not written to them."""
    async with sessions.begin() as session:
        _message, recipient = await _received(session, message_id, agent)
        recipient.seen_at = recipient.seen_at or now


async def acknowledge(sessions: Sessions, message_id: int, agent: str, now: Instant) -> Received:
    """The agent has understood it; the first time counts.

    Raises NotFound for what was not written to them, Conflict for what is on no desk any more.
    """
    async with sessions.begin() as session:
        message, recipient = await _received(session, message_id, agent)
        if recipient.acknowledged_at is None:
            check_open(standing(message.expires_at, message.withdrawn_at, now))
            recipient.seen_at = recipient.seen_at or now
            recipient.acknowledged_at = now
        return message, recipient


async def _received(session: AsyncSession, message_id: int, agent: str) -> Received:
    recipient = await session.get(MessageRecipient, (message_id, agent), with_for_update=True)
    message = await session.get(Message, message_id)
    if recipient is None or message is None:
        raise NotFound(f"there is no message {message_id} to you")
    return message, recipient
