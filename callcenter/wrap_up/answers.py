"""What webhooks are told of wrap-up forms, for the API's description (docs/api.md, Wrap-up forms)."""

from typing_extensions import TypedDict

from callcenter.floor.facts import Direction
from callcenter.floor.terms import Instant


class ChosenTold(TypedDict):
    """A reason or a result that was chosen."""

    id: int
    label_en: str
    label_zh: str


class WrapUpTold(TypedDict):
    """An agent's form of a call was written, or changed: `changed_at` is later than `written_at` then.

    `next_at` is when the other side was promised a call, `next_agent` who makes it; "": whoever is free.
    """

    pbx: str
    call_id: str
    agent_number: str
    agent_name: str
    queue: str
    direction: Direction
    number: str
    customer_id: int | None
    reason: ChosenTold
    result: ChosenTold
    note: str
    next_at: Instant | None
    next_agent: str
    written_at: Instant
    written_by: str
    changed_at: Instant
    changed_by: str
