"""What the routes of the rules that fill a list answer, for the API's description (docs/api.md, Rules of a list)."""

from typing_extensions import TypedDict

from callcenter.dialer.rules import ListState
from callcenter.filling.rules import FillKind
from callcenter.floor.terms import Instant, Seconds
from callcenter.tickets.rules import NoCallback


class FillOptions(TypedDict):
    """Of all kinds of rules; each reads its own."""

    queue: str
    priority: int
    wait_seconds: Seconds
    after_seconds: Seconds
    source_list_id: int | None
    attribute: str
    days: int


class FillRule(TypedDict):
    """A rule that fills a list, and how many it added and had refused."""

    id: int
    list_id: str
    kind: FillKind
    options: FillOptions
    is_enabled: bool
    created_at: Instant
    created_by: str
    looked_at: Instant | None
    added: int
    refused: int


class FillRules(TypedDict):
    """The rules of a list."""

    rules: list[FillRule]


class ExpectedList(TypedDict):
    """The callback list that a complaint goes to; it is called from only while it runs."""

    id: str
    name: str
    state: ListState


class ExpectedCallback(TypedDict):
    """What closing a ticket now leads to: a callback so many days later, or none and why.

    Neither a list nor a reason: the ticket is no complaint.
    """

    why_none: NoCallback | None
    list: ExpectedList | None
    days: int
