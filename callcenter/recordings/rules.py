"""When a recording is missing that should be there, and what was heard of one. Pure."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from callcenter.errors import BadInput
from callcenter.floor.facts import Fact
from callcenter.floor.terms import CallId, Instant, Seconds

AccessKind = Literal["opened", "heard", "downloaded", "exported"]
"""`opened`: a player was given the sound; `heard`: it told which spans it played; `downloaded`: no player asked, or it
was in an export that was downloaded; `exported`: put into an export."""

ORIGINAL = "original"
"""Stands for the rule in the log of deleted audio where the PBX's files went and the copy stayed."""

Heard = tuple[Seconds, Seconds]

QUARTER_SECONDS: Seconds = 900.0
MOST_SPANS = 200
"""Spans of one report of a player: it reports every few minutes."""
LONGEST_RECORDING_SECONDS: Seconds = 24 * 3600.0


class MissingRecording(Fact, frozen=True, kw_only=True):
    """A call of a queue of which no recording is there: none was begun, or its file is not found.

    It is told, not kept: recordings and their files say the same at any later time. `ended_at` is the end of the talk.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "call_id")

    call_id: CallId
    queue: str
    ended_at: Instant


def quarter_of(at: Instant) -> int:
    """The quarter of an hour that an instant lies in, counted from the epoch."""
    return int(at // QUARTER_SECONDS)


def joined_spans(spans: Iterable[Sequence[Seconds]]) -> list[Heard]:
    """The same seconds in order, none twice: spans that touch or overlap become one."""
    joined: list[Heard] = []
    for start, end in sorted((start, end) for start, end in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def length_of(spans: Iterable[Sequence[Seconds]]) -> Seconds:
    """How long spans are together."""
    return sum(end - start for start, end in spans)


def checked_spans(spans: Sequence[Sequence[Seconds]]) -> list[Heard]:
    """What a player says it played. Raises BadInput for what cannot be spans of a recording."""
    for start, end in spans:
        if not 0 <= start < end <= LONGEST_RECORDING_SECONDS:
            raise BadInput("a span is [from, to] in seconds of the recording, from before to", field="spans")
    return [(round(start, 3), round(end, 3)) for start, end in joined_spans(spans)]
