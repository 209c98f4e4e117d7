"""The outbox: what is put into it arrives, once where all goes well, again where it did not."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from callcenter.delivery import posting, service
from callcenter.delivery.kinds import EventKind
from callcenter.delivery.mail import Attachment, Mail
from callcenter.delivery.outbox import CLAIM_SECONDS, KEPT_SECONDS, URGENT_AT_ONCE, URGENT_IN_ALL, Urgent, chosen
from callcenter.delivery.rules import BACK_OFF, TOO_LATE
from callcenter.delivery.tables import Delivery, DeliveryTry, Webhook
from callcenter.settings import WebhookSettings
from callcenter.store.engine import Sessions
from tests.delivery.conftest import Clock, Letters, Receiver, mail_settings, sending


async def a_webhook(sessions: Sessions, receiver: Receiver, clock: Clock, **given: Any) -> Webhook:
    fields = {"name": "crm", "url": receiver.url, "kinds": [], "is_enabled": True} | given
    async with sessions.begin() as db:
        row = Webhook(**fields, secret="whsec_" + base64.b64encode(b"s" * 32).decode(), created_at=clock())
        db.add(row)
    return row


async def told(sessions: Sessions, clock: Clock, kind: str = "alert.raised", **payload: Any) -> list[str]:
    async with sessions.begin() as db:
        return await service.post_webhooks(db, EventKind(kind, dict), payload, clock())


async def mailed(sessions: Sessions, clock: Clock, mail: Mail) -> None:
    async with sessions.begin() as db:
        await service.send_mail(db, "report", mail, clock())


async def until(sessions: Sessions, is_so: Callable[[list[Delivery]], bool]) -> list[Delivery]:
    """The rows of the outbox once they are so."""
    async with asyncio.timeout(20):
        while True:
            async with sessions() as db:
                rows = list(await db.scalars(select(Delivery).order_by(Delivery.id)))
            if is_so(rows):
                return rows
            await asyncio.sleep(0.01)


async def tries(sessions: Sessions) -> list[DeliveryTry]:
    async with sessions() as db:
        return list(await db.scalars(select(DeliveryTry).order_by(DeliveryTry.id)))


def tried(count: int) -> Callable[[list[Delivery]], bool]:
    return lambda rows: bool(rows) and rows[0].tries == count


def sent(rows: list[Delivery]) -> bool:
    return all(row.state == "sent" for row in rows)


async def test_event_arrives_signed(sessions: Sessions, receiver: Receiver, clock: Clock) -> None:
    webhook = await a_webhook(sessions, receiver, clock)
    [delivery_id] = await told(sessions, clock, value=3)
    async with sending(sessions, clock):
        [row] = await until(sessions, sent)
    [(headers, body)] = receiver.got
    assert json.loads(body) == {"type": "alert.raised", "at": clock(), "data": {"value": 3}}
    assert headers["webhook-id"] == delivery_id == row.delivery_id
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    signed = f"{delivery_id}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert [(one.status, one.said) for one in await tries(sessions)] == [(200, "thanks")]


async def test_only_those_who_want_it_are_told(sessions: Sessions, receiver: Receiver, clock: Clock) -> None:
    await a_webhook(sessions, receiver, clock, name="cleared", kinds=["alert.cleared"])
    await a_webhook(sessions, receiver, clock, name="off", is_enabled=False)
    assert await told(sessions, clock) == []
    assert len(await told(sessions, clock, "alert.cleared")) == 1


async def test_receiver_that_fails_is_tried_again_with_growing_pauses(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    receiver.says(503, "not now")
    receiver.says(500)
    await told(sessions, clock)
    async with sending(sessions, clock) as outbox:
        [row] = await until(sessions, tried(1))
        assert (row.state, row.due_at, row.said) == ("waiting", clock() + BACK_OFF[0], "not now")
        clock.now += BACK_OFF[0]
        outbox.wake()
        [row] = await until(sessions, tried(2))
        assert row.due_at == clock() + BACK_OFF[1]
        clock.now += BACK_OFF[1]
        outbox.wake()
        [row] = await until(sessions, sent)
    assert [one.status for one in await tries(sessions)] == [503, 500, 200]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert row.sent_at == clock()


async def test_receiver_that_never_answers_is_given_up_in_the_end_and_can_be_replayed(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    await told(sessions, clock)
    async with sending(sessions, clock) as outbox:
        for count, pause in enumerate(BACK_OFF, 1):
            receiver.says(500)
            outbox.wake()
            await until(sessions, tried(count))
            clock.now += pause
        receiver.says(500)
        outbox.wake()
        [row] = await until(sessions, tried(len(BACK_OFF) + 1))
        assert (row.state, row.due_at) == ("failed", None)
        await service.replay(sessions, row.id, clock())
        outbox.wake()
        await until(sessions, sent)


async def test_hanging_receiver_delays_nobody_else(
    sessions: Sessions, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "POST_SECONDS", 1.0)
    receiver.hangs()
    await a_webhook(sessions, receiver, clock, name="hangs")
    await told(sessions, clock, number=1)
    async with sending(sessions, clock) as outbox:
        await receiver.came.wait()
        await a_webhook(sessions, receiver, clock, name="works")
        await told(sessions, clock, number=2)
        outbox.wake()
        rows = await until(sessions, lambda rows: len(rows) == 3 and rows[2].state == "sent")
        assert rows[0].tries == 0
        rows = await until(sessions, lambda rows: rows[0].tries == 1 and rows[1].state == "sent")
    assert rows[0].said == "no answer within 1 s"


async def test_redirects_are_not_followed(sessions: Sessions, receiver: Receiver, clock: Clock) -> None:
    await a_webhook(sessions, receiver, clock)
    receiver.says(302, location="http://169.254.169.254/latest/meta-data")
    await told(sessions, clock)
    async with sending(sessions, clock):
        [row] = await until(sessions, tried(1))
    assert row.state == "waiting"
    assert "redirects are not followed" in row.said
    assert len(receiver.got) == 1


async def test_receiver_that_is_gone_for_good_is_given_up_at_once(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    receiver.says(410)
    await told(sessions, clock)
    async with sending(sessions, clock):
        [row] = await until(sessions, tried(1))
    assert row.state == "failed"


async def test_name_that_leads_to_this_machine_is_refused_when_it_is_called(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock, url=f"http://localhost:{receiver.port}/")
    await told(sessions, clock)
    async with sending(sessions, clock, webhooks=WebhookSettings()):
        [row] = await until(sessions, tried(1))
    assert row.state == "failed"
    assert "allowed_networks" in row.said
    assert receiver.got == []


async def test_name_is_kept_as_the_host_though_the_address_is_called(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    both = WebhookSettings(allowed_networks=("127.0.0.0/8", "::1/128"))  # type: ignore[arg-type]
    await a_webhook(sessions, receiver, clock, url=f"http://localhost:{receiver.port}/x")
    await told(sessions, clock)
    async with sending(sessions, clock, webhooks=both):
        await until(sessions, sent)
    assert receiver.got[0][0]["host"] == f"localhost:{receiver.port}"


KILLED = """
import asyncio, os, sys
from callcenter.delivery.outbox import Outbox, Ways
from callcenter.settings import MailSettings, WebhookSettings
from callcenter.store.engine import make_engine, make_sessions

async def main():
    ways = Ways(MailSettings(), WebhookSettings(allowed_networks=("127.0.0.0/8",)))
    await Outbox(make_sessions(make_engine(sys.argv[1])), ways, clock=lambda: float(sys.argv[2])).run()

asyncio.run(main())
"""


async def test_what_was_under_way_when_the_server_was_killed_is_sent_again_under_the_same_id(
    sessions: Sessions, storage_url: str, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    receiver.hangs()
    await told(sessions, clock)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, storage_url, str(clock()))
    await receiver.came.wait()
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    clock.now += CLAIM_SECONDS
    async with sending(sessions, clock):
        [row] = await until(sessions, sent)
    assert row.tries == 1
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [row.delivery_id] * 2


async def test_log_is_cleared_after_a_while_but_never_of_what_waits(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    await told(sessions, clock)
    async with sending(sessions, clock):
        await until(sessions, sent)
    await told(sessions, clock)
    clock.now += KEPT_SECONDS + 1
    receiver.says(503)
    async with sending(sessions, clock):
        [row] = await until(sessions, lambda rows: len(rows) == 1 and rows[0].tries == 1)
    assert row.state == "waiting"


# --- what is news for a short while ------------------------------------------------------------------------------


async def rang(sessions: Sessions, clock: Callable[[], float], **payload: Any) -> None:
    async with sessions.begin() as db:
        await service.post_webhooks(db, EventKind("call.ringing", dict), payload, clock(), lasts_seconds=30)


async def came(receiver: Receiver, kind: str, count: int) -> list[dict[str, Any]]:
    """What came of a kind, once it is so much."""
    async with asyncio.timeout(20):
        while True:
            told = [json.loads(body) for _, body in receiver.got]
            found = [one["data"] for one in told if one["type"] == kind]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.01)


async def test_a_ring_does_not_wait_behind_other_events(sessions: Sessions, receiver: Receiver, clock: Clock) -> None:
    await a_webhook(sessions, receiver, clock)
    receiver.is_slow(0.2, 12)
    for number in range(10):
        await told(sessions, clock, number=number)
    async with sending(sessions, time.time) as outbox:
        await came(receiver, "alert.raised", 1)
        began = time.monotonic()
        await rang(sessions, time.time)
        outbox.wake()
        await came(receiver, "call.ringing", 1)
        assert time.monotonic() - began < 1
        assert len(await came(receiver, "alert.raised", 1)) < 10
        others = await came(receiver, "alert.raised", 10)
    assert [one["number"] for one in others] == [*range(10)]


async def test_a_group_of_phones_that_rings_does_not_wait_for_a_slow_receiver(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    receiver.is_slow(3, URGENT_AT_ONCE)
    async with sending(sessions, time.time) as outbox:
        began = time.monotonic()
        for phone in range(URGENT_AT_ONCE):
            await rang(sessions, time.time, phone=phone)
        outbox.wake()
        rings = await came(receiver, "call.ringing", URGENT_AT_ONCE)
        assert time.monotonic() - began < 1
    assert sorted(ring["phone"] for ring in rings) == [*range(URGENT_AT_ONCE)]


async def test_rings_of_an_outage_are_given_up_and_the_next_one_comes_at_once(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    for phone in range(100):
        await rang(sessions, clock, phone=phone)
    clock.now += 31
    await rang(sessions, clock, phone="new")
    async with sending(sessions, clock):
        rows = await until(sessions, lambda rows: all(row.state != "waiting" for row in rows))
    assert {(row.state, row.said, row.due_at, row.tries) for row in rows[:-1]} == {("failed", TOO_LATE, None, 0)}
    assert (rows[-1].state, [one["phone"] for one in await came(receiver, "call.ringing", 1)]) == ("sent", ["new"])


def test_of_rings_that_wait_the_newest_is_told_first() -> None:
    waiting = [Urgent(webhook, row) for row in range(100, 0, -1) for webhook in (1, 2)]
    under_way = {Urgent(1, 200 + row) for row in range(URGENT_AT_ONCE - 2)} | {waiting[0]}
    begun = [*chosen(waiting, under_way)]
    assert [one.row_id for one in begun if one.webhook_id == 1] == [99]
    assert [one.row_id for one in begun if one.webhook_id == 2] == [*range(100, 100 - URGENT_AT_ONCE, -1)]
    everybody = [Urgent(webhook, row) for row in range(9) for webhook in range(URGENT_IN_ALL)]
    assert len([*chosen(everybody, under_way)]) == URGENT_IN_ALL - len(under_way)


async def test_a_ring_that_fails_is_tried_again_while_it_is_news(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    receiver.says(503, "not now")
    receiver.says(503, "nor now")
    await rang(sessions, clock)
    async with sending(sessions, clock) as outbox:
        [row] = await until(sessions, tried(1))
        assert (row.state, row.due_at) == ("waiting", clock() + BACK_OFF[0])
        clock.now += BACK_OFF[0]
        outbox.wake()
        [row] = await until(sessions, tried(2))
        assert (row.state, row.due_at, row.said) == ("failed", None, f"{TOO_LATE}; nor now")
        clock.now += 3600
        await service.replay(sessions, row.id, clock())
        outbox.wake()
        await until(sessions, sent)


async def test_a_ring_whose_second_try_comes_too_late_says_what_was_said(
    sessions: Sessions, receiver: Receiver, clock: Clock
) -> None:
    await a_webhook(sessions, receiver, clock)
    receiver.says(503, "not now")
    await rang(sessions, clock)
    async with sending(sessions, clock) as outbox:
        await until(sessions, tried(1))
        clock.now += 60
        outbox.wake()
        [row] = await until(sessions, lambda rows: rows[0].state == "failed")
    assert (row.said, len(receiver.got)) == (f"{TOO_LATE}; not now", 1)


async def test_a_ring_waits_less_long_for_an_answer(
    sessions: Sessions, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "URGENT_POST_SECONDS", 0.3)
    await a_webhook(sessions, receiver, clock)
    receiver.hangs()
    await rang(sessions, clock)
    async with sending(sessions, clock):
        [row] = await until(sessions, tried(1))
    assert row.said == "no answer within 0.3 s"


# --- mail -------------------------------------------------------------------------------------------------------

REPORT = Mail(
    to=("boss@example.org", "deputy@example.org"),
    subject="日报 2026-11-24",
    text="见附件。\n",
    html="<p>见附件。</p>",
    attachments=(Attachment("日报.csv", "text/csv", b"a,b\r\n"), Attachment("r.xlsx", "application/x", b"\0\1\r\n\2")),
)


async def test_mail_arrives_whole(sessions: Sessions, letters: Letters, clock: Clock) -> None:
    await mailed(sessions, clock, REPORT)
    async with sending(sessions, clock, mail_settings(letters.port)):
        [row] = await until(sessions, sent)
    [message] = letters.messages
    assert letters.recipients == [["boss@example.org", "deputy@example.org"]]
    assert (message["Subject"], message["From"]) == ("日报 2026-11-24", "Call centre <centre@example.org>")
    assert message["Message-ID"] == f"<{row.delivery_id}@example.org>"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert (text.get_content().strip(), html.get_content().strip()) == ("见附件。", "<p>见附件。</p>")
    files = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert files == {"日报.csv": b"a,b\r\n", "r.xlsx": b"\0\1\r\n\2"}


async def test_mail_waits_for_a_server_that_is_away(sessions: Sessions, letters: Letters, clock: Clock) -> None:
    await mailed(sessions, clock, REPORT)
    async with sending(sessions, clock):
        [row] = await until(sessions, tried(1))
        assert "mail.host" in row.said
    clock.now += BACK_OFF[0]
    async with sending(sessions, clock, mail_settings(1)):
        [row] = await until(sessions, tried(2))
        assert "cannot be used" in row.said
    clock.now += BACK_OFF[1]
    async with sending(sessions, clock, mail_settings(letters.port)):
        await until(sessions, sent)


async def test_wrong_password_is_told_and_tried_again(sessions: Sessions, letters: Letters, clock: Clock) -> None:
    await mailed(sessions, clock, REPORT)
    async with sending(sessions, clock, mail_settings(letters.port, secret="guess")):
        [row] = await until(sessions, tried(1))
    assert row.state == "waiting"
    assert row.said.startswith("the mail server said 535")
    assert "guess" not in row.said


async def test_refused_recipients_are_told(sessions: Sessions, letters: Letters, clock: Clock) -> None:
    letters.refuse = {"deputy@example.org": "550 no such box"}
    await mailed(sessions, clock, REPORT)
    async with sending(sessions, clock, mail_settings(letters.port)):
        [row] = await until(sessions, tried(1))
        assert (row.state, row.said) == ("sent", "refused for deputy@example.org: no such box (550)")
        letters.refuse["boss@example.org"] = "550 nor this one"
        await mailed(sessions, clock, REPORT)
    async with sending(sessions, clock, mail_settings(letters.port)):
        rows = await until(sessions, lambda rows: rows[1].tries == 1)
    assert rows[1].state == "failed"
    assert len(letters.messages) == 1


async def test_mail_server_whose_certificate_nobody_vouches_for_gets_no_password(
    sessions: Sessions, letters: Letters, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    await mailed(sessions, clock, REPORT)
    async with sending(sessions, clock, mail_settings(letters.port)):
        [row] = await until(sessions, tried(1))
    assert row.state == "waiting"
    assert "certificate" in row.said
    assert letters.messages == []
