"""The routes of messages (docs/api.md, Messages)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.rules import own_agent
from callcenter.accounts.service import Account
from callcenter.agents.rules import EVERY, OWN
from callcenter.agents.seat_api import Supervisor
from callcenter.floor.changes import View
from callcenter.floor.floor import Floor
from callcenter.floor.terms import Instant
from callcenter.forms.shapes import Row, Shape
from callcenter.messages import service
from callcenter.messages.rules import Standing, To, Whom, addressees, standing
from callcenter.messages.service import Counted, NewMessage, Received
from callcenter.messages.tables import MessageRecipient
from callcenter.plain_text import PlainText
from callcenter.store.engine import Sessions

FEED = "messages"
WRITTEN, ACKNOWLEDGED = "written", "acknowledged"
"""What of messages the live feed tells: that something of them changed, for desks and for who writes; never what."""

MOST_AGENTS = 200
SHIFT_SECONDS = 43_200
LONGEST_SECONDS = 30 * 86_400

MessageText = Annotated[
    str,
    Field(max_length=500, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x09\x0b-\x1f\x7f]*$"),
]
"""Some lines in which something can be seen."""

Agents = Annotated[list[Annotated[PlainText, Field(max_length=64)]], Field(min_length=1, max_length=MOST_AGENTS)]

Writer = Annotated[Account, requires(EVERY, reach="own")]
Agent = Annotated[Account, requires(OWN, reach="own")]


@dataclass(frozen=True)
class Post:
    """What messages work with; `publish` puts an entity on the live feed."""

    sessions: Sessions
    floor: Floor
    publish: Callable[[str, str, View | None], None]
    clock: Callable[[], Instant]

    def tell(self, *changed: str) -> None:
        """Those who see messages ask again."""
        for name in changed:
            self.publish(FEED, name, {"changed_at": self.clock()})


class MessageShape(Shape):
    """A message to write."""

    text: MessageText
    to: To
    team: Annotated[PlainText, Field(min_length=1, max_length=128)] | None = None
    agents: Agents | None = None
    lasts_seconds: Annotated[float, Field(ge=60, le=LONGEST_SECONDS)] = SHIFT_SECONDS

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.team is not None) != (self.to is To.TEAM):
            raise ValueError("give team where it is to a team, and only there")
        if (self.agents is not None) != (self.to is To.AGENTS):
            raise ValueError("give agents where it is to agents, and only there")
        return self

    def new(self) -> NewMessage:
        """The same for the service."""
        return NewMessage(self.text, Whom(self.to, self.team or "", self.agents or ()), self.lasts_seconds)


class PageQuery(Shape):
    """Which messages; `cursor` is `next` of the page before."""

    cursor: Row | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ReceivedQuery(PageQuery):
    """Those written from `from` on; with `is_open` only what is on the desk."""

    is_open: bool = False
    since: Annotated[float, Field(alias="from", allow_inf_nan=False)] = 0


class MessageAnswer(BaseModel):
    """A message, and how many of its recipients have seen and acknowledged it; `is_own` for its writer."""

    id: int
    text: str
    to: To
    team: str
    written_by: str
    written_at: float
    expires_at: float
    withdrawn_at: float | None
    standing: Standing
    is_own: bool
    recipients: int
    seen: int
    acknowledged: int


class MessagesAnswer(BaseModel):
    """A page of messages, the newest first."""

    messages: list[MessageAnswer]
    next: int | None


class RecipientAnswer(BaseModel):
    """An agent to whom it was written."""

    agent_number: str
    agent_name: str
    team: str
    seen_at: float | None
    acknowledged_at: float | None


class OneMessageAnswer(MessageAnswer):
    """A message, with each of its recipients."""

    people: list[RecipientAnswer]


class ReceivedAnswer(BaseModel):
    """A message as its recipient sees it."""

    id: int
    text: str
    written_by: str
    written_at: float
    expires_at: float
    seen_at: float | None
    acknowledged_at: float | None


class ReceivedPage(BaseModel):
    """A page of what was written to an agent, the newest first."""

    messages: list[ReceivedAnswer]
    next: int | None


def message_routes(post: Post) -> APIRouter:
    """Who controls seats writes; who works at one reads and acknowledges."""
    routes = APIRouter(prefix="/api/messages", route_class=OnceRoute)
    _receiving_routes(routes, post)
    _writing_routes(routes, post)
    return routes


def _receiving_routes(routes: APIRouter, post: Post) -> None:
    @routes.get("/mine")
    async def mine(query: Annotated[ReceivedQuery, Query()], account: Agent) -> ReceivedPage:
        open_at = post.clock() if query.is_open else None
        agent, most = own_agent(account.agent_number), query.limit + 1
        found = await service.received(
            post.sessions, agent, open_at=open_at, since=query.since, before=query.cursor, limit=most
        )
        shown = [_received(one) for one in found[: query.limit]]
        return ReceivedPage(messages=shown, next=shown[-1].id if len(found) > query.limit else None)

    @routes.post("/mine/{message_id}/see", status_code=204)
    async def see(message_id: Row, account: Agent) -> None:
        await service.see(post.sessions, message_id, own_agent(account.agent_number), post.clock())
        post.tell(ACKNOWLEDGED)

    @routes.post("/mine/{message_id}/acknowledge")
    async def acknowledge(message_id: Row, account: Agent) -> ReceivedAnswer:
        agent = own_agent(account.agent_number)
        done = await service.acknowledge(post.sessions, message_id, agent, post.clock())
        post.tell(ACKNOWLEDGED)
        return _received(done)


def _writing_routes(routes: APIRouter, post: Post) -> None:
    @routes.get("")
    async def page(query: Annotated[PageQuery, Query()], account: Supervisor) -> MessagesAnswer:
        found = await service.messages(post.sessions, account, before=query.cursor, limit=query.limit + 1)
        shown = [MessageAnswer(**_told(one, account, post.clock())) for one in found[: query.limit]]
        return MessagesAnswer(messages=shown, next=shown[-1].id if len(found) > query.limit else None)

    @routes.post("", status_code=201)
    async def write(shape: MessageShape, account: Supervisor) -> MessageAnswer:
        new, now = shape.new(), post.clock()
        seats = [seat for site in post.floor.sites.values() for seat in site.seats.values()]
        known = [agent for site in post.floor.sites.values() for agent in site.directory()]
        to = addressees(new.whom, seats, account.scope, known)
        written = await service.write(post.sessions, new, to, account, now)
        post.tell(WRITTEN, ACKNOWLEDGED)
        return MessageAnswer(**_told(written, account, now))

    @routes.get("/{message_id}")
    async def one(message_id: Row, account: Supervisor) -> OneMessageAnswer:
        found, people = await service.one_message(post.sessions, message_id, account)
        return OneMessageAnswer(**_told(found, account, post.clock()), people=[_recipient(each) for each in people])

    @routes.post("/{message_id}/withdraw")
    async def withdraw(message_id: Row, account: Writer) -> MessageAnswer:
        now = post.clock()
        withdrawn = await service.withdraw(post.sessions, message_id, account, now)
        post.tell(WRITTEN, ACKNOWLEDGED)
        return MessageAnswer(**_told(withdrawn, account, now))


def _told(counted: Counted, account: Account, now: Instant) -> dict[str, Any]:
    message = counted.message
    names = ("id", "text", "to", "team", "written_by", "written_at", "expires_at", "withdrawn_at")
    return {name: getattr(message, name) for name in names} | {
        "standing": standing(message.expires_at, message.withdrawn_at, now),
        "is_own": message.writer_id == account.id,
        "recipients": counted.recipients,
        "seen": counted.seen,
        "acknowledged": counted.acknowledged,
    }


def _recipient(row: MessageRecipient) -> RecipientAnswer:
    return RecipientAnswer.model_validate(row, from_attributes=True)


def _received(received: Received) -> ReceivedAnswer:
    message, recipient = received
    names = ("id", "text", "written_by", "written_at", "expires_at")
    of_message = {name: getattr(message, name) for name in names}
    return ReceivedAnswer(**of_message, seen_at=recipient.seen_at, acknowledged_at=recipient.acknowledged_at)
