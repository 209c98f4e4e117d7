"""When a recording is missing that should be there. Pure."""

from typing import ClassVar

from callcenter.floor.facts import Fact
from callcenter.floor.terms import CallId, Instant


class MissingRecording(Fact, frozen=True, kw_only=True):
    """A call of a queue of which no recording is there: none was begun, or its file is not found.

    It is told, not kept: recordings and their files say the same at any later time. `ended_at` is the end of the talk.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "call_id")

    call_id: CallId
    queue: str
    ended_at: Instant
