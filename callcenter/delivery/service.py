"""What others use: puts mail and events into the outbox; and webhooks made and changed, deliveries looked at.

`send_mail` and `post_webhooks` write rows in the caller's transaction, so that what is told and what is kept agree;
the outbox (`Outbox.wake`) sends them once that has been committed.
"""

import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from callcenter.delivery.kinds import TEST, AnyKind, EventKind, Payload, TestTold
from callcenter.delivery.mail import Mail, as_message
from callcenter.delivery.rules import SECRET_BYTES, Channel, Network, State, check_kinds, check_url, secret_of
from callcenter.delivery.tables import Delivery, DeliveryTry, Webhook
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

# --- into the outbox --------------------------------------------------------------------------------------------


async def send_mail(db: AsyncSession, kind: str, mail: Mail, now: Instant) -> str:
    """Puts a mail into the outbox; its delivery id. `kind` says in the log what it is about. Raises BadInput."""
    row = _delivery("mail", kind, ", ".join(mail.to), as_message(mail), now)
    db.add(row)
    return row.delivery_id


async def post_webhooks(
    db: AsyncSession,
    kind: EventKind[Payload],
    payload: Payload,
    now: Instant,
    *,
    to: Sequence[Webhook] | None = None,
    lasts_seconds: Seconds | None = None,
) -> list[str]:
    """Puts an event into the outbox, once for each webhook that wants its kind; their delivery ids.

    `to` are those, where they were asked for before (`wanting`). What is news for `lasts_seconds` only waits for no
    other event, and is given up then.
    """
    webhooks = await wanting(db, kind) if to is None else to
    content = _content(kind, payload, now) if webhooks else b""
    rows = [_for_webhook(webhook, kind, content, now) for webhook in webhooks]
    for row in rows:
        row.expires_at = None if lasts_seconds is None else now + lasts_seconds
    db.add_all(rows)
    return [row.delivery_id for row in rows]


async def wanting(db: AsyncSession, kind: AnyKind) -> list[Webhook]:
    """The webhooks that want events of this kind: where making one costs something, they are asked for first."""
    webhooks = (await db.scalars(select(Webhook).where(Webhook.is_enabled))).all()
    return [webhook for webhook in webhooks if not webhook.kinds or kind.name in webhook.kinds]


def _content(kind: EventKind[Payload], payload: Payload, now: Instant) -> bytes:
    return msgspec.json.encode({"type": kind.name, "at": now, "data": payload})


def _for_webhook(webhook: Webhook, kind: AnyKind, content: bytes, now: Instant) -> Delivery:
    return _delivery("webhook", kind.name, webhook.url, content, now, webhook_id=webhook.id)


def _delivery(
    channel: Channel, kind: str, destination: str, content: bytes, now: Instant, *, webhook_id: int | None = None
) -> Delivery:
    return Delivery(
        delivery_id=uuid.uuid4().hex,
        channel=channel,
        webhook_id=webhook_id,
        kind=kind,
        destination=destination,
        content=content,
        state="waiting",
        created_at=now,
        due_at=now,
    )


# --- webhooks ---------------------------------------------------------------------------------------------------


async def webhooks(sessions: Sessions) -> Sequence[Webhook]:
    """All of them, by name."""
    async with sessions() as db:
        return (await db.scalars(select(Webhook).order_by(Webhook.name))).all()


async def add_webhook(
    sessions: Sessions, fields: Mapping[str, Any], now: Instant, allowed: Sequence[Network] = ()
) -> Webhook:
    """Makes a webhook with a fresh secret. Raises BadInput, Conflict if the name is taken."""
    _check(fields, allowed)
    row = Webhook(**fields, secret=secret_of(secrets.token_bytes(SECRET_BYTES)), created_at=now)
    with _name_taken(fields):
        async with sessions.begin() as db:
            db.add(row)
    return row


async def change_webhook(
    sessions: Sessions, webhook_id: int, fields: Mapping[str, Any], allowed: Sequence[Network] = ()
) -> Webhook:
    """Changes some fields; what waits for it goes to the new address. Raises NotFound, BadInput, Conflict."""
    _check(fields, allowed)
    with _name_taken(fields):
        async with sessions.begin() as db:
            row = await _webhook(db, webhook_id)
            for name, value in fields.items():
                setattr(row, name, value)
    return row


async def renew_secret(sessions: Sessions, webhook_id: int) -> Webhook:
    """Gives a webhook another secret; the old one signs nothing any more. Raises NotFound."""
    async with sessions.begin() as db:
        row = await _webhook(db, webhook_id)
        row.secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    return row


async def delete_webhook(sessions: Sessions, webhook_id: int) -> None:
    """Removes a webhook with its deliveries. Raises NotFound."""
    async with sessions.begin() as db:
        row = await _webhook(db, webhook_id)
        await db.execute(delete(Webhook).where(Webhook.id == row.id))


async def test_webhook(sessions: Sessions, webhook_id: int, now: Instant) -> str:
    """Puts a test event for one webhook into the outbox, enabled or not; its delivery id. Raises NotFound."""
    async with sessions.begin() as db:
        webhook = await _webhook(db, webhook_id)
        content = _content(TEST, TestTold(webhook=webhook.name), now)
        row = _for_webhook(webhook, TEST, content, now)
        db.add(row)
    return row.delivery_id


def _check(fields: Mapping[str, Any], allowed: Sequence[Network]) -> None:
    if "url" in fields:
        check_url(fields["url"], allowed)
    check_kinds(fields.get("kinds", ()))


@contextmanager
def _name_taken(fields: Mapping[str, Any]) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"there is a webhook called {fields.get('name')!r} already", field="name") from error


async def _webhook(db: AsyncSession, webhook_id: int) -> Webhook:
    row = await db.get(Webhook, webhook_id)
    if row is None:
        raise NotFound(f"there is no webhook {webhook_id}")
    return row


# --- the log ----------------------------------------------------------------------------------------------------


async def deliveries(
    sessions: Sessions,
    *,
    state: State | None = None,
    webhook_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Delivery]:
    """A page of the log, newest first."""
    rows = select(Delivery).order_by(Delivery.id.desc()).limit(limit)
    if state is not None:
        rows = rows.where(Delivery.state == state)
    if webhook_id is not None:
        rows = rows.where(Delivery.webhook_id == webhook_id)
    if before is not None:
        rows = rows.where(Delivery.id < before)
    async with sessions() as db:
        return (await db.scalars(rows)).all()


async def one_delivery(sessions: Sessions, row_id: int) -> tuple[Delivery, Sequence[DeliveryTry]]:
    """A delivery with its content, and its tries, oldest first. Raises NotFound."""
    async with sessions() as db:
        row = await db.get(Delivery, row_id, options=[undefer(Delivery.content)])
        if row is None:
            raise NotFound(f"there is no delivery {row_id}")
        tries = select(DeliveryTry).where(DeliveryTry.delivery == row_id).order_by(DeliveryTry.id)
        return row, (await db.scalars(tries)).all()


async def replay(sessions: Sessions, row_id: int, now: Instant) -> None:
    """Sends a delivery again, with its id and content as they were. Raises NotFound, Conflict while it waits."""
    again = update(Delivery).where(Delivery.id == row_id, Delivery.state != "waiting")
    async with sessions.begin() as db:
        expires_at = now + (Delivery.expires_at - Delivery.created_at)
        values = {"state": "waiting", "due_at": now, "tries": 0, "expires_at": expires_at}
        done = await db.execute(again.values(values).returning(Delivery.id))
        if done.first() is None:
            if await db.get(Delivery, row_id) is None:
                raise NotFound(f"there is no delivery {row_id}")
            raise Conflict("this delivery is being tried anyway")
