"""What the routes of webhooks, mail and deliveries answer, for the API's description (docs/api.md, Webhooks)."""

from typing import NotRequired

from typing_extensions import TypedDict

from callcenter.delivery.rules import Channel, State
from callcenter.floor.terms import Instant, Seconds


class Webhook(TypedDict):
    """A webhook; its secret is told only when it is new."""

    id: int
    name: str
    url: str
    kinds: list[str]
    is_enabled: bool
    created_at: Instant
    secret: NotRequired[str]


class Webhooks(TypedDict):
    """All webhooks, and of what they can be told."""

    webhooks: list[Webhook]
    kinds: list[str]


class DeliveryAsked(TypedDict):
    """What is on its way, by the id that the receiver is told."""

    delivery_id: str


class Delivery(TypedDict):
    """Something that leaves the house; `due_at` null: it is not tried again."""

    id: int
    delivery_id: str
    channel: Channel
    webhook_id: int | None
    kind: str
    destination: str
    state: State
    created_at: Instant
    due_at: Instant | None
    sent_at: Instant | None
    tries: int
    said: str


class DeliveriesPage(TypedDict):
    """A page of deliveries, newest first; `next` is the cursor of the following one."""

    deliveries: list[Delivery]
    next: int | None


class DeliveryTry(TypedDict):
    """One try, how long it took, and what the other side said."""

    began_at: Instant
    seconds: Seconds
    status: int | None
    said: str


class DeliveryDetail(TypedDict):
    """A delivery with what it carries and each try."""

    delivery: Delivery
    content: str
    tries: list[DeliveryTry]


class MailWay(TypedDict):
    """Whether mail can be sent, and from whom."""

    is_set: bool
    sender: str
