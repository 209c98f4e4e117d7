"""The outbox at work: one task that sends what is due, tries again what failed, and writes each try down.

A row is claimed by moving its due time on before it is sent: a process that dies leaves it due again a little later,
and of two processes only one sends it. So everything is sent at least once, and seldom twice.

What expires (a ring) does not stand in line behind what does not: the newest of it is sent first, several at a time,
and what was not delivered until then is given up.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import undefer

from callcenter.delivery.mail import hand_over
from callcenter.delivery.posting import post
from callcenter.delivery.rules import TOO_LATE, next_try
from callcenter.delivery.tables import Delivery, DeliveryTry, Webhook
from callcenter.delivery.trying import Answer
from callcenter.floor.terms import Instant, Seconds
from callcenter.looking import woken
from callcenter.settings import MailSettings, WebhookSettings
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

CLAIM_SECONDS: Seconds = 120
"""A try takes less; what was under way when the server was killed is sent this much later."""

LOOK_SECONDS: Seconds = 30
"""What another process put into the outbox, or a clock that was set, is seen so late at most."""

DATABASE_PAUSE_SECONDS: Seconds = 1.0
AT_ONCE = 8
KEPT_SECONDS: Seconds = 30 * 86400
"""How long the log keeps what was sent or given up."""

URGENT_AT_ONCE = 20
"""So much of what expires one webhook gets at a time, and `URGENT_IN_ALL` all of them: a whole group of phones may ring
at once, at a receiver that takes its time."""
URGENT_IN_ALL = 60
MOST_LOOKED_AT = 500
"""Of what expires, per look."""

LANE = func.coalesce(Delivery.webhook_id, 0)
"""What goes one after another: each webhook's deliveries that do not expire, and all mail."""


class Urgent(NamedTuple):
    """The lane of something that expires: its own."""

    webhook_id: int
    row_id: int


Lane = int | Urgent


def _due(now: Instant) -> tuple[ColumnElement[bool], ...]:
    return Delivery.state == "waiting", Delivery.due_at <= now


def chosen(news: Iterable[Urgent], under_way: Collection[Urgent]) -> Iterator[Urgent]:
    """Which of what is urgent is begun beside what is under way, in the order given."""
    begun = [*under_way]
    for one in news:
        if len(begun) >= URGENT_IN_ALL:
            return
        if one not in under_way and sum(one.webhook_id == of.webhook_id for of in begun) < URGENT_AT_ONCE:
            begun.append(one)
            yield one


class Ways(Struct, frozen=True):
    """How things leave."""

    mail: MailSettings
    webhooks: WebhookSettings


class Outbox:
    """Sends what is in the outbox. `run` is its task; `wake` says that something new was committed.

    One webhook gets one thing at a time, and so does the mail server, but for what expires; one that hangs delays
    nobody else.
    """

    def __init__(
        self,
        sessions: Sessions,
        ways: Ways,
        *,
        clock: Callable[[], Instant] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.sessions, self._ways, self.clock, self._chance = sessions, ways, clock, chance
        self._woken = asyncio.Event()
        self._busy: dict[Lane, asyncio.Task[None]] = {}
        self._cleared_at = 0.0

    def wake(self) -> None:
        """Something may be due."""
        self._woken.set()

    async def run(self) -> None:
        """Works until it is cancelled; a database that is away is waited for."""
        try:
            while True:
                try:
                    pause = await self._round()
                except (DBAPIError, OSError):
                    log.exception("The outbox waits for the database")
                    pause = DATABASE_PAUSE_SECONDS
                await woken(self._woken, pause)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _round(self) -> Seconds:
        """Begins what is due; how long to wait for the next."""
        now = self.clock()
        await self._clear_log(now)
        urgent = {lane for lane in self._busy if isinstance(lane, Urgent)}
        lanes = self._busy.keys() - urgent
        due = select(LANE, func.min(Delivery.id)).where(*_due(now), Delivery.expires_at.is_(None))
        rings = select(LANE, Delivery.id).where(*_due(now), Delivery.expires_at > now).order_by(Delivery.id.desc())
        late = (*_due(now), Delivery.expires_at <= now)
        async with self.sessions() as db:
            is_late = await db.scalar(select(Delivery.id).where(*late).limit(1)) is not None
            rows = (await db.execute(due.where(LANE.not_in(lanes)).group_by(LANE))).all()
            news = [Urgent(*row) for row in await db.execute(rings.limit(MOST_LOOKED_AT))]
            next_at = await db.scalar(select(func.min(Delivery.due_at)).where(Delivery.due_at > now))
        if is_late:
            await self._give_up(*late)
        for lane, row_id in rows[: AT_ONCE - len(lanes)]:
            self._begin(row_id, lane)
        for one in chosen(news, urgent):
            self._begin(one.row_id, one)
        return LOOK_SECONDS if next_at is None else min(LOOK_SECONDS, max(0.0, next_at - now))

    def _begin(self, row_id: int, lane: Lane) -> None:
        self._busy[lane] = asyncio.create_task(self._try(row_id, lane))

    async def _give_up(self, *late: ColumnElement[bool]) -> None:
        """What expired waiting is sent no more; what is under way just now (due later) is noted by its own try."""
        said = case((Delivery.said == "", TOO_LATE), else_=func.substr(TOO_LATE + "; " + Delivery.said, 1, 500))
        async with self.sessions.begin() as db:
            await db.execute(update(Delivery).where(*late).values(state="failed", due_at=None, said=said))

    async def _try(self, row_id: int, lane: Lane) -> None:
        try:
            row = await self._claim(row_id)
            if row is not None:
                began_at = self.clock()
                answer = await self._send(row)
                await self._note(row, began_at, answer)
        except (DBAPIError, OSError):
            log.exception("A delivery could not be noted; it is tried again in %g s", CLAIM_SECONDS)
        finally:
            del self._busy[lane]
            self.wake()

    async def _claim(self, row_id: int) -> Delivery | None:
        """The row, if it is still ours to send."""
        now = self.clock()
        ours = update(Delivery).where(Delivery.id == row_id, Delivery.state == "waiting", Delivery.due_at <= now)
        async with self.sessions.begin() as db:
            claimed = await db.execute(ours.values(due_at=now + CLAIM_SECONDS).returning(Delivery.id))
            if claimed.first() is None:
                return None
            return await db.get(Delivery, row_id, options=[undefer(Delivery.content)])

    async def _send(self, row: Delivery) -> Answer:
        try:
            if row.channel == "mail":
                return await hand_over(row.content, row.delivery_id, row.created_at, self._ways.mail)
            return await self._post(row)
        except Exception as error:
            log.exception("Delivery %d failed in a way nobody thought of", row.id)
            return Answer(None, f"{type(error).__name__}: {error}")

    async def _post(self, row: Delivery) -> Answer:
        async with self.sessions() as db:
            webhook = await db.get_one(Webhook, row.webhook_id)
        networks = self._ways.webhooks.allowed_networks
        return await post(webhook, row, self.clock(), networks)

    async def _note(self, row: Delivery, began_at: Instant, answer: Answer) -> None:
        now, tries = self.clock(), row.tries + 1
        is_over = answer.has_arrived or answer.is_final
        due_at = None if is_over else next_try(tries, now, self._chance(), row.expires_at)
        state = "sent" if answer.has_arrived else "failed" if due_at is None else "waiting"
        is_late = state == "failed" and not answer.is_final and row.expires_at is not None
        said = (f"{TOO_LATE}; {answer.said}" if is_late else answer.said)[:500]
        outcome = {"state": state, "due_at": due_at, "tries": tries, "said": said}
        if answer.has_arrived:
            outcome["sent_at"] = now
        async with self.sessions.begin() as db:
            noted = await db.execute(
                update(Delivery).where(Delivery.id == row.id).values(**outcome).returning(Delivery.id)
            )
            if noted.first() is not None:
                seconds = max(0.0, now - began_at)
                db.add(
                    DeliveryTry(delivery=row.id, began_at=began_at, seconds=seconds, status=answer.status, said=said)
                )
        if state == "failed":
            log.warning("Delivery %d (%s) is given up after %d tries", row.id, row.kind, tries)

    async def _clear_log(self, now: Instant) -> None:
        if now - self._cleared_at < KEPT_SECONDS / 30:
            return
        self._cleared_at = now
        old = delete(Delivery).where(Delivery.created_at < now - KEPT_SECONDS, Delivery.state != "waiting")
        async with self.sessions.begin() as db:
            await db.execute(old)
