"""The routes of webhooks, of the delivery log and of mail: who may, what is refused, what is told once only."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

from callcenter.accounts.rules import Role
from callcenter.delivery.api import delivery_routes
from callcenter.delivery.kinds import TEST, EventKind
from callcenter.delivery.outbox import Outbox, Ways
from callcenter.settings import MailSettings
from callcenter.store.engine import Sessions
from tests.delivery.conftest import LOOPBACK, Clock, Letters, Receiver, mail_settings
from tests.events import as_described
from tests.serving import PANEL
from tests.web import Site

KINDS = (EventKind("alert.raised", dict), TEST)
HOOK = {"name": "crm", "url": "https://crm.example.org/hook", "kinds": ["test"]}


class Desk:
    """The routes with an outbox at work behind them."""

    def __init__(self, sessions: Sessions, mail: MailSettings | None = None) -> None:
        ways = Ways(mail or MailSettings(), LOOPBACK)
        self.outbox = Outbox(sessions, ways, clock=Clock())
        self.site = Site(sessions, delivery_routes(sessions, self.outbox, ways, KINDS))

    async def admin(self) -> AsyncClient:
        client = await self.site.client(Role.ADMIN)
        client.headers.update(PANEL)
        return client


async def settled(client: AsyncClient, count: int = 1) -> dict[str, Any]:
    """The first delivery of the log, once it has been tried so often."""
    async with asyncio.timeout(20):
        while True:
            rows = (await client.get("/api/deliveries")).json()["deliveries"]
            if rows and rows[0]["tries"] >= count:
                return dict(rows[0])
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/webhooks"),
        ("POST", "/api/webhooks"),
        ("PATCH", "/api/webhooks/1"),
        ("DELETE", "/api/webhooks/1"),
        ("POST", "/api/webhooks/1/secret"),
        ("POST", "/api/webhooks/1/test"),
        ("GET", "/api/deliveries"),
        ("GET", "/api/deliveries/1"),
        ("POST", "/api/deliveries/1/replay"),
        ("POST", "/api/mail/test"),
    ],
)
async def test_only_who_manages_webhooks_gets_in(sessions: Sessions, method: str, path: str) -> None:
    desk = Desk(sessions)
    assert (await desk.site.stranger().request(method, path, headers=PANEL)).status_code == 401
    supervisor = await desk.site.client(Role.SUPERVISOR)
    assert (await supervisor.request(method, path, headers=PANEL)).status_code == 403


async def test_secret_is_told_once(sessions: Sessions) -> None:
    client = await Desk(sessions).admin()
    made = (await client.post("/api/webhooks", json=HOOK)).json()
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    shown = (await client.get("/api/webhooks")).json()
    assert shown == {"webhooks": [made], "kinds": ["alert.raised", "test"]}
    renewed = (await client.post(f"/api/webhooks/{made['id']}/secret")).json()
    assert renewed["secret"] != secret
    changed = await client.patch(f"/api/webhooks/{made['id']}", json={"is_enabled": False})
    assert changed.json() == made | {"is_enabled": False}
    assert (await client.delete(f"/api/webhooks/{made['id']}")).status_code == 204
    assert (await client.get("/api/webhooks")).json()["webhooks"] == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "http://169.254.169.254/"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"kinds": ["no kind"]}, "kinds"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"secret": "mine"}, "secret"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(sessions: Sessions, fields: dict[str, Any], field: str) -> None:
    client = await Desk(sessions).admin()
    made = (await client.post("/api/webhooks", json=HOOK | {"name": "other"})).json()
    for answer in (
        await client.post("/api/webhooks", json=HOOK | fields),
        await client.patch(f"/api/webhooks/{made['id']}", json=fields),
    ):
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert len((await client.get("/api/webhooks")).json()["webhooks"]) == 1


async def test_name_that_is_taken_and_webhook_that_is_not_there(sessions: Sessions) -> None:
    client = await Desk(sessions).admin()
    await client.post("/api/webhooks", json=HOOK)
    taken = await client.post("/api/webhooks", json=HOOK)
    assert (taken.status_code, taken.json()["field"]) == (409, "name")
    for path in ("/api/webhooks/99/test", "/api/webhooks/99/secret", "/api/deliveries/99/replay"):
        assert (await client.post(path)).status_code == 404
    assert (await client.get("/api/deliveries/99")).status_code == 404


async def test_webhook_is_tested_looked_at_and_replayed(sessions: Sessions, receiver: Receiver) -> None:
    desk = Desk(sessions)
    client = await desk.admin()
    working = asyncio.create_task(desk.outbox.run())
    hook = (await client.post("/api/webhooks", json=HOOK | {"url": receiver.url})).json()
    assert (await client.post(f"/api/webhooks/{hook['id']}/test")).status_code == 202
    row = await settled(client)
    assert (row["state"], row["kind"], row["destination"]) == ("sent", "test", receiver.url)
    detail = (await client.get(f"/api/deliveries/{row['id']}")).json()
    assert as_described(detail["content"])["data"] == {"webhook": "crm"}
    assert [one["status"] for one in detail["tries"]] == [200]
    receiver.came.clear()
    assert (await client.post(f"/api/deliveries/{row['id']}/replay")).status_code == 202
    await receiver.came.wait()
    assert receiver.got[0][1] == receiver.got[1][1]
    assert (await client.get("/api/deliveries?state=failed")).json() == {"deliveries": [], "next": None}
    assert len((await client.get(f"/api/deliveries?webhook={hook['id']}&limit=1")).json()["deliveries"]) == 1
    working.cancel()


async def test_mail_is_tested(sessions: Sessions, letters: Letters) -> None:
    desk = Desk(sessions, mail_settings(letters.port))
    client = await desk.admin()
    working = asyncio.create_task(desk.outbox.run())
    assert (await client.get("/api/mail")).json() == {"is_set": True, "sender": "Call centre <centre@example.org>"}
    refused = await client.post("/api/mail/test", json={"to": "a@b\r\nBcc: x@y"})
    assert (refused.status_code, refused.json()["field"]) == (422, "to")
    assert (await client.post("/api/mail/test", json={"to": "boss@example.org"})).status_code == 202
    row = await settled(client)
    assert row["state"] == "sent"
    assert "这封邮件已送达" in (await client.get(f"/api/deliveries/{row['id']}")).json()["content"]
    working.cancel()


async def test_mail_that_is_not_set_is_told(sessions: Sessions) -> None:
    client = await Desk(sessions).admin()
    refused = await client.post("/api/mail/test", json={"to": "boss@example.org"})
    assert (refused.status_code, "mail.host" in refused.json()["detail"]) == (409, True)
