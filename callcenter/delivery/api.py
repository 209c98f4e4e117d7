"""The routes of delivery (docs/api.md, Webhooks and mail)."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.rules import Permission
from callcenter.delivery import answers, service
from callcenter.delivery.kinds import TEST, AnyKind
from callcenter.delivery.mail import NOT_SET, Mail
from callcenter.delivery.outbox import Outbox, Ways
from callcenter.delivery.rules import State
from callcenter.delivery.tables import Delivery, DeliveryTry, Webhook
from callcenter.errors import Conflict
from callcenter.store.engine import Sessions

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Kinds = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=50)]
RowNumber = Annotated[int, Field(ge=1, le=2**53)]

MAY: Permission = "manage_webhooks"


class Shape(BaseModel):
    """Input: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid")


class NewWebhook(Shape):
    """A webhook to make; no `kinds` means all of them."""

    name: Name
    url: str
    kinds: Kinds = []
    is_enabled: bool = True


class WebhookChanges(Shape):
    """The fields of a webhook that may be changed; absent ones stay."""

    name: Name | None = None
    url: str | None = None
    kinds: Kinds | None = None
    is_enabled: bool | None = None


class TestMail(Shape):
    """Whom to send a test mail."""

    to: str


def delivery_routes(sessions: Sessions, outbox: Outbox, ways: Ways, kinds: Sequence[AnyKind]) -> APIRouter:
    """The routes; `kinds` are those events that this server tells."""
    routes = APIRouter(route_class=OnceRoute)
    _webhook_routes(routes, sessions, outbox, ways, kinds)
    _log_routes(routes, sessions, outbox)
    _mail_routes(routes, sessions, outbox, ways)
    return routes


def _webhook_routes(
    routes: APIRouter, sessions: Sessions, outbox: Outbox, ways: Ways, kinds: Sequence[AnyKind]
) -> None:
    may, networks = [requires(MAY)], ways.webhooks.allowed_networks

    @routes.get("/api/webhooks", response_model=answers.Webhooks, dependencies=may)
    async def webhooks() -> dict[str, Any]:
        names = [kind.name for kind in kinds]
        return {"webhooks": [_webhook(row) for row in await service.webhooks(sessions)], "kinds": names}

    @routes.post("/api/webhooks", response_model=answers.Webhook, status_code=201, dependencies=may)
    async def create(new: NewWebhook) -> dict[str, Any]:
        row = await service.add_webhook(sessions, new.model_dump(), outbox.clock(), networks)
        return _webhook(row) | {"secret": row.secret}

    @routes.patch("/api/webhooks/{webhook_id}", response_model=answers.Webhook, dependencies=may)
    async def change(webhook_id: RowNumber, changes: WebhookChanges) -> dict[str, Any]:
        fields = changes.model_dump(exclude_none=True)
        return _webhook(await service.change_webhook(sessions, webhook_id, fields, networks))

    @routes.delete("/api/webhooks/{webhook_id}", status_code=204, dependencies=may)
    async def remove(webhook_id: RowNumber) -> None:
        await service.delete_webhook(sessions, webhook_id)

    @routes.post("/api/webhooks/{webhook_id}/secret", response_model=answers.Webhook, dependencies=may)
    async def renew_secret(webhook_id: RowNumber) -> dict[str, Any]:
        row = await service.renew_secret(sessions, webhook_id)
        return _webhook(row) | {"secret": row.secret}

    @routes.post(
        "/api/webhooks/{webhook_id}/test", response_model=answers.DeliveryAsked, status_code=202, dependencies=may
    )
    async def test(webhook_id: RowNumber) -> dict[str, str]:
        delivery_id = await service.test_webhook(sessions, webhook_id, outbox.clock())
        outbox.wake()
        return {"delivery_id": delivery_id}


def _log_routes(routes: APIRouter, sessions: Sessions, outbox: Outbox) -> None:
    may = [requires(MAY)]

    @routes.get("/api/deliveries", response_model=answers.DeliveriesPage, dependencies=may)
    async def deliveries(
        state: State | None = None,
        webhook: RowNumber | None = None,
        cursor: RowNumber | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        page = await service.deliveries(sessions, state=state, webhook_id=webhook, before=cursor, limit=limit)
        return {"deliveries": [_delivery(row) for row in page], "next": page[-1].id if len(page) == limit else None}

    @routes.get("/api/deliveries/{row_id}", response_model=answers.DeliveryDetail, dependencies=may)
    async def delivery(row_id: RowNumber) -> dict[str, Any]:
        row, tries = await service.one_delivery(sessions, row_id)
        return {"delivery": _delivery(row), "content": _content(row), "tries": [_try(one) for one in tries]}

    @routes.post("/api/deliveries/{row_id}/replay", response_model=type(None), status_code=202, dependencies=may)
    async def replay(row_id: RowNumber) -> None:
        await service.replay(sessions, row_id, outbox.clock())
        outbox.wake()


def _mail_routes(routes: APIRouter, sessions: Sessions, outbox: Outbox, ways: Ways) -> None:
    @routes.get("/api/mail", response_model=answers.MailWay, dependencies=[requires(reach="shared")])
    async def mail() -> dict[str, Any]:
        return {"is_set": ways.mail.is_set, "sender": ways.mail.sender}

    @routes.post("/api/mail/test", response_model=answers.DeliveryAsked, status_code=202, dependencies=[requires(MAY)])
    async def test(given: TestMail) -> dict[str, str]:
        if not ways.mail.is_set:
            raise Conflict(NOT_SET)
        letter = Mail(to=(given.to,), subject="callcenter: test", text="This mail has arrived.\n\n这封邮件已送达。\n")
        async with sessions.begin() as db:
            delivery_id = await service.send_mail(db, TEST.name, letter, outbox.clock())
        outbox.wake()
        return {"delivery_id": delivery_id}


def _webhook(row: Webhook) -> dict[str, Any]:
    names = ("id", "name", "url", "kinds", "is_enabled", "created_at")
    return {name: getattr(row, name) for name in names}


def _delivery(row: Delivery) -> dict[str, Any]:
    names = ("id", "delivery_id", "channel", "webhook_id", "kind", "destination", "state")
    instants = ("created_at", "due_at", "sent_at", "tries", "said")
    return {name: getattr(row, name) for name in (*names, *instants)}


def _try(row: DeliveryTry) -> dict[str, Any]:
    return {"began_at": row.began_at, "seconds": row.seconds, "status": row.status, "said": row.said}


def _content(row: Delivery) -> str:
    """A webhook's body, or a mail's subject and text; attachments are not shown."""
    if row.channel == "webhook":
        return row.content.decode()
    message = message_from_bytes(row.content, policy=policy.default)
    body = message.get_body(("plain",))
    return f"{message['Subject']}\n\n{body.get_content() if body else ''}"
