"""What webhooks are told, held against what the API's description says of it."""

import json
from functools import cache
from typing import Any

import jsonschema_rs
from sqlalchemy import select
from sqlalchemy.orm import undefer

from callcenter.app import EVENT_KINDS
from callcenter.delivery.kinds import TEST, describe_events
from callcenter.delivery.service import add_webhook
from callcenter.delivery.tables import Delivery
from callcenter.description import DescribedApi
from callcenter.store.engine import Sessions
from tests.facts import NOON


async def want(sessions: Sessions, *kinds: str) -> None:
    """A webhook that wants these kinds."""
    fields = {"name": " ".join(kinds), "url": "https://crm.example/", "kinds": [*kinds], "is_enabled": True}
    await add_webhook(sessions, fields, NOON)


async def told(sessions: Sessions, kind: str) -> list[dict[str, Any]]:
    """The events of a kind in the outbox, the oldest first; each is just what is described."""
    wanted = select(Delivery).where(Delivery.kind == kind, Delivery.channel == "webhook").order_by(Delivery.id)
    async with sessions() as db:
        rows = (await db.scalars(wanted.options(undefer(Delivery.content)))).all()
    return [as_described(row.content) for row in rows]


def as_described(content: bytes | str) -> dict[str, Any]:
    """The body of a webhook, which has the fields that are described and no others."""
    event: dict[str, Any] = json.loads(content)
    errors = _validator(event["type"]).iter_errors(event)
    assert [(*error.instance_path, error.message[:200]) for error in errors] == []
    return event


@cache
def _validator(kind: str) -> Any:
    described = _described()
    schema = described["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return jsonschema_rs.validator_for({**schema, "components": described["components"]})


@cache
def _described() -> dict[str, Any]:
    web = DescribedApi()
    describe_events(web.webhooks, (*EVENT_KINDS, TEST))
    described = web.openapi()
    for schema in described["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return described
