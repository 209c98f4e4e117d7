"""What the routes of wallboards answer, for the API's description (docs/api.md, Wallboards)."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from callcenter.floor.terms import Instant


class Wallboard(TypedDict):
    """A wallboard; the token of its link is told only when it is new."""

    id: int
    name: str
    queues: list[str]
    shows_agents: bool
    created_at: Instant
    created_by: str
    expires_at: Instant | None
    last_used_at: Instant | None
    token: NotRequired[str]


class Wallboards(TypedDict):
    """All wallboards."""

    wallboards: list[Wallboard]


class BoardFigure(TypedDict):
    """A figure as a wallboard shows it."""

    id: str
    label_en: str
    label_zh: str
    unit: Literal["count", "seconds", "share", "per_hour", "number"]
    direction: Literal["up", "down", "none"]
    target: float | None


class BoardAlertKind(TypedDict):
    """The words of a kind of alert."""

    id: str
    label_en: str
    label_zh: str
    told_en: str
    told_zh: str
    measure: Literal["seconds", "count", "share"]


class BoardReason(TypedDict):
    """A pause reason."""

    code: str
    label_en: str
    label_zh: str


class OwnWallboard(TypedDict):
    """What a wallboard is told beside its part of the live feed."""

    name: str
    queues: list[str]
    now: Instant
    timezone: str
    demo: bool
    figures: list[BoardFigure]
    kinds: list[BoardAlertKind]
    pause_reasons: list[BoardReason]
