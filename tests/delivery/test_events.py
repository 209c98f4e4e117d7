"""The whole server posts what happens to a receiver: signed, soon, and as it is described."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from callcenter.app import App, running
from callcenter.delivery.rules import sign
from callcenter.delivery.service import add_webhook
from callcenter.delivery.tables import Webhook
from callcenter.floor.events import DeviceState, Member, MemberAdded
from callcenter.floor.terms import PbxName
from callcenter.settings import Settings, WebhookSettings
from callcenter.store.engine import make_sessions
from tests.delivery.conftest import Receiver
from tests.events import as_described
from tests.facts import NOON, a_call, a_visit

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
async def app(storage_url: str, tmp_path: Path) -> AsyncIterator[App]:
    webhooks = WebhookSettings(allowed_networks=LOOPBACK)
    async with running(Settings(database_url=storage_url, data_folder=tmp_path, webhooks=webhooks)) as app:
        yield app


async def _wanting(app: App, receiver: Receiver, *kinds: str) -> Webhook:
    fields = {"name": "crm", "url": receiver.url, "kinds": [*kinds], "is_enabled": True}
    return await add_webhook(make_sessions(app.engine), fields, NOON, LOOPBACK)


async def _posted(receiver: Receiver, webhook: Webhook) -> dict[str, Any]:
    """What comes next; well before the outbox would look by itself."""
    async with asyncio.timeout(15):
        await receiver.came.wait()
    [(headers, body)] = receiver.got
    signed = sign(webhook.secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == signed
    return as_described(body)


async def test_a_call_is_posted_when_its_record_is_written(app: App, receiver: Receiver) -> None:
    webhook = await _wanting(app, receiver, "call.ended")
    app.recorder.note([a_visit(), a_call()])
    event = await _posted(receiver, webhook)
    assert (event["type"], event["data"]["queue"]) == ("call.ended", "service")


async def test_a_seat_is_posted_when_it_is_signed_in(app: App, receiver: Receiver) -> None:
    webhook = await _wanting(app, receiver, "seat.changed")
    member = Member("sales", "PJSIP/1001", "Li Na", "PJSIP/1001", DeviceState.NOT_IN_USE)
    app.keeper.tell(MemberAdded(PbxName("pbx1"), NOON, member))
    event = await _posted(receiver, webhook)
    assert (event["type"], event["data"]["state"]) == ("seat.changed", "ready")
